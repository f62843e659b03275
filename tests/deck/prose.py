"""What the deck says, as sentences and words, without its code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.deck import Question

_COMMON = """
a an the and or of to in on for with is are be it its this that what which how do does you your when
why not no by from at as than so if then they one can must has have was will would who where only
into
"""
COMMON = frozenset(_COMMON.split())
"""Words that say nothing about what is asked."""


def prose_of(question: Question) -> Iterator[str]:
    """Everything a reader is told as true: no wrong choice, no program."""
    yield question.prompt
    yield from question.key_points
    yield from question.answer
    if question.check is not None:
        yield question.check.ask
        if not question.check.code:
            yield question.check.choices[question.check.right]


def sentences_of(question: Question) -> Iterator[str]:
    for text in prose_of(question):
        yield from re.split(r"(?<=[.?!:;])\s+", text)


def without_code(text: str) -> str:
    return re.sub(r"`[^`]*`", " ", text)


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)


def stems_of(text: str) -> frozenset[str]:
    """The words that carry the meaning, without their endings; code counts as words."""
    found = re.findall(r"[a-z_0-9]{2,}", text.casefold())
    return frozenset(re.sub(r"(ing|ed|es|s)$", "", word) for word in found if word not in COMMON)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of both is shared: 0 to 1 (Jaccard's index)."""
    return len(one & other) / len(one | other) if one | other else 0.0
