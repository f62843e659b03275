"""The websocket side: sessions that can be resumed, and events replayed.

https://docs.discord.com/developers/events/gateway
"""

import asyncio
import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from tests.fakes.discord import events, shapes
from tests.fakes.discord.errors import Json
from tests.fakes.discord.events import Event
from tests.fakes.discord.oracles import Oracles
from tests.fakes.discord.snowflakes import shard_of
from tests.fakes.discord.world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11

UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN, TWICE = 4001, 4002, 4003, 4004, 4005
BAD_SEQ, BAD_SHARD, SHARDING_REQUIRED, BAD_VERSION = 4007, 4010, 4011, 4012
BAD_INTENTS, DISALLOWED_INTENTS = 4013, 4014
TOO_FAST = 4008
ENDS_THE_SESSION = (1000, 1001)

MAX_FRAMES, FRAMES_PER = 120, timedelta(seconds=60)
"""What one socket may send: https://docs.discord.com/developers/events/gateway#rate-limiting"""

KIND_OF = {
    "READY": "Ready",
    "GUILD_CREATE": "GuildCreate",
    "MESSAGE_CREATE": "Message",
    "MESSAGE_UPDATE": "Message",
    "INTERACTION_CREATE": "Interaction",
    "MESSAGE_REACTION_ADD": "ReactionAdd",
}


@dataclass(eq=False, slots=True)
class Session:
    """One identified client; it outlives its socket, so that it can be resumed."""

    id: str
    shard_id: int
    shard_count: int
    intents: int
    socket: web.WebSocketResponse | None = None
    sent: list[Json] = field(default_factory=list)
    """Every dispatch, in order of sequence from 1."""
    outbox: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)

    @property
    def is_connected(self) -> bool:
        """Whether a socket is open for it."""
        return self.socket is not None and not self.socket.closed

    def hears(self, event: Event) -> bool:
        """Say whether *event* is for this shard and these intents."""
        if event.needs and not self.intents & event.needs:
            return False
        if event.guild_id is None:
            return self.shard_id == 0
        return shard_of(event.guild_id, self.shard_count) == self.shard_id

    def dispatch(self, name: str, payload: Json) -> Json:
        """Send an event, or keep it for a resume; returns the frame."""
        frame = {"op": DISPATCH, "t": name, "s": len(self.sent) + 1, "d": payload}
        self.sent.append(frame)
        if self.is_connected:
            self.outbox.put_nowait(frame)
        return frame


