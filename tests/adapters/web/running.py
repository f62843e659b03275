"""The page as it really runs: store, quiz, scheduler and server, on loopback and a moved clock."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from bot.adapters.web.door import reader
from bot.adapters.web.guard import Hosts
from bot.adapters.web.health import health_routes
from bot.adapters.web.limits import Limits, Rate
from bot.adapters.web.page import Page
from bot.adapters.web.server import Server, serve
from bot.core.composing import Composer
from bot.core.deck import Deck
from bot.core.models import DeliveryState
from bot.core.picking import Picker
from bot.core.ports import Chart
from bot.core.quiz import Quiz
from bot.scheduler.deliveries import Postman
from bot.scheduler.tick import Ticker
from bot.store.database import Database
from bot.store.store import Store
from tests.decks import a_deck, a_question

SATURDAY = datetime(2026, 11, 21, 14, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 14, tzinfo=UTC)
DECK = a_deck(
    *(a_question(f"on-{topic.lower()}", topic=topic) for topic in ("Contexts", "Routing", "Forms"))
)
"""Three questions of one level, so that each earns 20 points."""
WIDE = Limits(
    member=Rate(5_000, 500),
    member_writes=Rate(5_000, 500),
    address=Rate(5_000, 500),
    address_writes=Rate(5_000, 500),
    joins=Rate(500, 50),
)
"""No limit that a test meets by chance."""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Gallery:
    """Draws every chart as the same small picture, and keeps what it was asked to draw."""

    charts: list[Chart] = field(default_factory=list)

    async def __call__(self, chart: Chart) -> bytes:
        self.charts.append(chart)
        return a_png()


@dataclass
class Running:
    """One process."""

    server: Server
    page: Page
    quiz: Quiz
    store: Store
    deck: Deck
    clock: Clock
    ticker: Ticker
    gallery: Gallery

    @property
    def url(self) -> str:
        return self.server.url

    async def posted(self, deliveries: int = 1) -> None:
        """Wait until so many deliveries are sent."""
        async with asyncio.timeout(10):
            while await self._sent() < deliveries:  # noqa: ASYNC110  # a store rings no bell
                await asyncio.sleep(0.02)

    async def _sent(self) -> int:
        kept = await self.store.last_deliveries(reader(), 100)
        return sum(each.state is DeliveryState.SENT for each in kept)


@asynccontextmanager
async def running(
    url: str,
    *,
    clock: Clock | None = None,
    deck: Deck | None = None,
    hosts: Hosts | None = None,
    limits: Limits = WIDE,
    port: int = 0,
    zone: str = "Europe/Berlin",
) -> AsyncIterator[Running]:
    """Start a process over the database at *url*; it stops when the block ends."""
    clock, deck, gallery = clock or Clock(), deck or DECK, Gallery()
    database = Database(url)
    store = Store(database)
    messengers: dict[Any, Any] = {}
    composer = Composer(deck, store, gallery)
    postman = Postman(store, composer, messengers, clock)
    ticker = Ticker(
        store, postman, Picker(deck).for_channel, clock, every=timedelta(milliseconds=500)
    )
    quiz = Quiz(deck, store, clock, messengers, ticker.wake)
    page = Page(
        quiz,
        deck,
        store,
        gallery,
        clock,
        hosts=hosts or Hosts(),
        limits=limits,
        zone=zone,
    )
    messengers[page.messenger.platform] = page.messenger
    ticker.start()
    await page.start()

    async def check() -> dict[str, Any]:
        await store.now()
        return page.health()

    server = await serve(
        "127.0.0.1", port, [*page.routes(), *health_routes(check, CollectorRegistry())]
    )
    try:
        yield Running(server, page, quiz, store, deck, clock, ticker, gallery)
    finally:
        await page.stop()
        await server.close()
        await ticker.stop()
        await database.close()


def a_png() -> bytes:
    """One grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        sized = struct.pack(">I", len(data)) + kind + data
        return sized + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00\x80"))
        + chunk(b"IEND", b"")
    )
