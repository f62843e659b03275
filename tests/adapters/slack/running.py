"""The bot as it really runs in Slack: store, quiz, scheduler and face, on loopback."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal

from aiohttp import web
from cryptography.fernet import Fernet

from bot.adapters.slack.app import SlackFace, SlackOptions
from bot.adapters.slack.manifest import manifest
from bot.adapters.slack.options import EVENTS_PATH, SocketPatience
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
from tests.fakes.slack import Slack

Transport = Literal["socket", "http", "oauth"]
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""A Monday morning, 2026-W48; nine o'clock in Berlin."""
STEADY = SocketPatience(ping=10.0, connect=5.0, look=1.0, afresh=30.0, farewell=2.0)
"""A busy machine must not look like a lost connection."""
BRISK = SocketPatience(ping=0.5, connect=2.0, look=0.05, afresh=1.0, farewell=2.0)
"""For tests of what happens when it is lost."""
QUICK = Patience(timeout=timedelta(seconds=5), farewell=timedelta(seconds=1))
PNG = b"\x89PNG\r\n\x1a\n a picture"
KEYS = (Fernet.generate_key().decode(), Fernet.generate_key().decode())


@dataclass
class MovedClock:
    """A clock that stands still until it is moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        """The same for the fake."""
        return self.now.timestamp()

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)

    def move_to(self, moment: str) -> None:
        """Let time pass until a moment (UTC)."""
        self.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)


@dataclass
class Gallery:
    """Draws every chart as the same picture."""

    charts: list[Chart] = field(default_factory=list)

    async def __call__(self, chart: Chart) -> bytes:
        self.charts.append(chart)
        return PNG


class Bot:
    """One process over a database that outlives it; `restart` loses all that is in memory."""

    face: SlackFace
    store: Store
    quiz: Quiz
    ticker: Ticker
    postman: Postman

    def __init__(
        self,
        slack: Slack,
        clock: MovedClock,
        database_url: str,
        transport: Transport = "socket",
        *,
        token: str = "",
        deck: Deck | None = None,
        patience: SocketPatience = STEADY,
        **options: Any,
    ) -> None:
        self.slack, self.clock, self.transport = slack, clock, transport
        self.deck = deck or a_deck()
        self.gallery = Gallery()
        self.patience = patience
        self.options = self._options(token, options)
        self._database_url = database_url
        self._port = 0
        self._stack = AsyncExitStack()

    def _options(self, token: str, changes: dict[str, Any]) -> SlackOptions:
        slack = self.slack
        options = SlackOptions(api_url=slack.api_url.rstrip("/"), bot_token=token)
        match self.transport:
            case "socket":
                options = replace(options, app_token=slack.app.token)
            case "http":
                options = replace(options, signing_secret=slack.app.signing_secret)
            case "oauth":
                options = replace(
                    options,
                    signing_secret=slack.app.signing_secret,
                    client_id=slack.app.client_id,
                    client_secret=slack.app.client_secret,
                    token_keys=KEYS,
                )
        return replace(options, **changes)

    @property
    def url(self) -> str:
        """Where the process listens."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Build the parts and start them."""
        database = Database(self._database_url)
        self._stack.push_async_callback(database.close)
        self.store = Store(database)
        messengers: dict[Platform, Messenger] = {}
        self.postman = Postman(
            self.store,
            Composer(self.deck, self.store, self.gallery),
            messengers,
            self.clock,
            patience=QUICK,
            random=Random(1),
            timer=_running_timer(),
        )
        self.ticker = Ticker(self.store, self.postman, Picker(self.deck).for_channel, self.clock)
        self.quiz = Quiz(self.deck, self.store, self.clock, messengers, self.ticker.wake)
        if self.transport != "socket":
            await self._serve()
        self.face = SlackFace(self.quiz, self.store, self.options, self.clock, self.patience)
        messengers[Platform.SLACK] = self.face.messenger
        self._stack.push_async_callback(self.face.stop)
        await self.face.start()
        self._stack.push_async_callback(self.ticker.stop)
        self.postman.start()

    async def stop(self) -> None:
        """End everything, as SIGTERM does."""
        await self._stack.aclose()

    async def restart(self) -> None:
        """End the process and start another on the same database."""
        await self.stop()
        self._stack = AsyncExitStack()
        await self.start()

    async def tick(self) -> None:
        """Let the scheduler do all that is due, and Slack tell of it."""
        await self.ticker.beat()
        async with asyncio.timeout(10):
            while not self.postman.is_idle:  # noqa: ASYNC110  # it rings no bell
                await asyncio.sleep(0.002)
        await self.slack.settle()

    async def _serve(self) -> None:
        server = web.Application()
        server.router.add_route("*", "/{path:.*}", self._route)
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = runner.addresses[0][1]
        self.options = replace(self.options, public_url=self.url)

    async def _route(self, request: web.Request) -> web.StreamResponse:
        for route in self.face.routes():
            if (route.method, route.path) == (request.method, request.path):
                answer = await route.handler(request)  # type: ignore[misc]  # never a View class
                assert isinstance(answer, web.StreamResponse)
                return answer
        raise web.HTTPNotFound

    def configure(self) -> None:
        """Create the app from our manifest: nothing else is granted, nothing else is sent."""
        self.slack.configure(manifest(None if self.transport == "socket" else self.url))
        if self.transport != "socket":
            self.slack.app.listen_at(f"{self.url}{EVENTS_PATH}")


def _running_timer() -> Timer:
    """A timer that runs ahead of the wall clock: whoever sleeps has slept at once."""
    slept = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal slept
        await asyncio.sleep(0.001)
        slept += seconds

    return Timer(now=lambda: slept, sleep=sleep)
