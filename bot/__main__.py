"""``python -m bot``, and the script ``flaskquiz``."""

import gc
import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line; Ctrl-C may come at any moment, and reading the modules takes some."""
    # What is read is no garbage; to look for some in it took a quarter of the start.
    # `spare_from_collection` begins again, for the bot that stays; all else soon ends.
    gc.disable()
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal that is not of UTF-8 shows what it can
        sys.stdout.reconfigure(errors="replace")
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
