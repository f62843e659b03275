"""The page put together: its parts, its routes, its beginning and its end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from aiohttp import web
from tzlocal import get_localzone_name

from bot.adapters.web.assets import load_assets
from bot.adapters.web.door import Door, reader
from bot.adapters.web.feed import Feed
from bot.adapters.web.gallery import Gallery
from bot.adapters.web.guard import Hosts
from bot.adapters.web.handlers import Handlers
from bot.adapters.web.limits import Limits
from bot.adapters.web.live import Live
from bot.adapters.web.messenger import WebMessenger
from bot.adapters.web.panels import Panels
from bot.adapters.web.render import Pages
from bot.adapters.web.streams import Streams
from bot.adapters.web.visits import Guard, VisitHandler
from bot.core.composing import Composer
from bot.core.deck import Deck
from bot.core.errors import AlreadyPostedError, NoQuestionError
from bot.core.models import ChannelState
from bot.core.ports import Clock, Painter, Store
from bot.core.quiz import Quiz

logger = logging.getLogger(__name__)

HOST = "FlaskQuiz"
"""Who sets the channel up at the first start."""


class Page:
    """
    The browser face; its `messenger` goes to the quiz and the scheduler, its `routes` to `serve`.

    *zone* is offered to the new channel; empty means the machine's own.
    """

    def __init__(
        self,
        quiz: Quiz,
        deck: Deck,
        store: Store,
        painter: Painter,
        clock: Clock,
        *,
        hosts: Hosts,
        limits: Limits | None = None,
        zone: str = "",
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        limits, assets, gallery = limits or Limits(), load_assets(), Gallery(painter)
        self._quiz = quiz
        self._store = store
        self._zone = zone
        self._hosts = hosts
        self._door = Door(store, private=hosts.private)
        composer = Composer(deck, store, gallery.promise)
        self._feed = Feed(store, composer, clock, reader())
        self._pages = Pages(assets, gallery.url)
        self._live = Live(self._version)
        self._guard = Guard(hosts, limits, self._door, self._pages.error, seconds)
        panels = Panels(quiz, self._door, self._feed)
        self._handlers = Handlers(deck, self._door, self._guard, self._feed, panels, self._pages)
        self._streams = Streams(self._live, gallery, assets, limits)
        self.messenger = WebMessenger(self._live.poke)

    def routes(self) -> list[web.RouteDef]:
        """Every route of the page, behind its guard; the last takes what no other took."""
        do, stream = self._handlers, self._streams
        return [
            self._get("/", do.on_page),
            self._get("/panel", do.on_panel),
            self._get("/feed", do.on_feed),
            self._get("/export", do.on_export),
            self._get("/live", stream.on_live, head=False),
            self._get("/picture/{name}.png", stream.on_picture),
            self._get("/static/{name}", stream.on_static),
            web.post("/join", self._guard.wrap(do.on_join)),
            web.post("/do", self._guard.wrap(do.on_do)),
            web.post("/say", self._guard.wrap(do.on_say)),
            *(self._get(path, do.on_form_address) for path in ("/join", "/do", "/say")),
            self._get("/{path:.*}", do.on_nowhere),
        ]

    async def start(self) -> None:
        """Set up the channel where there is none yet, with a question to begin with."""
        await self._door.start()
        await self._set_up()
        self._live.start()
        if not self._hosts.private:
            logger.warning(
                "The page is open at %s: whoever reaches it can join. Only the member who "
                "joined first is an admin.",
                ", ".join(self._hosts.public),
            )

    async def stop(self) -> None:
        """End every live stream, so that the server can close."""
        await self._live.stop()

    def health(self) -> dict[str, Any]:
        """How the page is, for /healthz."""
        return {"watching": self.watching()}

    def watching(self) -> int:
        """How many browsers follow the page live."""
        return self._live.watching()

    async def _set_up(self) -> None:
        """
        Begin the channel with default settings and one question, on any day of the week.

        Two processes may do it at once, or one after another died half way: the store lets one
        question through a day.
        """
        caller = replace(reader(), name=HOST, is_admin=True, zone=self._zone or local_zone())
        channel = await self._quiz.desk.find_channel(caller)
        if channel is None:
            await self._quiz.desk.save_settings(caller, {})
            channel = await self._quiz.desk.find_channel(caller)
        if channel is None or channel.last_on or channel.state is not ChannelState.ACTIVE:
            return
        try:
            await self._quiz.desk.post_now(caller)
        except (AlreadyPostedError, NoQuestionError) as error:
            logger.info("No question to begin with: %s", error)

    async def _version(self) -> str:
        return self._pages.version(await self._feed.read())

    def _get(self, path: str, handler: VisitHandler, *, head: bool = True) -> web.RouteDef:
        return web.get(path, self._guard.wrap(handler), allow_head=head)


def local_zone() -> str:
    """The machine's own time zone; UTC where it does not say."""
    try:
        return get_localzone_name() or "UTC"
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
