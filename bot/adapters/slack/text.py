"""Characters as Slack counts and shows them: cut where no character breaks, and their width."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and those that change the order of reading around them."""
_JOINER = "\u200d"
_LONGEST_CLUSTER = 64
"""A character with more parts than this is an attack, and may be cut."""
ELLIPSIS = "…"


def clean(text: str) -> str:
    """*text* without what is never shown, or would disturb the text around it."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """*text* in one line."""
    return " ".join(clean(text).split())


def size(text: str) -> int:
    """How long *text* is where an emoji counts twice, so that no way of counting exceeds it."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, most: int) -> str:
    """*text* in at most *most*, cut between two characters as people see them."""
    if size(text) <= most:
        return text
    return _clip(text, most, lambda character: 2 if character > "\uffff" else 1)


def escape(text: str) -> str:
    """*text* for mrkdwn: nothing in it is read as a mention, a link or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip_escaped(text: str, most: int) -> str:
    """*text* escaped, in at most *most* with its escapes, none of which is cut."""
    escaped = escape(text)
    if size(escaped) <= most:
        return escaped
    return escape(_clip(text, most, lambda character: size(escape(character))))


def _clip(text: str, most: int, measure: Callable[[str], int]) -> str:
    total, fits, fits_with_ellipsis = 0, 0, 0
    for index, character in enumerate(text, 1):
        total += measure(character)
        if total <= most:
            fits = index
        if total <= most - 1:
            fits_with_ellipsis = index
        if total > most:
            break
    if fits == len(text):
        return text
    if most < 1:
        return ""
    return text[: _boundary(text, fits_with_ellipsis)].rstrip() + ELLIPSIS


def _boundary(text: str, at: int) -> int:
    """The last place up to *at* where one character as people see it ends."""
    place = at
    while place > 0 and _belongs_together(text, place):
        place -= 1
        if at - place > _LONGEST_CLUSTER:
            return at
    return place


def _belongs_together(text: str, at: int) -> bool:
    """Whether the code points on both sides of *at* make one character."""
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or _extends(after):
        return True
    if _is_flag_half(before) and _is_flag_half(after):
        run = at
        while run > 0 and _is_flag_half(text[run - 1]):
            run -= 1
        return (at - run) % 2 == 1
    return False


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # the letters inside some flags
        or "\u1160" <= character <= "\u11ff"  # the rest of a Korean syllable
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def width(text: str) -> int:
    """How many columns *text* takes in a monospaced font."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if character == _JOINER or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """*text* filled with spaces to *columns*."""
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space
