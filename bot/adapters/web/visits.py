"""One request of the page, read: who came, and whether a script or the browser itself asks."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from aiohttp import web

from bot.adapters.web.badges import COOKIE, DAYS, Badge
from bot.adapters.web.door import Door
from bot.adapters.web.guard import HEADERS, Hosts, PageError
from bot.adapters.web.limits import Buckets, Limits, Rate
from bot.core.cards.refusals import apology
from bot.core.errors import StoreError

logger = logging.getLogger(__name__)

FRAGMENT = "X-FlaskQuiz"
"""
Sent by our script, which wants a piece of a page, or a sentence where something is wrong; and sent
back, so that it does not take the page of a proxy for either.
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that passed the guard."""

    request: web.Request
    badge: Badge | None

    @property
    def by_script(self) -> bool:
        """Whether our script asks."""
        return FRAGMENT in self.request.headers


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
VisitHandler = Callable[[Visit], Awaitable[web.StreamResponse]]


class Guard:
    """Lets requests through to handlers, and turns what goes wrong into answers."""

    def __init__(
        self,
        hosts: Hosts,
        limits: Limits,
        door: Door,
        error_page: Callable[[int, str], str],
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._hosts = hosts
        self._limits = limits
        self._door = door
        self._error_page = error_page
        self._buckets = Buckets(seconds)

    def wrap(self, handler: VisitHandler) -> Handler:
        """Make a route's handler of one that takes a `Visit`."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                response = await handler(self._visit(request))
            except PageError as error:
                response = self._refusal(request, error)
            except StoreError as error:
                logger.warning("The page could not answer: %s", error)
                sentence = "FlaskQuiz cannot reach its database. Please try again in a moment."
                response = self._refusal(request, PageError(503, sentence, 5))
            except web.HTTPException:
                raise
            except Exception:  # the edge: a bug is logged once, the member hears an apology
                logger.exception("The page broke on %s %s", request.method, request.path)
                response = self._refusal(request, PageError(500, apology().summary))
            if not response.prepared:
                harden(response)
                if FRAGMENT in request.headers:
                    response.headers[FRAGMENT] = "1"
            return response

        return guarded

    def join(self, request: web.Request) -> None:
        """Count somebody who joins; raises PageError when one address makes too many members."""
        self._take(("join", request.remote), self._limits.joins)

    def _visit(self, request: web.Request) -> Visit:
        self._hosts.refuse(request)
        if not self._door.is_open:
            raise PageError(503, "FlaskQuiz is just starting. Please try again in a moment.", 1)
        writes = request.method not in ("GET", "HEAD")
        self._take(("address", request.remote), self._limits.address)
        if writes:
            self._hosts.refuse_foreign(request)
            self._take(("address writes", request.remote), self._limits.address_writes)
        badge = self._door.read(request.cookies.get(COOKIE, ""))
        if badge is not None:
            self._take(("member", badge.member), self._limits.member)
            if writes:
                self._take(("member writes", badge.member), self._limits.member_writes)
        return Visit(request, badge)

    def _take(self, key: tuple[str, str | None], rate: Rate) -> None:
        wait = self._buckets.take(key, rate)
        if wait:
            seconds = "a second" if wait == 1 else f"{wait} seconds"
            raise PageError(429, f"That was fast. Please try again in {seconds}.", wait)

    def _refusal(self, request: web.Request, error: PageError) -> web.Response:
        headers = {"Retry-After": str(error.wait)} if error.wait else {}
        if FRAGMENT in request.headers:
            return web.Response(status=error.status, text=error.sentence, headers=headers)
        page = self._error_page(error.status, error.sentence)
        return web.Response(
            status=error.status, text=page, content_type="text/html", headers=headers
        )


def harden(response: web.StreamResponse) -> None:
    """Add what every answer of the page carries; private ones are kept by nobody."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


def give(response: web.Response, cookie: str, request: web.Request) -> None:
    """Hand out a badge: out of reach of scripts, and never sent along by other sites' forms."""
    # A proxy that ends TLS says so; who makes this up only keeps their own cookie from plain http.
    secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(
        COOKIE, cookie, max_age=DAYS * 86_400, httponly=True, samesite="Lax", secure=secure
    )


def take_back(response: web.Response) -> None:
    """Delete the badge from the browser."""
    response.del_cookie(COOKIE, httponly=True, samesite="Lax")
