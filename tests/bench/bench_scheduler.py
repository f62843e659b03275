"""
The scheduler under load: ``python -m tests.bench.bench_scheduler``.

Channels that are all due in the same minute, posted to a messenger that does nothing: how fast
they are claimed and sent, how late, at what cost; beside APScheduler with one cron job a channel.
Ratios of one run mean something, absolute figures depend on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Self

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, func, insert, select, text

from bot.core.composing import Composer
from bot.core.deck import load
from bot.core.duties import daily_plan
from bot.core.models import ChannelState, DeliveryState, MessageRef, Platform
from bot.core.picking import Picker
from bot.core.ports import Chart, Pace, Parcel
from bot.scheduler.deliveries import Postman
from bot.scheduler.tick import BATCH, Ticker
from bot.settings import shipped_deck
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.store import Store
from bot.store.tables import channels, deliveries, workspaces
from tests.postgres import running_postgres

DUE_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
IN_ONE_WORKSPACE = 100
UNBOUNDED = Pace(per_second=1e9, per_workspace=1e9, edits_per_workspace=1e9)


@dataclass
class Figures:
    """What one process measured."""

    claimed: int = 0
    claim_seconds: float = 0.0
    sent: int = 0
    seconds: float = 0.0
    """From the tick to the last post."""
    lateness: list[float] = field(default_factory=list)
    longest_stall: float = 0.0
    """The longest time in seconds for which the event loop did not come round."""
    peak_mb: float = 0.0


class NoOp:
    """A platform that takes everything at once."""

    platform = Platform.SLACK
    pace = UNBOUNDED

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.at: list[float] = []

    async def post(self, parcel: Parcel) -> MessageRef:
        self.at.append(self._clock())
        return MessageRef(str(parcel.id))

    async def find(self, _parcel: Parcel) -> None:
        return None

    async def edit(self, *_: object) -> None:
        pass

    async def permissions(self, _to: object) -> list[str]:
        return []


class Watch:
    """Measures for how long the event loop is away, by a timer every millisecond."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._look())
        await asyncio.sleep(0.01)
        self.longest = 0.0
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _look(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - before - 0.001)


async def _no_painter(_chart: Chart) -> bytes:
    return b"PNG"


