"""What people may call themselves on the page."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from bot.core.errors import FormError

NAME_MAX = 40
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINER = "\u200d"
"""Holds families and professions together in emoji; the one invisible character that is kept."""
_MARKS_MAX = 3
"""Marks piled on one letter; no script in use needs more."""


def read_name(typed: str) -> str:
    """
    Clean a name: spaces once, nothing invisible, no piles of marks.

    Raises FormError when nothing is left or too much is.
    """
    # Cut before the work: no name needs more, whatever was sent.
    text = unicodedata.normalize("NFC", typed[: NAME_MAX * 10])
    kept = "".join(
        letter
        for letter in re.sub(r"\s+", " ", text)
        if letter == _JOINER or unicodedata.category(letter) not in _HIDDEN
    ).strip(f" {_JOINER}")
    kept = re.sub(
        rf"([\u0300-\u036f\u20d0-\u20ff]{{{_MARKS_MAX}}})[\u0300-\u036f\u20d0-\u20ff]+", r"\1", kept
    )
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in kept):
        raise FormError({"name": "Type a name, such as the one your team calls you by."})
    if len(kept) > NAME_MAX or len(typed) > NAME_MAX * 10:
        raise FormError({"name": f"That is long. A name has at most {NAME_MAX} characters."})
    return kept


def name_key(name: str) -> str:
    """What two names share that people would mix up; says nothing about the name itself."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace(_JOINER, "")
    return f"web name {sha256(folded.encode()).hexdigest()[:48]}"
