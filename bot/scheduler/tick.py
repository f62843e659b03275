"""The tick: looks what is due, claims it, and wakes the postman."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.core import duties
from bot.core.cards.doctor import CLOCK_TOLERANCE
from bot.core.errors import StoreError
from bot.core.ports import Clock, Store
from bot.core.views import Due, PickRule
from bot.scheduler.deliveries import Postman

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=2)
BATCH = 200
"""
Channels claimed in one transaction: some 20 ms, or 90 where each has a year behind it, so that a
grade never waits long.
"""
CHECK_EVERY = timedelta(hours=1)
FAREWELL = 5.0
"""Seconds a beat under way may take when the process is told to stop."""


class Ticker:
    """
    One process's clock.

    Every process ticks; the database decides who does what, so a missed tick is made up and a
    repeated one does nothing. APScheduler only rings the bell.
    """

    def __init__(
        self,
        store: Store,
        postman: Postman,
        pick: PickRule,
        clock: Clock,
        *,
        every: timedelta = EVERY,
    ) -> None:
        self.health = postman.health
        self._store = store
        self._postman = postman
        self._pick = pick
        self._clock = clock
        self._every = every
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._rung = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._checked_at: datetime | None = None
        self._is_broken = False
        self._is_stopping = False

    def start(self) -> None:
        """Begin to tick, at once and then for ever; call it inside the running loop."""
        self._loop = asyncio.get_running_loop()
        self._postman.start()
        self._task = asyncio.create_task(self._run(), name="flaskquiz-tick")
        self._scheduler.add_job(
            self._ring,
            IntervalTrigger(seconds=self._every.total_seconds(), timezone=UTC),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def wake(self) -> None:
        """Tick at once: something is owed now. May be called from any thread, at any time."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)

    async def stop(self) -> None:
        """Finish what is under way within a few seconds; nothing new begins."""
        self._is_stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._task is not None:
            self._rung.set()
            _, late = await asyncio.wait({self._task}, timeout=FAREWELL)
            for task in late:
                task.cancel()
        await self._postman.stop()

    async def beat(self) -> None:
        """Claim all that is due; never raises, for the next beat makes up for this one."""
        now = self._clock()
        try:
            due = await self._store.due(self._postman.platforms, now)
            if due:
                await self._claim(due)
            await self._check_clock(now)
            self.health.well(now)
        except StoreError as error:
            self.health.ill(str(error), now)
        except Exception:  # an edge: a beat that raises would be the last one
            if not self._is_broken:  # once, not every two seconds, until a beat works again
                logger.exception("A tick broke; the next one tries again")
            self._is_broken = True
        else:
            self._is_broken = False

    async def _ring(self) -> None:
        self._rung.set()

    async def _run(self) -> None:
        while not self._is_stopping:
            await self._rung.wait()
            self._rung.clear()
            await self.beat()

    async def _claim(self, due: Due) -> None:
        """Answers first, so that yesterday's comes before today's question."""
        if due.answers:
            await self._all(self._claim_answers)
            self._postman.wake_counters()
        if due.dailies:
            await self._all(self._claim_dailies)
        if due.digests:
            await self._all(self._claim_digests)
        if due.deliveries:
            self._postman.wake()
        if due.counters:
            self._postman.wake_counters()

    async def _all(self, claim: Callable[[], Awaitable[int]]) -> None:
        """Claim batch after batch; the first is on its way while the next is claimed."""
        claimed = BATCH
        while claimed >= BATCH and not self._is_stopping:
            claimed = await claim()
            self.health.claimed += claimed
            self._postman.wake()

    async def _claim_answers(self) -> int:
        return await self._store.claim_answers(
            self._postman.platforms, self._clock(), duties.channel_memory, BATCH
        )

    async def _claim_dailies(self) -> int:
        return await self._store.claim_dailies(
            self._postman.platforms, self._clock(), duties.daily_plan, self._pick, BATCH
        )

    async def _claim_digests(self) -> int:
        return await self._store.claim_digests(
            self._postman.platforms, self._clock(), duties.digest_plan, BATCH
        )

    async def _check_clock(self, now: datetime) -> None:
        """Compare clocks now and then: leases of several processes rely on them."""
        if self._checked_at is not None and now - self._checked_at < CHECK_EVERY:
            return
        self._checked_at = now
        offset = await self._store.now() - self._clock()
        was_wrong = abs(self.health.clock_offset or timedelta()) > CLOCK_TOLERANCE
        self.health.clock_offset = offset
        if abs(offset) > CLOCK_TOLERANCE and not was_wrong:
            logger.warning(
                "This clock is %.1f s away from the database's: set it by NTP.",
                abs(offset).total_seconds(),
            )