class Gateway:
    """Discord's gateway over one world."""

    def __init__(self, world: World, oracles: Oracles | None) -> None:
        self.sessions: list[Session] = []
        self.sent: list[Json] = []
        """Every event sent or kept for a resume, in order, over all sessions ever."""
        self.received: list[Json] = []
        """Every frame that clients sent, in order."""
        self.identifies = 0
        self.resumes = 0
        self.heartbeat_ms = 41250
        self.max_guilds_per_shard = 2500
        self.is_refusing = False
        """Whether connections are turned away, as in an outage."""
        self.event_faults: list[str] = []
        """What the oracles found wrong with the fake's own events."""
        self.checks_events = False
        self._world = world
        self._oracles = oracles
        world.listeners.append(self.broadcast)

    @property
    def connected(self) -> list[Session]:
        """The sessions that have an open socket."""
        return [session for session in self.sessions if session.is_connected]

    def dispatched(self, name: str) -> list[Json]:
        """Return the payload of every event called *name*, over all sessions."""
        return [frame["d"] for frame in self.sent if frame["t"] == name]

    def broadcast(self, event: Event) -> None:
        """Send *event* to every session that may hear it."""
        for session in self.sessions:
            if session.hears(event):
                self._dispatch(session, event.name, event.shape(session.intents))

    def resend(self, name: str, index: int = -1) -> None:
        """Send an event again, under a new sequence number, to all who had it."""
        for session in self.sessions:
            same = [frame for frame in session.sent if frame["t"] == name]
            if same:
                self.sent.append(session.dispatch(name, same[index]["d"]))

    def reconnect(self, shard_id: int | None = None) -> None:
        """Ask clients to reconnect and resume."""
        self._tell(shard_id, {"op": RECONNECT, "d": None, "s": None, "t": None})

    def invalidate(self, *, resumable: bool = False, shard_id: int | None = None) -> None:
        """Declare sessions invalid; unless *resumable*, they are gone for good."""
        self._tell(shard_id, {"op": INVALID_SESSION, "d": resumable, "s": None, "t": None})
        if not resumable:
            self.sessions = [s for s in self.sessions if shard_id not in (None, s.shard_id)]

    async def drop(self, shard_id: int | None = None, code: int | None = None) -> None:
        """Break sockets: with a close *code*, or without a word."""
        for session in self._on(shard_id):
            socket = session.socket
            session.socket = None
            if socket is None:
                continue
            if code is not None:
                await socket.close(code=code)
            elif socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def ready(self, sessions: int = 1, seconds: float = 5.0) -> None:
        """Wait until that many sessions are connected."""
        await self._world.bell.until(lambda: len(self.connected) >= sessions, seconds)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket."""
        if self.is_refusing:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        if request.query.get("v") != "10":
            await socket.close(code=BAD_VERSION)
            return socket
        await socket.send_json(_hello(self.heartbeat_ms))
        await Connection(self, self._world, socket).serve()
        return socket

    def open_session(self, data: Json) -> Session | int:
        """Return a session for an IDENTIFY, or the code to close the socket with."""
        if data.get("token") != self._world.app.token:
            return BAD_TOKEN
        shard_id, shard_count = data.get("shard") or (0, 1)
        if not 0 <= shard_id < shard_count:
            return BAD_SHARD
        if code := self._refused_intents(data.get("intents")):
            return code
        session = Session(secrets.token_hex(16), shard_id, shard_count, data["intents"])
        if len(self._guilds_of(session)) > self.max_guilds_per_shard:
            return SHARDING_REQUIRED
        self.sessions.append(session)
        self.identifies += 1
        return session

    def greet(self, session: Session) -> None:
        """Send READY, then every guild of the shard."""
        guilds = self._guilds_of(session)
        app = self._world.app
        ready = {
            "v": 10,
            "user": shapes.myself(app.user),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._world.gateway_url,
            "application": {"id": str(app.id), "flags": app.flags},
            "shard": [session.shard_id, session.shard_count],
            "private_channels": [],
        }
        self._dispatch(session, "READY", ready)
        for guild in guilds:
            event = events.guild_created(guild)
            if session.hears(event) and not guild.is_unavailable:
                self._dispatch(session, event.name, event.shape(session.intents))
        self._world.bell.ring()

    def find_session(self, session_id: Any) -> Session | None:
        """Return the session a RESUME asks for, if it still is."""
        return next((s for s in self.sessions if s.id == session_id), None)

    def forget(self, session: Session) -> None:
        """End a session for good."""
        self.sessions = [one for one in self.sessions if one is not session]

    def _guilds_of(self, session: Session) -> list[Any]:
        guilds = [guild for guild in self._world.guilds.values() if guild.has_bot]
        return [g for g in guilds if shard_of(g.id, session.shard_count) == session.shard_id]

    def _refused_intents(self, intents: Any) -> int | None:
        if not isinstance(intents, int) or intents & ~events.KNOWN:
            return BAD_INTENTS
        for intent, toggle in events.PRIVILEGED.items():
            if intents & intent and not getattr(self._world.app.portal, toggle):
                return DISALLOWED_INTENTS
        return None

    def _dispatch(self, session: Session, name: str, payload: Json) -> None:
        kind = KIND_OF.get(name)
        if self.checks_events and self._oracles is not None and kind is not None:
            found = self._oracles.event_faults(kind, payload)
            self.event_faults += [f"{name}: {fault}" for fault in found]
        self.sent.append(session.dispatch(name, payload))

    def _on(self, shard_id: int | None) -> list[Session]:
        return [s for s in self.connected if shard_id in (None, s.shard_id)]

    def _tell(self, shard_id: int | None, frame: Json) -> None:
        for session in self._on(shard_id):
            session.outbox.put_nowait(frame)


class Connection:
    """One socket, from HELLO to its end."""

    def __init__(self, gateway: Gateway, world: World, socket: web.WebSocketResponse) -> None:
        self._gateway = gateway
        self._world = world
        self._socket = socket
        self._session: Session | None = None
        self._sender: asyncio.Task[None] | None = None
        self._read_at: deque[datetime] = deque(maxlen=MAX_FRAMES)

    async def serve(self) -> None:
        """Read until the socket closes."""
        try:
            async for message in self._socket:
                await self._read(message)
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
        session = self._session
        if session is not None and session.socket in (None, self._socket):
            session.socket = None
            if self._socket.close_code in ENDS_THE_SESSION:
                self._gateway.forget(session)
        self._world.bell.ring()

    async def _read(self, message: WSMessage) -> None:
        if message.type is not WSMsgType.TEXT:
            return
        if self._is_too_fast():
            await self._socket.close(code=TOO_FAST)
            return
        try:
            frame = json.loads(message.data)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            await self._socket.close(code=DECODE_ERROR)
            return
        self._gateway.received.append(frame)
        match op:
            case 1:
                await self._socket.send_json({"op": ACK, "d": None, "s": None, "t": None})
            case 2:
                await self._identify(data)
            case 6:
                await self._resume(data)
            case 3 | 4 | 8 if self._session is not None:
                self._request_members(op, data)
            case 3 | 4 | 8:
                await self._socket.close(code=NOT_AUTHENTICATED)
            case _:
                await self._socket.close(code=UNKNOWN_OPCODE)

    def _is_too_fast(self) -> bool:
        now, full = self._world.clock.now(), len(self._read_at) == MAX_FRAMES
        too_fast = full and now - self._read_at[0] < FRAMES_PER
        self._read_at.append(now)
        return too_fast

    async def _identify(self, data: Json) -> None:
        if self._session is not None:
            await self._socket.close(code=TWICE)
            return
        opened = self._gateway.open_session(data)
        if isinstance(opened, int):
            await self._socket.close(code=opened)
            return
        self._attach(opened)
        self._gateway.greet(opened)

    async def _resume(self, data: Json) -> None:
        if data.get("token") != self._world.app.token:
            await self._socket.close(code=BAD_TOKEN)
            return
        session = self._gateway.find_session(data.get("session_id"))
        if session is None:
            frame = {"op": INVALID_SESSION, "d": False, "s": None, "t": None}
            await self._socket.send_json(frame)
            return
        seq = data.get("seq")
        if not isinstance(seq, int) or seq > len(session.sent):
            await self._socket.close(code=BAD_SEQ)
            return
        self._attach(session)
        self._gateway.resumes += 1
        for frame in session.sent[seq:]:
            session.outbox.put_nowait(frame)
        session.dispatch("RESUMED", {})
        self._world.bell.ring()

    def _attach(self, session: Session) -> None:
        self._session = session
        session.socket = self._socket
        session.outbox = asyncio.Queue()
        self._sender = asyncio.create_task(self._send(session.outbox))

    async def _send(self, outbox: asyncio.Queue[Json]) -> None:
        while True:
            frame = await outbox.get()
            if self._socket.closed:
                return
            await self._socket.send_json(frame)

    def _request_members(self, op: int, data: Json) -> None:
        if op != REQUEST_MEMBERS or self._session is None:
            return
        guild = self._world.guilds.get(int(data["guild_id"]))
        if guild is None:
            return
        wanted = [str(i) for i in data.get("user_ids") or []]
        people = [m for i, m in guild.members.items() if not wanted or str(i) in wanted]
        chunk = {
            "guild_id": str(guild.id),
            "members": [shapes.member(person) for person in people],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": data.get("nonce"),
        }
        self._session.dispatch("GUILD_MEMBERS_CHUNK", chunk)


def _hello(heartbeat_ms: int) -> Json:
    return {"op": HELLO, "d": {"heartbeat_interval": heartbeat_ms}, "s": None, "t": None}
