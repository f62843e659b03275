"""The only wiring: builds the parts, starts them, stops them; the only clock."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from bot import logs
from bot.adapters.web.guard import Hosts
from bot.adapters.web.health import health_routes
from bot.adapters.web.messenger import WebMessenger
from bot.adapters.web.page import Page
from bot.adapters.web.server import serve
from bot.charts import Easel
from bot.core.composing import Composer
from bot.core.deck import load
from bot.core.errors import StartError, UnwellError
from bot.core.models import Platform
from bot.core.picking import Picker
from bot.core.ports import Messenger
from bot.core.quiz import Quiz
from bot.core.wording import counted
from bot.metrics import Metrics
from bot.scheduler.deliveries import Postman
from bot.scheduler.tick import Ticker
from bot.settings import Settings
from bot.stopping import Stop
from bot.store.database import Database
from bot.store.migrate import Migration, check, migrate
from bot.store.store import Store
from bot.store.url import is_sqlite, read_url

logger = logging.getLogger(__name__)

NEW_OBJECTS = 10_000
"""
After so many the garbage collector looks through them. Python's 700 cost a twentieth of the time of
a click (on Slack, 32 at once).
"""


class Parts(Enum):
    """Which parts a process runs."""

    ALL = auto()
    WEB = auto()
    WORKER = auto()


class Face(Protocol):
    """One platform, as far as the wiring knows it."""

    @property
    def messenger(self) -> Messenger:
        """Brings cards to the platform."""

    async def start(self) -> None:
        """Connect; raises StartError when that can never work."""

    async def stop(self) -> None:
        """Finish what is under way, then leave."""

    def routes(self) -> Sequence[web.RouteDef]:
        """What our server answers for it."""

    def health(self) -> dict[str, Any]:
        """How the connection is."""


def clock() -> datetime:
    """The moment; the one place that asks."""
    return datetime.now(UTC)


class Bot:
    """One process: the quiz, its faces, its tick and its server."""

    def __init__(self, settings: Settings, parts: Parts, *, page: bool) -> None:
        self._settings = settings
        self._ticks = parts is not Parts.WEB
        self._started_at = clock()
        self._deck = load(settings.deck_path)
        self._database = Database(settings.database_url)
        self._store = Store(self._database)
        self._metrics = Metrics(CollectorRegistry())
        self._messengers: dict[Platform, Messenger] = {}
        meter = self._metrics.interaction
        self._quiz = Quiz(self._deck, self._store, clock, self._messengers, self._wake, meter)
        self._easel = Easel()
        composer = Composer(self._deck, self._store, self._easel.paint)
        self._postman = Postman(
            self._store, composer, self._messengers, clock, count=self._metrics.delivery
        )
        pick = Picker(self._deck).for_channel
        self.ticker = Ticker(self._store, self._postman, pick, clock)
        self._faces = self._build_faces(parts, page=page)
        if parts is Parts.WORKER:  # the page is in another process, its questions are due here
            self._messengers[Platform.WEB] = WebMessenger(lambda: None)

    def _build_faces(self, parts: Parts, *, page: bool) -> dict[Platform, Face]:
        """Only what is set up is imported: each SDK costs half a second and 40 MB."""
        settings, faces = self._settings, dict[Platform, Face]()
        if settings.slack_by_http or (settings.slack_by_socket and self._ticks):
            faces[Platform.SLACK] = _slack(settings, self._quiz, self._store)
        if settings.discord_token and self._ticks:
            faces[Platform.DISCORD] = _discord(settings, self._quiz, self._store)
        if (page or not settings.has_platform) and parts is not Parts.WORKER:
            faces[Platform.WEB] = self._page()
        return faces

    def _page(self) -> Page:
        ours = [url] if (url := self._settings.public_url) else []
        hosts = Hosts(self._settings.host, (*self._settings.allowed_hosts, *ours))
        page = Page(self._quiz, self._deck, self._store, self._easel.paint, clock, hosts=hosts)
        self._metrics.watch(page.watching)
        return page

    def _wake(self) -> None:
        self.ticker.wake()

    async def run(self, stop: Stop) -> None:
        """Start everything, wait for *stop*, end everything; raises StartError or StoreError."""
        settings = self._settings
        self._started_at = clock()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._database.close)
            stack.push_async_callback(self._easel.close)
            routes = [*health_routes(self._health, self._metrics.registry)]
            for face in self._faces.values():
                routes += face.routes()
            server = await serve(settings.host, settings.port, routes)
            stack.push_async_callback(server.close)
            for platform, face in self._faces.items():
                self._messengers[platform] = face.messenger
                stack.push_async_callback(face.stop)
                await stop.do(face.start())
            if self._ticks:
                stack.push_async_callback(self.ticker.stop)
                self.ticker.start()
            logger.info("%s", self._greeting(server.url))
            await stop.wait()
            logger.info("Stopping: finishing what is under way.")

    def _greeting(self, url: str) -> str:
        questions = counted(len(self._deck), "question")
        if Platform.WEB in self._faces:
            return f"Ready with {questions}. Open {url}"
        names = " and ".join(platform.title() for platform in self._faces) or "no face"
        return f"Ready with {questions} on {names}; health at {url}/healthz"

    async def _health(self) -> dict[str, Any]:
        """Facts about a process that is well; raises StoreError or UnwellError when it is not."""
        await self._store.now()
        faces = {platform.value: face.health() for platform, face in self._faces.items()}
        facts = {"questions": len(self._deck), "faces": faces, "ticks": self._ticks}
        if not self._ticks:
            return facts
        health = self.ticker.health
        if problem := health.problem(clock(), self._started_at):
            raise UnwellError(problem)
        return facts | health.facts()


def run_until_stopped(settings: Settings, parts: Parts, *, page: bool) -> None:
    """
    Run a process until Ctrl-C or SIGTERM; raises StartError, StoreError, InvalidDeckError, and
    StoppedError when it was told to stop before it was ready.
    """
    logs.set_up(settings.log_level, settings.log_format, settings.secrets())
    asyncio.run(_run(settings, parts, page=page))


async def _run(settings: Settings, parts: Parts, *, page: bool) -> None:
    stop = Stop()
    stop.listen()
    # On a thread: it may wait a minute for another process that migrates.
    await stop.call(prepare_database, settings)
    bot = Bot(settings, parts, page=page)
    spare_from_collection()
    await bot.run(stop)


def spare_from_collection() -> None:
    """
    Let the garbage collector pass over all that the process is built of: it stays to the end.

    A full collection looked through it again and again: 100 ms each, in which nobody is answered.
    Until now there was none at all (see `bot.__main__`), and none is made here: it would take a
    tenth of the start to find less than a megabyte.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    gc.enable()


