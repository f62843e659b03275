"""``python -m bot``, and the script ``flaskquiz``."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C may come at any moment, and reading the modules takes some."""
    try:
        from bot.stopping import StoppedError, stop_by_leaving  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit("Stopped before it was done.")
    try:
        stop_by_leaving()
        from bot.cli import app  # noqa: PLC0415

        sys.exit(app())
    except StoppedError:
        sys.exit("Stopped before it was done.")


if __name__ == "__main__":
    main()
