"""Where things stand in a JSON text: lines for people, keys that are there twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Where = tuple[int | str, ...]
"""The way to a value: keys and indices, from the outermost in."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


@dataclass(slots=True)
class _Level:
    """An object or array that is being read."""

    path: Where
    is_object: bool
    keys: set[str] = field(default_factory=set)
    key: str | None = None
    count: int = 0

    def next_path(self) -> Where:
        """The way to the value that begins now."""
        if not self.is_object:
            return (*self.path, self.count)
        return self.path if self.key is None else (*self.path, self.key)


def find_lines(text: str, wanted: Iterable[Where]) -> dict[Where, int]:
    """
    The line (from 1) of each place of *wanted* in *text*, which must be JSON.

    A place that is not there gets the line of the nearest thing around it.
    """
    sought = {path[:length] for path in wanted for length in range(len(path) + 1)}
    found: dict[Where, int] = {}
    line, position = 1, 0
    for path, start, _ in _values(text):
        if path in sought and path not in found:
            line += text.count("\n", position, start)
            position = start
            found[path] = line
    return {path: _nearest(found, path) for path in sought}


def doubled_keys(text: str) -> list[Where]:
    """Every key that an object of *text*, which must be JSON, has a second time."""
    return [path for path, _, doubled in _values(text) if doubled]


def _nearest(found: dict[Where, int], path: Where) -> int:
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


def _values(text: str) -> Iterator[tuple[Where, int, bool]]:
    """
    Every value as (path, where it starts, whether its key is there twice); a keyed value starts
    at its key.
    """
    levels: list[_Level] = []
    start, doubled = 0, False
    for token in _TOKEN.finditer(text):
        word = token[0]
        top = levels[-1] if levels else None
        if word in "}]":
            levels.pop()
        elif word == ",":
            assert top is not None  # the text is JSON
            top.count += 1
            top.key = None
        elif word == ":":
            continue
        elif top is not None and top.is_object and top.key is None:
            top.key = json.loads(word)
            start, doubled = token.start(), top.key in top.keys
            top.keys.add(str(top.key))
        else:
            keyed = top is not None and top.is_object
            path = top.next_path() if top else ()
            yield path, start if keyed else token.start(), keyed and doubled
            if word in "{[":
                levels.append(_Level(path, word == "{"))
