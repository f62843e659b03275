"""What is wrong with a deck, in words: the line, the question and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cached_property
from json import JSONDecoder
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

Where = tuple[int | str, ...]
_BLANK = re.compile(r"[\s,]*")


class _Entry(NamedTuple):
    """Where a question stands in the text, and what it is."""

    start: int
    end: int
    value: Any


class Faults:
    """Words for the faults of one deck's text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, errors: Sequence[ErrorDetails], model: type[BaseModel]) -> list[str]:
        """A sentence for each of pydantic's *errors*."""
        if errors[0]["type"] == "json_invalid":
            return [f"is not JSON that can be read: {errors[0]['ctx']['error']}"]
        return [f"{self.place(error['loc'])}: {_problem(error, model)}" for error in errors]

    def place(self, where: Where) -> str:
        """Name a place: ``line 12, 'some-id' key_points 2``."""
        index = where[1] if len(where) > 1 and where[0] == "questions" else None
        if not isinstance(index, int):
            return " ".join(str(part) for part in where) or "the file"
        entry = self._entries[index]
        line = self._text.count("\n", 0, self._find(entry, where[2:])) + 1
        name = entry.value.get("id") if isinstance(entry.value, dict) else None
        question = f"{name[:40]!r}" if isinstance(name, str) else f"question {index + 1}"
        parts = [f"{part + 1}" if isinstance(part, int) else str(part) for part in where[2:]]
        return " ".join([f"line {line}, {question}", *parts])

    def _find(self, entry: _Entry, parts: Where) -> int:
        # Good enough for a person: the first place in the question that names the field.
        position = entry.start
        for part in parts:
            if isinstance(part, str):
                found = self._text.find(f'"{part}"', position, entry.end)
                position = found if found >= 0 else position
        return position

    @cached_property
    def _entries(self) -> list[_Entry]:
        """The questions of the text, which is known to be JSON by now."""
        decoder = JSONDecoder()
        entries: list[_Entry] = []
        opening = re.search(r'"questions"\s*:\s*\[', self._text)
        position = opening.end() if opening else len(self._text)
        while True:
            blank = _BLANK.match(self._text, position)
            position = blank.end() if blank else position
            if position >= len(self._text) or self._text[position] == "]":
                return entries
            value, end = decoder.raw_decode(self._text, position)
            entries.append(_Entry(position, end, value))
            position = end


def _problem(error: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong and what to do, in a few words."""
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "is missing: add it"
        case "extra_forbidden":
            close = get_close_matches(str(error["loc"][-1]), _fields(model), 1)
            return f"is unknown: {f'did you mean {close[0]}?' if close else 'remove it'}"
        case "string_too_long":
            return f"has {len(error['input'])} characters: at most {context['max_length']}"
        case "string_too_short":
            return f"is too short: at least {context['min_length']} characters"
        case "too_long":
            return f"has too many entries: at most {context['max_length']}"
        case "too_short":
            return f"has too few entries: at least {context['min_length']}"
        case "enum" | "literal_error":
            return f"is {str(error['input'])[:30]!r}: use {context['expected']}"
        case "string_pattern_mismatch" if error["loc"][-1] == "id":
            return "is not an id: use lower-case words joined by hyphens"
        case "string_pattern_mismatch":
            return "is not a version range: write it like >=3.0,<3.2"
        case "value_error":
            return str(context["error"])
        case _:
            return error["msg"][0].lower() + error["msg"][1:]


def _fields(model: type[BaseModel]) -> list[str]:
    """Every field name of the schema."""
    schema = model.model_json_schema()
    names = {*schema["properties"]}
    for definition in schema.get("$defs", {}).values():
        names.update(definition.get("properties", {}))
    return sorted(names)
