"""Slack over HTTP: what is not signed by Slack, or was taken before, goes no further."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from yarl import URL

from bot.adapters.slack.options import EVENTS_PATH
from bot.adapters.slack.replays import Replays
from bot.adapters.slack.socket import Dispatch

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 3
"""Seconds after which Slack gives up on a click or a command: it never brings an older one."""
BODY_MAX = 1024 * 1024
"""Bytes of a request; Slack's largest carry a view of at most 250 kB."""


class Door:
    """Answers Slack's requests."""

    def __init__(self, signing_secret: str, dispatch: Dispatch) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._dispatch = dispatch
        self._replays = Replays()
        self._since = time.time()
        self._under_way = 0
        self._done = asyncio.Event()
        self._is_closed = False

    @property
    def routes(self) -> list[web.RouteDef]:
        """Where Slack sends its requests."""
        return [web.post(EVENTS_PATH, self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """Check, parse and dispatch one request."""
        if self._is_closed:
            return web.Response(status=503, text="stopping")
        signature = request.headers.get("X-Slack-Signature", "")
        now = time.time()
        try:
            body = (await _read(request)).decode()
        except UnicodeDecodeError:
            return web.Response(status=400, text="not text")
        if not self._is_signed(request, body, signature):
            return web.Response(status=401, text="not signed by Slack")
        if self._is_from_before(request):
            return web.Response(status=401, text="made before this process began")
        if self._replays.is_known(signature, now) and not _is_retry(request):
            return web.Response(status=401, text="taken before")
        try:
            # Of the headers, which nobody has signed, Bolt is told no more than it needs.
            kind: dict[str, str | Sequence[str]] = {"content-type": request.content_type}
            bolt_request = AsyncBoltRequest(body=_payload(body), headers=kind)
        except (ValueError, RecursionError, AttributeError):
            return web.Response(status=400, text="not a payload")
        response = await self._dispatched(bolt_request)
        if response.status == 200:
            self._replays.remember(signature, now)
        return response

    async def finish(self) -> None:
        """Let nothing more in, and wait for what is under way."""
        self._is_closed = True
        while self._under_way:
            self._done.clear()
            await self._done.wait()

    async def _dispatched(self, request: AsyncBoltRequest) -> web.Response:
        self._under_way += 1
        try:
            return await to_aiohttp_response(await self._dispatch(request))
        finally:
            self._under_way -= 1
            self._done.set()

    def _is_from_before(self, request: web.Request) -> bool:
        """
        Whether a click or command was made before this process began, which remembers none of
        those that another one has taken; events count once by their id in the store.
        """
        at = int(request.headers["X-Slack-Request-Timestamp"])
        return not _is_event(request) and at < self._since - ANSWER_WITHIN

    def _is_signed(self, request: web.Request, body: str, signature: str) -> bool:
        at = request.headers.get("X-Slack-Request-Timestamp", "")
        # By the wall clock, as Slack's own: a signature is good for five minutes.
        return (
            at.isascii()
            and at.isdigit()
            and len(at) < 15
            and self._verifier.is_valid(body, at, signature)
        )


def _is_retry(request: web.Request) -> bool:
    """
    Whether Slack says that it brings an event again, perhaps within the second of the first.

    The header is not signed, but only events are brought again, and those count once by their id.
    """
    return _is_event(request) and "X-Slack-Retry-Num" in request.headers


def _is_event(request: web.Request) -> bool:
    return request.content_type == "application/json"


def _payload(body: str) -> str:
    """
    The body, or the JSON in its ``payload`` field; raises ValueError where that is no object.

    Bolt would find that field by itself, in Python: for a modal it takes longer than all the rest.
    """
    if not body.startswith("payload="):
        return body
    payload = URL.build(path="/", query_string=body, encoded=True).query["payload"]
    if not payload.startswith("{"):
        raise ValueError("the payload is no object")
    return payload


async def _read(request: web.Request) -> bytes:
    """The body; raises 413 for one that is longer than Slack's are."""
    if (request.content_length or 0) > BODY_MAX:
        raise web.HTTPRequestEntityTooLarge(BODY_MAX, request.content_length or 0)
    chunks, size = [], 0
    async for chunk in request.content.iter_chunked(65_536):
        size += len(chunk)
        if size > BODY_MAX:
            raise web.HTTPRequestEntityTooLarge(BODY_MAX, size)
        chunks.append(chunk)
    return b"".join(chunks)
