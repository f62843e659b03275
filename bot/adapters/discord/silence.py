"""What the library may write into a log: nothing secret, and nobody's words."""

from __future__ import annotations

import logging

LIBRARY = "discord"


def keep_silent() -> None:
    """
    Leave out the library's debugging lines, whatever the log's level.

    They hold whole events and addresses, and with them the tokens of interactions and what members
    wrote.
    """
    library = logging.getLogger(LIBRARY)
    if library.getEffectiveLevel() < logging.INFO:
        library.setLevel(logging.INFO)
