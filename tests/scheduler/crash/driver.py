"""The driver: keeps so many processes running, kills them, and plays meanwhile."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from random import Random
from typing import Any

from sqlalchemy import Connection, func, select

from bot.core.errors import QuizError, StoreError
from bot.core.ports import Store as StorePort
from bot.store.database import Database
from bot.store.store import Store
from bot.store.tables import deliveries
from tests.builders import grade, setup, the_round
from tests.fakes.channel_server import ChannelServer, Fault
from tests.scheduler.crash.audit import Audit, audit
from tests.scheduler.crash.failpoints import NAMES
from tests.scheduler.crash.plan import SLOW, TAKEN, Plan, first_moments
from tests.scheduler.crash.worker import Job, work

RANDOM = "random instant"
PATIENCE = (0.8, 2.5)
"""Real seconds after which a process is killed that did not reach its failpoint."""
QUIET = 6.0
"""Real seconds at the end without kills and faults, in which all has to settle."""
FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "post": (
        Fault.LATE, Fault.SLOW, Fault.TWICE, Fault.DROPPED, Fault.BROKEN, Fault.BROKEN_AFTER,
        Fault.BUSY, Fault.DOWN,
    ),
    "find": (Fault.DOWN, Fault.DROPPED, Fault.BUSY, Fault.LATE),
    "edit": (Fault.DOWN, Fault.DROPPED, Fault.LATE),
}  # fmt: skip
LAG = timedelta(hours=6)
"""When something has waited so long, by the moved clock, the processes may live until it is sent."""
STUCK = 12.0
"""Real seconds of lagging after which the driver tells what waits."""
FAULTY = 0.25
"""The share of requests that go wrong."""


@dataclass
class Run:
    """One run over one database."""

    database: str
    processes: int
    kills: int
    speed: float
    channels: int
    seed: int
    slack: float = 1.0
    killed: Counter[str] = field(default_factory=Counter)
    """How often at which failpoint."""
    tried: Counter[str] = field(default_factory=Counter)
    is_quiet: bool = False

    async def run(self) -> Audit:
        """Run and check; the database is migrated and empty."""
        self._random = Random(self.seed)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.scheduler.crash.worker"])
        database = Database(self.database)
        store, self._audited = Store(database), database
        self._plan = Plan(self.speed, self.channels, time.monotonic(), self.slack)
        await self._set_up(store)
        async with ChannelServer(
            while_=SLOW * self.slack,
            retry_after=self._plan.span(0.3).total_seconds(),
            takes_within=TAKEN * self.slack,
        ) as server:
            server.plan = self._fault
            self._server = server
            playing = asyncio.create_task(self._play(store))
            await asyncio.gather(*(self._keep_killing() for _ in range(self.processes)))
            end = await self._settle()
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            result = await audit(database, self._plan, server.messages, *end)
        await database.close()
        return result

    def _fault(self, request: str, _payload: Mapping[str, Any]) -> Fault:
        if self.is_quiet or self._random.random() > FAULTY:
            return Fault.NONE
        return self._random.choice(FAULTS[request])

    async def _set_up(self, store: StorePort) -> None:
        for caller, settings in self._plan.places():
            await store.keep_settings(
                caller, setup(settings, *first_moments(settings)), self._plan.now()
            )

    async def _keep_killing(self) -> None:
        """Run one process after the other, each to its death."""
        while self.killed.total() < self.kills:
            if await self._lag() > LAG:
                await self._let_live()
            name = self._next_failpoint()
            process = self._start(name, self._random.randint(1, 3))
            died_there = await self._await_death(
                process, self._random.uniform(*PATIENCE) * self.slack
            )
            self.killed[name if died_there else RANDOM] += 1

    async def _lag(self) -> timedelta:
        """How long the oldest delivery that is not settled has waited: a busy machine is slow."""
        oldest = await self._audited.read(_oldest)
        return self._plan.now() - oldest if oldest else timedelta()

    async def _let_live(self) -> None:
        """Let one process work, among faults but without a kill, until nothing lags."""
        process, began_at, is_told = self._start("", 0), time.monotonic(), False
        while await self._lag() > LAG / 3:
            await asyncio.sleep(0.2)
            if not is_told and time.monotonic() - began_at > STUCK * self.slack:
                is_told = True
                print(f"    lagging, process alive: {process.is_alive()}; waiting:")
                for row in await self._audited.read(_stuck):
                    print("       ", *row)
        await self._await_death(process, 0)
        self.killed[RANDOM] += 1

    def _next_failpoint(self) -> str:
        """Those tried least come first; now and then none at all."""
        name = RANDOM
        if self._random.random() > 0.15:
            fewest = min(self.tried[name] for name in NAMES)
            name = self._random.choice([name for name in NAMES if self.tried[name] == fewest])
        self.tried[name] += 1
        return name

    def _start(self, failpoint: str, hits: int) -> ForkServerProcess:
        job = Job(
            self._plan,
            self.database,
            self._server.url,
            failpoint,
            hits,
            self._random.randrange(1 << 30),
        )
        process = self._context.Process(target=work, args=(job,), daemon=True)
        process.start()
        return process

    async def _await_death(self, process: ForkServerProcess, seconds: float) -> bool:
        """Whether it died by itself in that time; else it is killed now."""
        until = time.monotonic() + seconds
        while process.is_alive() and time.monotonic() < until:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.01)
        died_there = not process.is_alive()
        if not died_there:
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        await _ended(process)
        if process.exitcode != -signal.SIGKILL:
            raise RuntimeError(f"a process ended with {process.exitcode}: see its traceback")
        return died_there

    async def _settle(self) -> tuple[Any, Any]:
        """Let the last processes finish in peace; gives until when all must be there, and may be."""
        self.is_quiet = True
        must = self._plan.now()
        last = [self._start("", 0) for _ in range(self.processes)]
        await asyncio.sleep(QUIET * self.slack)
        for process in last:
            process.terminate()
            await _ended(process)
            if process.exitcode != 0:
                raise RuntimeError(f"a process stopped with {process.exitcode}")
        return must, self._plan.now()

    async def _play(self, store: StorePort) -> None:
        """One member plays everywhere, a few times a day."""
        while True:
            for caller, _ in self._plan.places():
                try:
                    now = self._plan.now()
                    await grade(store, await the_round(store, caller, now), caller, now=now)
                except (QuizError, StoreError, AssertionError):
                    pass  # no round is open there, or it has just closed
                await asyncio.sleep(0.002)
            await asyncio.sleep(86_400 / self.speed / 6)


def _oldest(connection: Connection) -> datetime | None:
    waiting = select(func.min(deliveries.c.created_at)).where(deliveries.c.due_at.is_not(None))
    oldest = connection.scalar(waiting)
    return None if oldest is None else oldest.astimezone(UTC)


def _stuck(connection: Connection) -> list[tuple[str, ...]]:
    """The oldest deliveries that are not settled."""
    columns = (
        deliveries.c.id, deliveries.c.kind, deliveries.c.state, deliveries.c.due_at,
        deliveries.c.tries, deliveries.c.created_at, deliveries.c.error,
    )  # fmt: skip
    waiting = select(*columns).where(deliveries.c.due_at.is_not(None)).order_by(deliveries.c.id)
    return [tuple(map(str, row)) for row in connection.execute(waiting.limit(3))]


async def _ended(process: ForkServerProcess) -> None:
    """
    Wait for the end of a process, asking from one thread alone.

    Each start asks after all others too; of two threads that ask, one would read nothing and tell
    255.
    """
    while process.is_alive():  # noqa: ASYNC110  # nobody tells
        await asyncio.sleep(0.01)
