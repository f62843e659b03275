"""Recent events: what comes a second time changes nothing."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta

from bot.core.ports import Clock, Store

KEPT_MAX = 10_000
KEEP = timedelta(hours=1)


class Recent:
    """
    Knows the events this process has begun to handle, by their ids.

    Another process may have the same shard while one takes over from the other. What the quiz does
    comes out the same when both do it, except for what `first_of_all` is asked about.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._begun: OrderedDict[int, None] = OrderedDict()

    def first(self, event: int) -> bool:
        """Whether this process has not seen *event* before."""
        if event in self._begun:
            return False
        self._begun[event] = None
        if len(self._begun) > KEPT_MAX:
            self._begun.popitem(last=False)
        return True

    async def first_of_all(self, event: int) -> bool:
        """Whether no process has asked for *event* before."""
        return await self._store.first_time(f"discord:{event}", self._clock(), KEEP)
