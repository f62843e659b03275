"""Socket Mode: tickets, connections, envelopes and their acks."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import WSMsgType, web

from tests.fakes.slack.records import Delivery

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]

CONNECTIONS = 10  # https://docs.slack.dev/apis/events-api/using-socket-mode
TICKET_LIFE = 30.0  # seconds; that a ticket ages is documented, its age is not


@dataclass(slots=True, eq=False)
class Connection:
    """One websocket of the app."""

    number: int
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    waiting: dict[str, tuple[Delivery, asyncio.Future[None], float]] = field(default_factory=dict)
    received: int = 0


class SocketMode:
    """The app's connections; each payload goes to one of them."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._tickets: dict[str, float] = {}
        self._refusals: list[int] = []
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()
        self._met = False
        self.connections: list[Connection] = []
        self.patience = 1.0

    def new_ticket(self) -> str:
        """Give out an address that can be connected to once."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = self._slack.clock()
        host = self._slack.url.replace("http://", "ws://")
        return f"{host}/link/?ticket={ticket}&app_id={self._slack.app.id}"

    def refuse_tickets(self, times: int = 1, status: int = 408) -> None:
        """Refuse the next connections; their tickets are spent all the same."""
        self._refusals += [status] * times

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one connection and listen to its acks until it ends."""
        issued_at = self._tickets.pop(request.query.get("ticket", ""), None)
        if self._refusals:
            return web.Response(status=self._refusals.pop(0), text="ticket refused")
        if issued_at is None or self._slack.clock() - issued_at > TICKET_LIFE:
            return web.Response(status=408, text="ticket expired")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(next(self._numbers), socket, request.transport)
        await self._greet(connection)
        if len(self.connections) >= CONNECTIONS:
            await self._say_goodbye(connection, "too_many_websockets")
            await socket.close()
            return socket
        self.connections.append(connection)
        self._met = True
        self._changed.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._read(connection, message.data)
        finally:
            self._lose(connection)
        return socket

    async def deliver(self, delivery: Delivery, within: float) -> None:
        """Send an envelope to one connection and wait for its ack."""
        connection = await self._choose()
        if connection is None:
            delivery.error = "no connection"
            return
        envelope_id = str(uuid.uuid4())
        acked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = (delivery, acked, time.perf_counter())
        connection.received += 1
        try:
            await connection.socket.send_str(json.dumps(_envelope(delivery, envelope_id)))
        except ConnectionError:
            self._lose(connection)
        done, _ = await asyncio.wait({acked}, timeout=within)
        if not done:
            delivery.late, delivery.error = True, "operation_timeout"

    async def wait(
        self, count: int = 1, *, within: float = 5.0, without: Connection | None = None
    ) -> None:
        """Wait until the app has at least *count* connections, none of them *without*."""
        async with asyncio.timeout(within):
            while len(self.connections) < count or without in self.connections:
                self._changed.clear()
                await self._changed.wait()

    async def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Tell every connection to be replaced, as Slack does every few hours."""
        for connection in list(self.connections):
            await self._say_goodbye(connection, reason)

    async def close_sockets(self, *, politely: bool = True) -> None:
        """Close every connection; not *politely* means without a close frame."""
        for connection in list(self.connections):
            self._lose(connection)
            if politely:
                await connection.socket.close()
            elif connection.transport:
                connection.transport.abort()

    async def _greet(self, connection: Connection) -> None:
        await connection.socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections) + 1,
                "debug_info": {
                    "host": "applink-fake",
                    "build_number": 1,
                    "approximate_connection_time": 18060,
                },
                "connection_info": {"app_id": self._slack.app.id},
            }
        )

    async def _say_goodbye(self, connection: Connection, reason: Reason) -> None:
        message = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}
        await connection.socket.send_json(message)

    async def _choose(self) -> Connection | None:
        # A client that reconnects needs a moment; one that never came is not waited for.
        try:
            await self.wait(within=self.patience if self._met else 0)
        except TimeoutError:
            return None
        # The one that got least so far, so that tests see several connections share the work.
        return min(self.connections, key=lambda c: (c.received, c.number))

    def _read(self, connection: Connection, text: str) -> None:
        errors = self._slack.records.protocol_errors
        try:
            ack = json.loads(text)
        except ValueError:
            errors.append(f"not JSON: {text[:80]}")
            return
        entry = connection.waiting.pop(ack.get("envelope_id", ""), None)
        if entry is None:
            errors.append(f"ack of an unknown envelope: {ack.get('envelope_id')}")
            return
        delivery, acked, sent_at = entry
        delivery.elapsed = time.perf_counter() - sent_at
        delivery.status, delivery.answer = 200, ack.get("payload")
        if delivery.answer and delivery.kind == "events_api":
            errors.append("an event was acknowledged with a payload")
        if not acked.done():
            acked.set_result(None)

    def _lose(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self._changed.set()
        for delivery, acked, _ in connection.waiting.values():
            if not acked.done():
                delivery.error = "connection lost"
                acked.set_result(None)
        connection.waiting.clear()


def _envelope(delivery: Delivery, envelope_id: str) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "payload": delivery.payload,
        "type": delivery.kind,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        # Present on the first attempt too, as 0 and "".
        reason = "timeout" if delivery.attempt else ""
        envelope |= {"retry_attempt": delivery.attempt, "retry_reason": reason}
    return envelope
