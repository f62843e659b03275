"""One process of the crash test: a whole scheduler over one database, until it is killed."""

from __future__ import annotations

import asyncio
import logging
import signal
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bot.core.composing import Composer
from bot.core.models import Platform
from bot.core.picking import Picker
from bot.core.ports import Chart, Pace
from bot.scheduler.deliveries import Postman
from bot.scheduler.tick import Ticker
from bot.store.database import Database
from bot.store.store import Store
from tests.decks import a_deck
from tests.fakes.channel_server import ChannelMessenger
from tests.scheduler.crash.failpoints import MESSENGER, STORE, Failpoint, Watched, watch
from tests.scheduler.crash.plan import Plan

PACE = Pace(per_second=1e6, per_workspace=1.0, edits_per_workspace=1.0)
"""By the moved clock: no limit to feel, but few are leased at a time, as for a real platform."""
LIFETIME = 900.0
"""Seconds after which a process ends that everybody forgot."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that a process is told."""

    plan: Plan
    database: str
    server: str
    failpoint: str
    hits: int
    seed: int


def work(job: Job) -> None:
    """Run until told to stop by SIGTERM, or killed."""
    logging.disable(logging.WARNING)  # its clock is far away from the database's
    asyncio.run(_work(job))


async def _work(job: Job) -> None:
    failpoint = Failpoint(job.failpoint, job.hits)
    database = Database(job.database)
    watch(database, failpoint)
    async with ChannelMessenger(job.server, pace=PACE) as messenger:
        ticker = _ticker(
            job,
            Watched(Store(database), STORE, failpoint),
            Watched(messenger, MESSENGER, failpoint),
        )
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        ticker.start()
        await asyncio.wait_for(stopped.wait(), LIFETIME)
        await ticker.stop()
    await database.close()


def _ticker(job: Job, store: Watched, messenger: Watched) -> Ticker:
    deck = a_deck()
    composer = Composer(deck, store, _paint)  # type: ignore[arg-type]  # it stands in for a store
    postman = Postman(
        store,  # type: ignore[arg-type]  # the same
        composer,
        {Platform.SLACK: messenger},  # type: ignore[dict-item]  # it stands in for a messenger
        job.plan.now,
        patience=job.plan.patience(),
        random=Random(job.seed),
        timer=job.plan.timer(),
    )
    return Ticker(
        store,  # type: ignore[arg-type]  # the same
        postman,
        Picker(deck).for_channel,
        job.plan.now,
        every=timedelta(seconds=0.1),
    )


async def _paint(_chart: Chart) -> bytes:
    return b"PNG"
