"""JSON Schemas asked by a fast validator first: nearly all that the fakes are sent is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol


class Fast(Protocol):
    """Says yes or no."""

    def is_valid(self, instance: Any) -> bool:
        """Whether *instance* is as the schema wants it."""


class Slow(Protocol):
    """Says what is wrong."""

    def iter_errors(self, instance: Any) -> Iterator[Any]:
        """Find all that is wrong."""


class Quick:
    """A validator that finds nothing wrong at once, and what is wrong in the words of the slow one."""

    def __init__(self, fast: Fast, slow: Slow) -> None:
        """Take two validators of one schema."""
        self.fast = fast
        self.slow = slow

    def iter_errors(self, instance: Any) -> Iterator[Any]:
        """Find all that is wrong."""
        if not self._is_right(instance):
            yield from self.slow.iter_errors(instance)

    def _is_right(self, instance: Any) -> bool:
        try:
            return self.fast.is_valid(instance)
        except UnicodeEncodeError:  # half a character: the fast one cannot even read it
            return False
