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
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by category, but drawn as nothing."""
_PILE = re.compile(r"([\u0300-\u036f\u20d0-\u20ff]{3})[\u0300-\u036f\u20d0-\u20ff]+")
"""More marks on one letter than any script in use needs."""


def read_name(typed: str) -> str:
    """
    Clean a name: spaces once, nothing invisible, no piles of marks.

    Raises FormError when nothing is left or too much is.
    """
    text = " ".join(typed.split())
    kept = "".join(filter(_is_visible, unicodedata.normalize("NFC", text[: NAME_MAX * 10])))
    kept = _PILE.sub(r"\1", kept).strip(f" {_JOINER}")
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in kept):
        raise FormError({"name": "Type a name, such as the one your team calls you by."})
    if len(kept) > NAME_MAX or len(text) > NAME_MAX * 10:
        raise FormError({"name": f"That is long. A name has at most {NAME_MAX} characters."})
    return kept


def _is_visible(letter: str) -> bool:
    if letter == _JOINER:
        return True
    return letter not in _BLANKS and unicodedata.category(letter) not in _HIDDEN


def name_key(name: str) -> str:
    """What two names share that people would mix up; says nothing about the name itself."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace(_JOINER, "")
    return f"web name {sha256(folded.encode()).hexdigest()[:48]}"
