"""A bot without a face: store, tick and post over a recording channel server, by a moved clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from bot.core.composing import Composer
from bot.core.deck import Deck
from bot.core.models import Platform
from bot.core.picking import Picker
from bot.core.ports import Chart, Messenger, Painter, Store
from bot.scheduler.deliveries import Postman
from bot.scheduler.health import Count, Health, uncounted
from bot.scheduler.patience import Patience, Timer
from bot.scheduler.tick import Ticker
from tests.builders import NOON
from tests.decks import a_deck
from tests.fakes.channel_server import ChannelMessenger, ChannelServer

STEADY = Patience(timeout=timedelta(seconds=15), farewell=timedelta(seconds=1))
"""A busy machine must not look like a silent platform."""
QUICK = Patience(timeout=timedelta(seconds=1), farewell=timedelta(seconds=1))
"""For tests of what happens when a platform is silent."""


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**span)
        return self.now

    def move_to(self, moment: str | datetime) -> datetime:
        """Let time pass until a moment (UTC)."""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        assert moment >= self.now, "time does not run back"
        self.now = moment
        return moment

    def standing_timer(self) -> Timer:
        """A timer that stands still with this clock: whoever sleeps waits until it is moved."""

        async def sleep(_seconds: float) -> None:
            await asyncio.sleep(0.005)

        return Timer(now=lambda: self.now.timestamp(), sleep=sleep)  # noqa: PLW0108  # `now` moves

    def running_timer(self) -> Timer:
        """A timer that runs ahead of this clock: whoever sleeps has slept at once."""
        slept = 0.0

        async def sleep(seconds: float) -> None:
            nonlocal slept
            await asyncio.sleep(0.002)
            slept += seconds

        return Timer(now=lambda: self.now.timestamp() + slept, sleep=sleep)


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that nobody tells."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # that is what it is for
            await asyncio.sleep(0.002)


async def no_painter(_chart: Chart) -> bytes:
    """A picture of nothing."""
    return b"PNG"


@dataclass
class Bot:
    """One process's scheduler, driven by hand."""

    store: Store
    clock: MovedClock
    ticker: Ticker
    postman: Postman
    composer: Composer

    @property
    def health(self) -> Health:
        return self.ticker.health

    async def beat(self) -> None:
        """One beat, and all that it sets off."""
        await self.ticker.beat()
        await self.idle()

    async def beat_at(self, moment: str | datetime) -> None:
        """Move the clock, then beat."""
        self.clock.move_to(moment)
        await self.beat()

    async def idle(self, seconds: float = 20) -> None:
        """Wait until nothing waits or is under way."""
        await until(lambda: self.postman.is_idle, seconds)


@asynccontextmanager
async def a_bot(
    store: Store,
    *messengers: Messenger,
    clock: MovedClock | None = None,
    patience: Patience = STEADY,
    deck: Deck | None = None,
    painter: Painter = no_painter,
    timer: Timer | None = None,
    seed: int = 1,
    count: Count = uncounted,
) -> AsyncIterator[Bot]:
    """A bot whose post runs and whose tick is beaten by hand."""
    clock, deck = clock or MovedClock(), deck or a_deck()
    composer = Composer(deck, store, painter)
    faces: dict[Platform, Messenger] = {each.platform: each for each in messengers}
    postman = Postman(
        store,
        composer,
        faces,
        clock,
        patience=patience,
        random=Random(seed),
        timer=timer or clock.running_timer(),
        count=count,
    )
    ticker = Ticker(store, postman, Picker(deck).for_channel, clock)
    postman.start()
    try:
        yield Bot(store, clock, ticker, postman, composer)
    finally:
        await ticker.stop()


@asynccontextmanager
async def a_server_and_bot(
    store: Store, *, clock: MovedClock | None = None, **options: object
) -> AsyncIterator[tuple[ChannelServer, Bot]]:
    """A channel server, and a bot that posts to it as Slack."""
    async with (
        ChannelServer() as server,
        ChannelMessenger(server.url) as messenger,
        a_bot(store, messenger, clock=clock, **options) as bot,  # type: ignore[arg-type]  # passed on
    ):
        yield server, bot
