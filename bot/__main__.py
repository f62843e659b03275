"""``python -m bot``, and the script ``flaskquiz``."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from bot.cli import main as run  # noqa: PLC0415  # Ctrl-C may come while it is read
    except KeyboardInterrupt:
        sys.exit("Stopped before it was done.")
    run()


if __name__ == "__main__":
    main()
