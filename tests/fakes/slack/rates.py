"""Rate limits: the tiers of the Web API and one post a second in each channel."""

from __future__ import annotations

import math
from collections import defaultdict, deque

from tests.fakes.slack.clock import Clock

# Calls a minute, per method and workspace: https://docs.slack.dev/apis/web-api/rate-limits
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS = ("chat.postMessage", "chat.postEphemeral")
WORKSPACE_POSTS = 300  # "several hundred messages per minute"


class Rates:
    """Counts calls in a sliding minute; does nothing until it is switched on."""

    def __init__(self, clock: Clock) -> None:
        self.on = False
        self.per_minute: dict[str, int] = {}
        self._clock = clock
        self._calls: dict[tuple[str, ...], deque[float]] = defaultdict(deque)

    def limit(self, method: str, per_minute: int) -> None:
        """Give a method its own limit, as conversations.history has for distributed apps."""
        self.per_minute[method] = per_minute
        self.on = True

    def wait(self, team_id: str, method: str, tier: int | None, channel: str | None) -> int:
        """Count a call; return the seconds to wait if it is one too many, else 0."""
        if not self.on:
            return 0
        limits: list[tuple[tuple[str, ...], int, float]] = []
        if method in self.per_minute:
            limits.append(((team_id, method), self.per_minute[method], 60.0))
        elif method in POSTS:
            limits.append(((team_id, "posts"), WORKSPACE_POSTS, 60.0))
        elif tier:
            limits.append(((team_id, method), TIERS[tier], 60.0))
        if method == "chat.postMessage" and channel:
            limits.append(((team_id, "channel", channel), 1, 1.0))
        waits = [self._wait(key, most, span) for key, most, span in limits]
        if not any(waits):
            for key, _, _ in limits:
                self._calls[key].append(self._clock())
        return max(waits, default=0)

    def _wait(self, key: tuple[str, ...], most: int, span: float) -> int:
        calls, now = self._calls[key], self._clock()
        while calls and calls[0] <= now - span:
            calls.popleft()
        return math.ceil(calls[0] + span - now) if len(calls) >= most else 0