def prepare_database(settings: Settings) -> None:
    """Migrate an SQLite file; refuse a PostgreSQL that still has to be migrated."""
    if is_sqlite(read_url(settings.database_url)):
        migrate(settings.database_url)
    elif check(settings.database_url).is_needed:
        raise StartError("The database has to be migrated first: run `flaskquiz migrate`.")


def migrate_database(settings: Settings) -> str:
    """Migrate, and say what was done; raises StoreError, or StoppedError when told to stop."""
    return asyncio.run(_migrated(settings))


async def _migrated(settings: Settings) -> str:
    stop = Stop()
    stop.listen()
    return _done(await stop.call(migrate, settings.database_url))


def _done(migration: Migration) -> str:
    if not migration.is_needed:
        return f"The database is up to date ({migration.after})."
    copy = f" A copy of the old one is {migration.backup}." if migration.backup else ""
    return f"The database is now at {migration.after}.{copy}"


def forget_workspace(settings: Settings, platform: Platform, workspace: str) -> bool:
    """Delete all that is kept about a workspace; False if nothing was; raises StoreError."""
    return asyncio.run(_forgotten(settings, platform, workspace))


async def _forgotten(settings: Settings, platform: Platform, workspace: str) -> bool:
    if check(settings.database_url).before is None:
        return False  # to look for it in the database would make one
    database = Database(settings.database_url)
    try:
        return await Store(database).forget_workspace(platform, workspace)
    finally:
        await database.close()


def _slack(settings: Settings, quiz: Quiz, store: Store) -> Face:
    from bot.adapters.slack.app import SlackFace, SlackOptions  # noqa: PLC0415  # when set up

    options = SlackOptions(
        bot_token=_secret(settings.slack_bot_token),
        app_token=_secret(settings.slack_app_token),
        signing_secret=_secret(settings.slack_signing_secret),
        client_id=settings.slack_client_id or "",
        client_secret=_secret(settings.slack_client_secret),
        token_keys=settings.token_keys(),
        api_url=settings.slack_api_url,
        public_url=settings.public_url or "",
        admins=settings.admins,
    )
    return SlackFace(quiz, store, options, clock)


def _discord(settings: Settings, quiz: Quiz, store: Store) -> Face:
    from bot.adapters.discord.client import (  # noqa: PLC0415  # when set up
        DiscordFace,
        DiscordOptions,
    )

    options = DiscordOptions(
        token=_secret(settings.discord_token),
        shard_ids=settings.discord_shard_ids,
        shard_count=settings.discord_shard_count,
        message_content=settings.discord_message_content,
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url,
        admins=settings.admins,
    )
    return DiscordFace(quiz, store, options, clock)


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""
