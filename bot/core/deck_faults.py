"""What is wrong with a deck, in words: the line, the question and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from bot.core.deck_rules import ID, VERSIONS, broken_line
from bot.core.deck_text import NESTED
from bot.core.json_places import Where, find_lines
from bot.core.wording import counted

FAULTS_MAX = 1_000
"""More than this are counted, not listed."""
_NAME_MAX = 40
_PATTERNS = {
    ID: "is not an id: use lower-case words and numbers joined by hyphens",
    VERSIONS: "is not a version range: write it like >=3.0,<3.2",
}
_SIZES = frozenset({"string_too_long", "string_too_short", "too_long", "too_short"})
_TYPES = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "tuple_type": "a list in [ ]",
    "model_type": "an object in { }",
    "model_attributes_type": "an object in { }",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at one place of a deck, and what to do about it."""

    where: Where
    problem: str


def told(faults: Iterable[Fault], text: str, questions: Sequence[Any]) -> list[str]:
    """
    A sentence for each fault, in the order of the lines of *text*, which holds *questions*.

    ``line 12, 'some-id' key_points 2: has 80 characters: at most 75``
    """
    listed = sorted(dict.fromkeys(faults), key=_question_of)
    shown = listed[:FAULTS_MAX]
    lines = find_lines(text, {fault.where for fault in shown})
    shown.sort(key=lambda fault: lines[fault.where])
    sentences = [
        f"line {lines[fault.where]}, {place(fault.where, questions)}: {fault.problem}"
        for fault in shown
    ]
    if len(listed) > FAULTS_MAX:
        sentences.append(f"and {len(listed) - FAULTS_MAX:,} more: mend these first")
    return sentences


def _question_of(fault: Fault) -> int:
    number = fault.where[1] if len(fault.where) > 1 else -1
    return number if isinstance(number, int) else -1


def place(where: Where, questions: Sequence[Any]) -> str:
    """Name a place for a person: ``'some-id' key_points 2``, ``title``, ``the file``."""
    number = where[1] if len(where) > 1 and where[0] == "questions" else None
    if not isinstance(number, int):
        return " ".join(_named(part) for part in where) or "the file"
    question = questions[number] if number < len(questions) else None
    name = question.get("id") if isinstance(question, dict) else None
    known = isinstance(name, str) and name != ""
    first = repr(str(name)[:_NAME_MAX]) if known else f"question {number + 1}"
    return " ".join([first, *(_named(part) for part in where[2:])])


def _named(part: int | str) -> str:
    """A key as it is, an index as people count; strange or long keys in quotes and cut."""
    if isinstance(part, int):
        return str(part + 1)
    plain = part.isprintable() and part.isascii() and 0 < len(part) <= _NAME_MAX
    return part if plain else ascii(part[:_NAME_MAX])


def fault_of(error: ErrorDetails, fields: Iterable[str]) -> Fault:
    """Put one of pydantic's errors in words; *fields* are the names the schema knows."""
    return Fault(error["loc"], _problem(error, fields))


def _problem(error: ErrorDetails, fields: Iterable[str]) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "is missing: add it"
        case "extra_forbidden":
            close = get_close_matches(str(error["loc"][-1])[:_NAME_MAX], list(fields), 1)
            return f"is unknown: {f'did you mean {close[0]}?' if close else 'remove it'}"
        case "string_pattern_mismatch":
            return _PATTERNS.get(context["pattern"]) or broken_line(error["input"])
        case "value_error":
            return str(context["error"])
        case "json_invalid" if "recursion" in context["error"]:
            return NESTED
        case "json_invalid":
            return f"is not JSON that can be read: {context['error']}"
        case kind if kind in _SIZES:
            return _size(error, context)
        case _:
            return _value(error, context)


def _size(error: ErrorDetails, context: dict[str, Any]) -> str:
    match error["type"]:
        case "string_too_long":
            return f"has {len(error['input']):,} characters: at most {context['max_length']}"
        case "string_too_short":
            return f"is too short: at least {counted(context['min_length'], 'character')}"
        case "too_long":
            return f"has too many entries: at most {context['max_length']:,}"
        case _:
            return f"has too few entries: at least {context['min_length']}"


def _value(error: ErrorDetails, context: dict[str, Any]) -> str:
    given = _shown(error["input"])
    match error["type"]:
        case "enum" | "literal_error":
            return f"is {given}: use {context['expected']}"
        case "greater_than_equal":
            return f"is {given}: at least {context['ge']}"
        case "less_than_equal":
            return f"is {given}: at most {context['le']}"
        case kind if kind in _TYPES:
            return f"is {given}: write {_TYPES[kind]}"
        case _:
            return error["msg"][0].lower() + error["msg"][1:]


def _shown(value: Any) -> str:
    match value:
        case dict():
            return "an object"
        case list() | tuple():
            return "a list"
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() if abs(value) >= 10**30:
            return "a huge number"
    return ascii(value if not isinstance(value, str) else value[:30])
