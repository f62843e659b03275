"""``python -m bot``: the same as ``flaskquiz``."""

import sys

if __name__ == "__main__":
    try:
        from bot.cli import main
    except KeyboardInterrupt:  # reading it takes a moment, and Ctrl-C may come in that
        sys.exit("Stopped before it was done.")
    main()
