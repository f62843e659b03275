"""What no single question can show: ids used twice, a topic spelled in two ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from bot.core.deck_faults import Fault
from bot.core.deck_rules import slug

_SHOWN = 30


def questions_in(raw: Any) -> list[Any]:
    """What stands where a deck's questions belong, whatever it is."""
    questions = raw.get("questions") if isinstance(raw, dict) else None
    return questions if isinstance(questions, list) else []


def clashes(questions: Iterable[Any]) -> Iterator[Fault]:
    """Questions that cannot stand beside each other."""
    listed = list(questions)
    yield from _ids_used_twice(listed)
    yield from _topics_spelled_otherwise(listed)


def _ids_used_twice(questions: Iterable[Any]) -> Iterator[Fault]:
    ids = list(_texts(questions, "id"))
    uses = Counter(name for _, name in ids)
    for i, name in ids:
        if uses[name] > 1:
            yield Fault(("questions", i, "id"), "is used twice: rename one")


def _topics_spelled_otherwise(questions: Iterable[Any]) -> Iterator[Fault]:
    labels: dict[str, str] = {}
    for i, topic in _texts(questions, "topic"):
        label = labels.setdefault(slug(topic), topic)
        if label != topic and slug(topic):
            problem = f"is {topic[:_SHOWN]!r} here, {label[:_SHOWN]!r} elsewhere: use one"
            yield Fault(("questions", i, "topic"), problem)


def _texts(questions: Iterable[Any], key: str) -> Iterator[tuple[int, str]]:
    for i, question in enumerate(questions):
        if isinstance(question, dict) and isinstance(question.get(key), str):
            yield i, question[key]
