"""How long the scheduler waits, for what, and how it tells the time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class Patience:
    """The spans of sending; a test with a moved clock brings its own."""

    lease: timedelta = timedelta(minutes=2)
    """How long a delivery is ours: others leave it alone, and look for it afterwards."""
    margin: timedelta = timedelta(seconds=30)
    """No call begins later than this before the lease ends; longer than `timeout`."""
    timeout: timedelta = timedelta(seconds=20)
    """How long one call to a platform may take; then it is cut off, its outcome unknown."""
    settle: timedelta = timedelta(seconds=20)
    """How long a platform may take to show a post whose answer was lost."""
    first_pause: timedelta = timedelta(seconds=2)
    longest_pause: timedelta = timedelta(minutes=30)
    tries: int = 150
    """Dailies end with their day after some 60; this bounds what nothing else does."""
    farewell: timedelta = timedelta(seconds=5)
    """How long what is under way may take when the process is told to stop."""

    def pause(self, tries: int, random: Random) -> timedelta:
        """How long to wait after so many tries: twice as long each time, spread by half."""
        longest = min(self.longest_pause, self.first_pause * 2 ** min(tries - 1, 30))
        pause: timedelta = longest * random.uniform(0.5, 1)
        return pause


@dataclass(frozen=True, slots=True)
class Timer:
    """Tells spans, not moments: a clock set back must not stop the post."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
