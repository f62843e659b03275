"""The bot as it really runs in Discord: store, quiz, scheduler and face, on loopback."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bot.adapters.discord.client import DiscordFace, DiscordOptions
from bot.core.composing import Composer
from bot.core.deck import Deck
from bot.core.models import Platform
from bot.core.picking import Picker
from bot.core.ports import Chart, Messenger
from bot.core.quiz import Quiz
from bot.scheduler.deliveries import Postman
from bot.scheduler.patience import Patience, Timer
from bot.scheduler.tick import Ticker
from bot.store.database import Database
from bot.store.store import Store
from tests.decks import a_deck
from tests.fakes.discord import FakeDiscord

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""A Monday morning, 2026-W48; nine o'clock in Berlin."""
QUICK = Patience(timeout=timedelta(seconds=5), farewell=timedelta(seconds=1))
PNG = b"\x89PNG\r\n\x1a\n a picture"


@dataclass
class Gallery:
    """Draws every chart as the same picture."""

    charts: list[Chart] = field(default_factory=list)

    async def __call__(self, chart: Chart) -> bytes:
        self.charts.append(chart)
        return PNG


class Bot:
    """One process over a database that outlives it; `restart` loses all that is in memory."""

    face: DiscordFace
    store: Store
    quiz: Quiz
    ticker: Ticker
    postman: Postman

    def __init__(
        self, discord: FakeDiscord, database_url: str, deck: Deck | None = None, **options: Any
    ) -> None:
        self.discord = discord
        self.deck = deck or a_deck()
        self.gallery = Gallery()
        plain = DiscordOptions(
            token=discord.token,
            api_url=discord.api_url,
            gateway_url=discord.gateway_url,
            pause=_at_once,
        )
        self.options = replace(plain, **options)
        self._database_url = database_url
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Build the parts and start them."""
        clock = self.discord.clock.now
        database = Database(self._database_url)
        self._stack.push_async_callback(database.close)
        self.store = Store(database)
        messengers: dict[Platform, Messenger] = {}
        self.postman = Postman(
            self.store,
            Composer(self.deck, self.store, self.gallery),
            messengers,
            clock,
            patience=QUICK,
            random=Random(1),
            timer=_running_timer(),
        )
        self.ticker = Ticker(self.store, self.postman, Picker(self.deck).for_channel, clock)
        self.quiz = Quiz(self.deck, self.store, clock, messengers, self.ticker.wake)
        self.face = DiscordFace(self.quiz, self.store, self.options, clock)
        messengers[Platform.DISCORD] = self.face.messenger
        self._stack.push_async_callback(self.face.stop)
        await self.face.start()
        self._stack.push_async_callback(self.ticker.stop)
        self.postman.start()

    async def stop(self) -> None:
        """End everything, as SIGTERM does."""
        await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def restart(self) -> None:
        """End the process and start another on the same database."""
        await self.stop()
        await self.start()

    async def tick(self) -> None:
        """Let the scheduler do all that is due."""
        await self.ticker.beat()
        async with asyncio.timeout(10):
            while not self.postman.is_idle:  # noqa: ASYNC110  # it rings no bell
                await asyncio.sleep(0.002)

    def is_busy(self) -> bool:
        """Whether it is still handling something it heard of."""
        return bool(self.face.connection.client._under_way)

    def is_at_rest(self) -> bool:
        """Whether it has heard all that was said to it, and is done with it."""
        shards = self.face.connection.client.shards.values()
        heard = {shard._parent.ws.session_id: shard._parent.ws.sequence for shard in shards}
        sessions = [s for s in self.discord.gateway.connected if s.id in heard]
        all_heard = all(heard[session.id] == len(session.sent) for session in sessions)
        return all_heard and bool(sessions) and not self.is_busy() and not self._handles_events()

    def _handles_events(self) -> bool:
        names = (task.get_name() for task in asyncio.all_tasks())
        return any(name.startswith("discord.py: on_") for name in names)

    def views_kept(self) -> int:
        """How many views and modals the library remembers."""
        views = self.face.connection.client._connection._view_store
        return len(views._views) + len(views._modals) + len(views._synced_message_views)


async def _at_once(_seconds: float) -> None:
    """No second identification has to wait here."""


def _running_timer() -> Timer:
    """A timer that runs ahead of the wall clock: whoever sleeps has slept at once."""
    slept = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal slept
        await asyncio.sleep(0.001)
        slept += seconds

    return Timer(now=lambda: slept, sleep=sleep)


def take_time(discord: FakeDiscord) -> None:
    """Let nobody give up early: a busy machine must not look like a slow bot."""
    discord.world.patience, discord.world.answers_within = 30.0, timedelta(seconds=30)
