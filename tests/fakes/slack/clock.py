"""The time inside this Slack: any callable that gives seconds since 1970."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self._now += seconds
