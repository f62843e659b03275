"""How fast one member or one address may ask: token buckets, kept in memory and bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from math import ceil

KEYS_MAX = 10_000
"""Buckets kept at a time; the one unused for longest is given up."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second from then on."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What the page allows. One office often shares an address, and behind a proxy everybody does:
    `X-Forwarded-For` is not believed, for anybody may write it.
    """

    member: Rate = field(default_factory=lambda: Rate(60, 6))
    member_writes: Rate = field(default_factory=lambda: Rate(30, 2))
    address: Rate = field(default_factory=lambda: Rate(600, 120))
    address_writes: Rate = field(default_factory=lambda: Rate(200, 40))
    joins: Rate = field(default_factory=lambda: Rate(200, 0.2))
    """A team may join at once; from then on one in five seconds."""
    watching: int = 200
    """Browsers of one address that follow the page live."""


class Buckets:
    """One bucket for each key; *clock* gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, rate: Rate) -> int:
        """Take one token: 0 when there was one, otherwise the seconds until there is."""
        now = self._clock()
        tokens, then = self._kept.pop(key, (float(rate.burst), now))
        tokens = min(float(rate.burst), tokens + (now - then) * rate.per_second)
        wait = 0 if tokens >= 1 else max(1, ceil((1 - tokens) / rate.per_second))
        self._kept[key] = (tokens if wait else tokens - 1, now)
        if len(self._kept) > KEYS_MAX:
            self._kept.popitem(last=False)
        return wait