def fill(connection: Connection, number: int, due_at: datetime) -> None:
    """Add *number* channels that are due at one moment, a hundred to a workspace."""
    spaces = range(-(-number // IN_ONE_WORKSPACE))
    connection.execute(
        insert(workspaces),
        [{"platform": "slack", "external_id": f"T{n}", "created_at": DUE_AT} for n in spaces],
    )
    ids = dict(connection.execute(select(workspaces.c.external_id, workspaces.c.id)).all())
    for first in range(0, number, 5_000):
        connection.execute(
            insert(channels),
            [_channel(n, ids, due_at) for n in range(first, min(first + 5_000, number))],
        )


def _channel(number: int, ids: dict[str, int], due_at: datetime) -> dict[str, Any]:
    workspace = f"T{number // IN_ONE_WORKSPACE}"
    return {
        "workspace_id": ids[workspace],
        "platform": "slack",
        "workspace": workspace,
        "external_id": f"C{number}",
        "state": ChannelState.ACTIVE,
        "post_at": "09:00",
        "zone": "UTC",
        "days": "0123456",
        "levels": "",
        "topics": "",
        "digest_day": 0,
        "digest_at": "09:00",
        "next_daily_at": due_at,
        "next_digest_at": due_at + timedelta(days=700),
        "created_at": DUE_AT,
    }


@asynccontextmanager
async def a_ticker(url: str, messenger: NoOp, now: Callable[[], datetime]) -> AsyncIterator[Ticker]:
    """The real scheduler, ticking by hand."""
    database, deck = Database(url), load(shipped_deck())
    store = Store(database)
    composer = Composer(deck, store, _no_painter)
    postman = Postman(store, composer, {messenger.platform: messenger}, now)
    ticker = Ticker(store, postman, Picker(deck).for_channel, now)
    await store.due([Platform.SLACK], DUE_AT - timedelta(days=9))  # connected
    await store.keep("warm", "1")
    postman.start()
    yield ticker
    await ticker.stop()
    await database.close()


async def run_one(url: str, start: Callable[[], object], total: int) -> Figures:
    """Claim and send in this process until nothing is left anywhere."""
    began_at = time.perf_counter()

    def now() -> datetime:
        return DUE_AT + timedelta(seconds=time.perf_counter() - began_at)

    messenger = NoOp(time.perf_counter)
    figures = Figures()
    async with a_ticker(url, messenger, now) as ticker:
        _settle()
        start()
        async with Watch() as watch:
            began_at = time.perf_counter()
            await ticker.beat()
            figures.claim_seconds = time.perf_counter() - began_at
            await _send_all(ticker, now)
        figures.longest_stall = watch.longest
        figures.claimed = ticker.health.claimed
        figures.sent = ticker.health.sent
    figures.seconds = (max(messenger.at) if messenger.at else began_at) - began_at
    figures.lateness = [at - began_at for at in messenger.at]
    figures.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert total
    return figures


async def _send_all(ticker: Ticker, now: Callable[[], datetime]) -> None:
    """Tick until nothing is left anywhere."""
    while True:
        while not ticker._postman.is_idle:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.005)
        await ticker.beat()
        if not await ticker._store.due([Platform.SLACK], now() + timedelta(minutes=5)):
            break
        await asyncio.sleep(0.02)


def _settle() -> None:
    """Do as the bot does once it is built: what is there by then stays."""
    gc.collect()
    gc.freeze()


def process(url: str, barrier: Barrier, total: int, report: str) -> None:
    """One process of several; writes its figures to a file."""
    logging.disable(logging.WARNING)
    figures = asyncio.run(run_one(url, barrier.wait, total))
    Path(report).write_text(json.dumps(asdict(figures)))


def run_together(url: str, processes: int, total: int) -> list[Figures]:
    """Run so many processes over one database at the same time."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    with tempfile.TemporaryDirectory() as folder:
        reports = [str(Path(folder) / str(n)) for n in range(processes)]
        running = [
            context.Process(target=process, args=(url, barrier, total, report))
            for report in reports
        ]
        for each in running:
            each.start()
        for each in running:
            each.join()
        return [Figures(**json.loads(Path(report).read_text())) for report in reports]


@contextlib.contextmanager
def a_database(kind: str, number: int, due_at: datetime = DUE_AT) -> Iterator[str]:
    """A migrated database with so many channels."""
    with ExitStack() as stack:
        if kind == "postgres":
            url = stack.enter_context(running_postgres(fsync=True))
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fq-bench-"))
            url = f"sqlite:///{Path(folder) / 'bench.db'}"
        migrate(url)
        asyncio.run(_fill(url, number, due_at))
        yield url


async def _fill(url: str, number: int, due_at: datetime) -> None:
    database = Database(url)
    await database.write(fill, number, due_at)
    if database.url.get_backend_name() == "postgresql":
        # Not the tables that are still empty: PostgreSQL would plan as if they stayed so.
        analyze = text("ANALYZE workspaces, channels")
        await database.write(lambda connection: connection.execute(analyze))
    await database.close()


async def _check(url: str, number: int) -> None:
    """Everything was sent, once."""
    database = Database(url)
    query = select(func.count()).where(deliveries.c.state == DeliveryState.SENT)
    sent = await database.read(lambda connection: connection.scalar(query))
    await database.close()
    assert sent == number, f"{sent} of {number} are sent"


# --- claims alone --------------------------------------------------------------------------------


async def claim_alone(url: str, number: int) -> tuple[float, float]:
    """Seconds to claim all, and the longest stall of the loop."""
    database = Database(url)
    store, pick = Store(database), Picker(load(shipped_deck())).for_channel
    await store.keep("warm", "1")
    _settle()
    async with Watch() as watch:
        began_at, claimed = time.perf_counter(), 0
        while (
            n := await store.claim_dailies([Platform.SLACK], DUE_AT, daily_plan, pick, BATCH)
        ) or claimed < number:
            claimed += n
        seconds = time.perf_counter() - began_at
    await database.close()
    assert claimed == number
    return seconds, watch.longest


# --- the usual way -------------------------------------------------------------------------------

_fired: list[float] = []


async def fire(_channel: int) -> None:
    """What a cron job of the usual way does: post."""
    _fired.append(time.perf_counter())


async def apscheduler(number: int, url: str | None) -> tuple[float, int, float, float]:
    """
    Seconds until the last of *number* cron jobs, due in the same second, has run; how many ran;
    the longest stall; seconds it took to add them.
    """
    _fired.clear()
    stores = {"default": SQLAlchemyJobStore(url)} if url else {}
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        jobstores=stores,
        executors={"default": AsyncIOExecutor()},
        job_defaults={"misfire_grace_time": None, "coalesce": True},
    )
    scheduler.start(paused=True)
    began_at = time.perf_counter()
    for n in range(number):
        scheduler.add_job(
            fire, CronTrigger(hour=9, timezone=UTC), args=(n,), next_run_time=datetime.now(UTC)
        )
    added = time.perf_counter() - began_at
    async with Watch() as watch:
        began_at = time.perf_counter()
        scheduler.resume()
        before = -1
        while len(_fired) < number and len(_fired) != before:
            before = len(_fired)
            await asyncio.sleep(max(2.0, number / 1_000))
        longest = watch.longest
    scheduler.shutdown(wait=False)
    await asyncio.sleep(0.05)
    return (max(_fired) if _fired else began_at) - began_at, len(_fired), longest, added


# --- pacing and idling ---------------------------------------------------------------------------


async def fan_out(per_second: float, number: int) -> float:
    """How much longer than pacing allows it takes to post to *number* channels, as a share."""
    with tempfile.TemporaryDirectory(prefix="fq-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        migrate(url)
        await _fill(url, number, DUE_AT)
        messenger = NoOp(time.perf_counter)
        messenger.pace = Pace(per_second, per_second)

        def now() -> datetime:
            return DUE_AT

        async with a_ticker(url, messenger, now) as ticker:
            await ticker.beat()
            while len(messenger.at) < number:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.05)
    took = messenger.at[-1] - messenger.at[0]
    return took / ((number - 1) / per_second) - 1


async def idle(url: str, beats: int = 300) -> tuple[float, float]:
    """Milliseconds a beat takes with nothing due, and of processor time."""
    messenger = NoOp(time.perf_counter)
    async with a_ticker(url, messenger, lambda: DUE_AT) as ticker:
        await ticker.beat()
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(beats):
            await ticker.beat()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert not messenger.at
    return wall / beats * 1e3, cpu / beats * 1e3


# --- telling -------------------------------------------------------------------------------------


def tell(label: str, all_: list[Figures]) -> None:
    """One line of the table."""
    lateness = sorted(at for figures in all_ for at in figures.lateness)
    claims = sum(figures.claimed for figures in all_)
    claiming = max(figures.claim_seconds for figures in all_)
    sending = max(figures.seconds for figures in all_)
    print(
        f"{label:24} {claims / claiming:9,.0f} {len(lateness) / sending:9,.0f} "
        f"{statistics.median(lateness):8.2f} {lateness[int(len(lateness) * 0.99) - 1]:8.2f} "
        f"{max(f.longest_stall for f in all_) * 1e3:8.0f} {max(f.peak_mb for f in all_):8.0f}"
    )


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_scheduler")
    parser.add_argument("--channels", default="100,1000,10000")
    parser.add_argument("--only", default="claims,posts,usual,idle,fan-out")
    options = parser.parse_args()
    numbers = [int(n) for n in options.channels.split(",")]
    logging.disable(logging.WARNING)  # the clock is moved
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    parts = {"claims": _claims, "posts": _posts, "usual": _usual, "idle": _idle, "fan-out": _fans}
    for name in options.only.split(","):
        parts[name](numbers)
    return 0


def _claims(numbers: list[int]) -> None:
    print("\nclaims alone                seconds  claims/s  longest stall ms")
    for number in numbers:
        for kind in ("sqlite", "postgres"):
            with a_database(kind, number) as url:
                seconds, stall = asyncio.run(claim_alone(url, number))
            print(
                f"{kind:8} {number:>9,} {seconds:16.3f} {number / seconds:9,.0f} {stall * 1e3:8.0f}"
            )


def _posts(numbers: list[int]) -> None:
    print("\nclaim and post            claims/s   posts/s   median      p99    stall      peak MB")
    for number in numbers:
        for kind, processes in (("sqlite", 1), ("postgres", 1), ("postgres", 2), ("postgres", 4)):
            with a_database(kind, number) as url:
                tell(f"{kind}:{processes} {number:,}", run_together(url, processes, number))
                asyncio.run(_check(url, number))


def _usual(numbers: list[int]) -> None:
    print("\nAPScheduler, a job a channel   run of    seconds   stall ms   to add s")
    for number in (n for n in numbers if n <= 10_000):
        with tempfile.TemporaryDirectory() as folder:
            for label, url in (("memory", None), ("sqlite", f"sqlite:///{folder}/jobs.db")):
                seconds, ran, stall, added = asyncio.run(apscheduler(number, url))
                print(
                    f"{label:10} {ran:>9,} of {number:>9,} {seconds:9.2f} "
                    f"{stall * 1e3:9.0f} {added:9.1f}"
                )


def _idle(_numbers: list[int]) -> None:
    print("\nnothing due, 100,000 channels   ms a beat   ms of processor")
    for kind in ("sqlite", "postgres"):
        with a_database(kind, 100_000, DUE_AT + timedelta(days=1)) as url:
            wall, cpu = asyncio.run(idle(url))
        print(f"{kind:28} {wall:11.2f} {cpu:14.2f}")


def _fans(_numbers: list[int]) -> None:
    print("\nfan-out at a pace")
    for per_second, number in ((50.0, 1_000), (200.0, 2_000)):
        over = asyncio.run(fan_out(per_second, number))
        print(f"{number:,} posts at {per_second:g} a second: {over:+.2%} of what pacing allows")


if __name__ == "__main__":
    sys.exit(main())
