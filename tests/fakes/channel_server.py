"""A platform of the simplest kind, on loopback: it records what it accepts, and answers badly."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.core.errors import RefusedError, RetryLaterError, UndeliveredError, UnknownOutcomeError
from bot.core.models import Address, MessageRef, Platform
from bot.core.parts import Card
from bot.core.ports import Pace, Parcel

AT_ONCE = Pace(per_second=1e6, per_workspace=1e6, edits_per_workspace=1e6)


class Fault(StrEnum):
    """How a request goes wrong."""

    NONE = "none"
    LATE = "late"  # accepted at once, answered after a while
    SLOW = "slow"  # accepted and answered after a while
    TWICE = "twice"  # answered twice on one connection
    DROPPED = "dropped"  # accepted, and the connection closed without an answer
    BROKEN = "broken"  # 500, not accepted
    BROKEN_AFTER = "broken after"  # 500, though accepted
    BUSY = "busy"  # 429 with Retry-After
    DOWN = "down"  # 503, not accepted
    FORBIDDEN = "forbidden"  # 403 for ever
    SILENT = "silent"  # neither accepted nor answered


ACCEPTING = {Fault.NONE, Fault.LATE, Fault.SLOW, Fault.TWICE, Fault.DROPPED, Fault.BROKEN_AFTER}


@dataclass(frozen=True, slots=True)
class Message:
    """One message in a channel; each post accepted is a new one."""

    id: str
    delivery: int
    kind: str
    workspace: str
    channel: str
    thread: str | None
    member: str
    summary: str
    at: float
    """Seconds of the server's loop at which it was accepted."""


Plan = Callable[[str, Mapping[str, Any]], Fault]
"""Decides how a request (``post``, ``find``, ``edit``) with this payload goes wrong."""


def never(_request: str, _payload: Mapping[str, Any]) -> Fault:
    """Nothing goes wrong."""
    return Fault.NONE


@dataclass
class ChannelServer:
    """Use it as a context; `plan` may be changed at any time."""

    plan: Plan = never
    while_: float = 0.2
    """Seconds that late and slow answers take."""
    held: asyncio.Event | None = None
    """What slow answers wait for instead."""
    retry_after: float = 1.0
    takes_within: float = 3600.0
    """Seconds after it was sent in which a post is taken, or never: a platform of some promptness."""
    messages: list[Message] = field(default_factory=list)
    edits: list[tuple[str, str]] = field(default_factory=list)
    """Message id and the card's text, in order."""
    requests: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/{request}", self._on_request)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def of(self, channel: str) -> list[Message]:
        """The messages in a channel."""
        return [message for message in self.messages if message.channel == channel]

    async def _on_request(self, request: web.Request) -> web.StreamResponse:
        name, payload = request.match_info["request"], await request.json()
        self.requests.append((name, payload))
        fault = self.plan(name, payload)
        if fault is Fault.SLOW:
            await (asyncio.sleep(self.while_) if self.held is None else self.held.wait())
        elif fault is Fault.SILENT:
            await asyncio.sleep(3600)
        sent_at = float(request.headers.get("X-Sent-At", "inf"))
        if name == "post" and time.monotonic() - sent_at > self.takes_within:
            fault = Fault.DOWN  # this machine was too busy to be prompt
        answer = {"about": payload}
        if fault in ACCEPTING:
            answer |= getattr(self, f"_{name}")(payload)
        return await self._answer(request, fault, answer)

    async def _answer(
        self, request: web.Request, fault: Fault, answer: dict[str, Any]
    ) -> web.StreamResponse:
        match fault:
            case Fault.LATE:
                await asyncio.sleep(self.while_)
            case Fault.DROPPED:
                assert request.transport is not None
                request.transport.abort()
            case Fault.TWICE:
                await self._write_twice(request, answer)
            case Fault.BUSY:
                return web.Response(status=429, headers={"Retry-After": f"{self.retry_after}"})
            case Fault.BROKEN | Fault.BROKEN_AFTER | Fault.DOWN | Fault.FORBIDDEN:
                status = {Fault.DOWN: 503, Fault.FORBIDDEN: 403}.get(fault, 500)
                return web.Response(status=status)
        return web.json_response(answer)

    async def _write_twice(self, request: web.Request, answer: dict[str, Any]) -> None:
        """Write a whole answer before the proper one."""
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        assert request.transport is not None
        request.transport.write(head.encode() + b"\r\n\r\n" + body)

    def _post(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        id_ = f"m{len(self.messages) + 1}"
        at = asyncio.get_running_loop().time()
        self.messages.append(Message(id=id_, at=at, **payload))
        return {"id": id_}

    def _find(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        found = (m.id for m in self.messages if m.delivery == payload["delivery"])
        return {"id": next(found, None)}

    def _edit(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        self.edits.append((payload["message"], payload["text"]))
        return {}


class ChannelMessenger:
    """Brings cards to a ChannelServer; use it as a context."""

    def __init__(self, url: str, platform: Platform = Platform.SLACK, pace: Pace = AT_ONCE) -> None:
        self.platform = platform
        self.pace = pace
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def post(self, parcel: Parcel) -> MessageRef:
        answer = await self._ask(
            "post",
            {
                "delivery": parcel.id,
                "kind": parcel.kind,
                "workspace": parcel.to.workspace,
                "channel": parcel.to.channel,
                "thread": parcel.thread,
                "member": parcel.member,
                "summary": parcel.card.summary,
            },
        )
        return MessageRef(answer["id"])

    async def find(self, parcel: Parcel) -> MessageRef | None:
        answer = await self._ask("find", {"delivery": parcel.id, "channel": parcel.to.channel})
        return answer["id"]

    async def edit(self, to: Address, message: MessageRef, card: Card) -> None:
        payload = {"message": message, "channel": to.channel, "text": str(card.blocks)}
        await self._ask("edit", payload)

    async def permissions(self, to: Address) -> list[str]:  # noqa: ARG002  # it may do all
        return []

    async def _ask(self, request: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        assert self._session is not None
        try:
            url, headers = f"{self._url}/{request}", {"X-Sent-At": f"{time.monotonic()}"}
            async with self._session.post(url, json=payload, headers=headers) as response:
                if response.status != 200:
                    raise _error_of(response)
                answer = await response.json()
        except aiohttp.ClientConnectorError as error:
            raise RetryLaterError("cannot be reached") from error
        except aiohttp.ClientError as error:
            raise UnknownOutcomeError(f"connection lost: {type(error).__name__}") from error
        if answer["about"] != payload:  # left over on the connection from the request before
            raise UnknownOutcomeError("the answer to another request")
        return answer


def _error_of(response: aiohttp.ClientResponse) -> UndeliveredError:
    match response.status:
        case 429:
            after = timedelta(seconds=float(response.headers["Retry-After"]))
            return RetryLaterError("429: too many posts", after)
        case 503:
            return RetryLaterError("503: down")
        case 403:
            return RefusedError("the bot is not in the channel", "Invite the bot to the channel.")
    return UnknownOutcomeError(f"{response.status}: broken")
