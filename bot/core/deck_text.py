"""A deck file as text and as plain JSON values, before anybody asks what is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.core.errors import InvalidDeckError

FILE_MAX = 64 * 2**20
"""Bytes of a deck file; 10,000 questions take about 40 MB."""
NESTED = "is nested too deeply: a deck has no more than 6 levels"
_MARKS = {
    b"\xef\xbb\xbf": "a byte order mark: save it as UTF-8 without BOM",
    b"\xff\xfe\0\0": "a UTF-32 byte order mark: save it as UTF-8",
    b"\xff\xfe": "a UTF-16 byte order mark: save it as UTF-8",
    b"\xfe\xff": "a UTF-16 byte order mark: save it as UTF-8",
}


def read_deck(path: Path) -> str:
    """The text of the file at *path*; raises InvalidDeckError when there is none to read."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX + 1)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}: check the path and who may read it"
        raise _refusal(path, problem) from None
    except ValueError:  # a path with a null character
        raise _refusal(path, "cannot be read: it is no path") from None
    if len(data) > FILE_MAX:
        raise _refusal(path, f"is larger than {FILE_MAX // 2**20} MB: split it")
    return _decoded(path, data)


def _decoded(path: Path, data: bytes) -> str:
    for mark, problem in _MARKS.items():
        if data.startswith(mark):
            raise _refusal(path, f"begins with {problem}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(
            path, f"line {line}: is not UTF-8 (byte {error.start:,}): save the file as UTF-8"
        ) from None
    if "\0" in text:
        raise _refusal(path, "holds null characters, as UTF-16 does: save the file as UTF-8")
    if not text.strip():
        raise _refusal(path, "is empty: `flaskquiz questions schema` prints what belongs in it")
    return text


def parse_deck(text: str, path: Path) -> tuple[Any, bool]:
    """
    *text* as JSON values (numbers as text), and whether any object has a key twice.

    Raises InvalidDeckError when it is no JSON.
    """
    doubled = False

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        values = dict(pairs)
        doubled = doubled or len(values) < len(pairs)
        return values

    try:
        # Numbers stay text: nobody reads them here, and Python refuses to convert huge ones.
        value = json.loads(
            text, object_pairs_hook=keep, parse_int=str, parse_float=str, parse_constant=str
        )
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: is not JSON: {error.msg}"
        raise _refusal(path, problem) from None
    except RecursionError:
        raise _refusal(path, NESTED) from None
    return value, doubled


def _refusal(path: Path, problem: str) -> InvalidDeckError:
    return InvalidDeckError(str(path), [problem])
