"""
Pressed buttons a second through the whole path, beside a discord.py client that only defers.

``python -m tests.bench.bench_discord [CLICKS]``. The bot is a process of its own; each click is a
grade, with the reveal that Discord sends along, stored before it is answered. At the end the memory
of an idle bot in 1,000 guilds.
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
import psycopg
from aiohttp import WSMsgType, web

from bot.adapters.discord.addresses import point_at
from bot.adapters.discord.client import DiscordFace, DiscordOptions
from bot.adapters.discord.render import render
from bot.app import spare_from_collection
from bot.core.cards import attempts
from bot.core.deck import load
from bot.core.models import AttemptKey, Caller, Confidence, MessageRef, Platform
from bot.core.picking import Picker
from bot.core.quiz import Quiz
from bot.core.views import DailyPlan
from bot.settings import shipped_deck
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.store import Store
from tests.postgres import running_postgres

AT_ONCE = (1, 32)
TURNS = 8
"""The bots take turns, so that whatever else the machine does hits them all; medians count."""
DEFERRED, UPDATED = 6, 7
"""How a click is answered."""
GUILDS, CHANNELS, ROLES = 1_000, 30, 15
APP, GUILD, CHANNEL, MESSAGE = "101", "4194304000", "4194304001", "4194304002"
FIRST_MEMBER = 9_000_000
STAMP = "2026-11-23T09:00:00.000000+00:00"
Json = dict[str, Any]


def clock() -> datetime:
    return datetime.now(UTC)


# --- the bots, each in a process of its own


async def serve(kind: str, api_url: str, gateway_url: str, database_url: str) -> None:
    """Be a bot until standard input ends; print memory, processor time and views kept."""
    async with AsyncExitStack() as stack:
        if kind == "nothing":
            client = await _nothing(stack, api_url, gateway_url)
        else:
            client = await _quiz(stack, api_url, gateway_url, database_url)
        spare_from_collection()  # both: as `flaskquiz run` does
        print("ready", flush=True)
        line = await asyncio.to_thread(sys.stdin.readline)
        used = _processor()
        while line.strip() == "begin":
            used = _processor()
            line = await asyncio.to_thread(sys.stdin.readline)
        store = client._connection._view_store
        views = len(store._views) + len(store._modals) + len(store._synced_message_views)
        print(_memory(), _processor() - used, views, flush=True)


def _memory() -> int:
    """The most memory this program had, in MB; `getrusage` would count its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _nothing(stack: AsyncExitStack, api_url: str, gateway_url: str) -> discord.Client:
    class Client(discord.Client):
        async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
            await interaction.response.defer()

    point_at(api_url, gateway_url)
    client = Client(
        intents=discord.Intents(guilds=True, guild_messages=True),
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        guild_ready_timeout=0.1,
    )
    task = asyncio.create_task(client.start("101.bench.token"))
    stack.callback(task.cancel)
    stack.push_async_callback(client.close)
    while not client.is_ready():  # noqa: ASYNC110  # wait_until_ready refuses before the login
        await asyncio.sleep(0.01)
    return client


async def _quiz(
    stack: AsyncExitStack, api_url: str, gateway_url: str, database_url: str
) -> discord.Client:
    database = Database(database_url)
    stack.push_async_callback(database.close)
    store = Store(database)
    quiz = Quiz(load(shipped_deck()), store, clock, {}, lambda: None)
    options = DiscordOptions(
        token="101.bench.token", shard_count=1, api_url=api_url, gateway_url=gateway_url
    )
    face = DiscordFace(quiz, store, options, clock)
    stack.push_async_callback(face.stop)
    await face.start()
    return face.connection.client


# --- a Discord with nothing to spare


@dataclass
class Measured:
    """One run."""

    a_second: float
    p50: float
    p99: float


@dataclass
class LeanDiscord:
    """Answers what a bot asks at the start, sends clicks, and takes their answers."""

    guilds: list[str]
    socket: web.WebSocketResponse | None = None
    began: dict[str, float] = field(default_factory=dict)
    spans: list[float] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    kinds: set[int] = field(default_factory=set)
    port: int = 0

    async def start(self, stack: AsyncExitStack) -> None:
        app = web.Application()
        app.router.add_post("/api/v10/interactions/{id}/{token}/callback", self._callback)
        app.router.add_route("*", "/api/v10/{path:.*}", self._call)
        app.router.add_get("/gateway", self._gateway)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]

    async def click(self, frames: list[tuple[str, str]], at_once: int) -> Measured:
        """Send clicks, so many at once, and wait for the last answer."""
        self.spans, self.waiting, self.began = [], frames[at_once:][::-1], {}
        self.answered.clear()
        started = time.perf_counter()
        for token, frame in frames[:at_once]:
            await self._send(token, frame)
        async with asyncio.timeout(300):
            await self.answered.wait()
        total, spans = time.perf_counter() - started, sorted(self.spans)
        return Measured(
            len(spans) / total, statistics.median(spans) * 1e3, spans[len(spans) * 99 // 100] * 1e3
        )

    async def _send(self, token: str, frame: str) -> None:
        assert self.socket is not None
        self.began[token] = time.perf_counter()
        await self.socket.send_str(frame)

    async def _callback(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        body = json.loads(await request.read())
        self.kinds.add(body["type"])
        self.spans.append(time.perf_counter() - self.began.pop(token))
        if self.waiting:
            await self._send(*self.waiting.pop())
        elif not self.began:
            self.answered.set()
        if "with_response" not in request.query:
            return web.Response(status=204)
        told: Json = {"interaction": {"id": "1", "type": 3, "response_message_id": MESSAGE}}
        if body["type"] in (4, 7):
            message = a_message(body["data"]["components"])
            told["resource"] = {"type": body["type"], "message": message}
        return _json(told)

    async def _call(self, request: web.Request) -> web.Response:
        user = {"id": APP, "username": "FlaskQuiz", "discriminator": "0", "avatar": None}
        match request.match_info["path"]:
            case "users/@me":
                return _json(user | {"bot": True, "flags": 0})
            case "oauth2/applications/@me" | "applications/@me":
                about = {"id": APP, "name": "FlaskQuiz", "description": "", "icon": None}
                about |= {"bot_public": True, "bot_require_code_grant": False, "verify_key": "0"}
                return _json(about | {"flags": 0, "owner": user, "team": None, "summary": ""})
            case _:
                return _json([])

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            match json.loads(message.data)["op"]:
                case 1:
                    await socket.send_json({"op": 11})
                case 2:
                    self.socket = socket
                    await self._greet(request)
        return socket

    async def _greet(self, request: web.Request) -> None:
        assert self.socket is not None
        ready = {
            "v": 10,
            "user": {"id": APP, "username": "FlaskQuiz", "discriminator": "0", "avatar": None},
            "guilds": [{"id": json.loads(guild)["d"]["id"]} for guild in self.guilds],
            "session_id": "s",
            "resume_gateway_url": f"ws://{request.host}/gateway",
            "application": {"id": APP, "flags": 0},
            "shard": [0, 1],
            "private_channels": [],
        }
        await self.socket.send_json({"op": 0, "t": "READY", "s": 1, "d": ready})
        for guild in self.guilds:
            await self.socket.send_str(guild)


def _json(what: object) -> web.Response:
    return web.Response(body=json.dumps(what).encode(), content_type="application/json")


def a_guild(number: int) -> str:
    """A guild of ordinary size, as the gateway tells of it."""
    id_ = int(GUILD) + number * 4_194_304
    roles = [
        {"id": str(id_ + i), "name": f"role {i}", "permissions": "1071698660929", "position": i,
         "color": 0, "hoist": False, "managed": False, "mentionable": False, "flags": 0}
        for i in range(ROLES)
    ]  # fmt: skip
    channels = [
        {"id": str(id_ + 1 + i), "name": f"channel {i}", "type": 0, "position": i, "topic": None,
         "nsfw": False, "parent_id": None, "permission_overwrites": [], "rate_limit_per_user": 0}
        for i in range(CHANNELS)
    ]  # fmt: skip
    bot = {"user": {"id": APP, "username": "FlaskQuiz", "discriminator": "0", "avatar": None},
           "roles": [], "joined_at": STAMP, "deaf": False, "mute": False, "flags": 0}  # fmt: skip
    guild = {
        "id": str(id_), "name": f"Guild {number}", "owner_id": "5", "roles": roles,
        "channels": channels, "threads": [], "members": [bot], "member_count": 50, "emojis": [],
        "stickers": [], "features": [], "voice_states": [], "presences": [], "large": False,
        "unavailable": False, "verification_level": 0, "mfa_level": 0, "nsfw_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "premium_tier": 0,
        "preferred_locale": "en-US", "system_channel_id": None, "system_channel_flags": 0,
        "afk_timeout": 300, "afk_channel_id": None, "icon": None, "joined_at": STAMP,
        "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
    }  # fmt: skip
    return json.dumps({"op": 0, "t": "GUILD_CREATE", "s": 1, "d": guild})


def a_message(components: list[Json]) -> Json:
    """A private message of the bot."""
    author = {"id": APP, "username": "FlaskQuiz", "discriminator": "0", "avatar": None, "bot": True}
    return {
        "id": MESSAGE, "channel_id": CHANNEL, "author": author, "content": "", "timestamp": STAMP,
        "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 19,
        "components": components, "flags": 32832,
    }  # fmt: skip


# --- the clicks


async def seed(database_url: str, members: int) -> AttemptKey:
    """An open round whose answer so many members have seen."""
    migrate(database_url)
    database = Database(database_url)
    store, deck, now = Store(database), load(shipped_deck()), clock()
    quiz = Quiz(deck, store, clock, {}, lambda: None)
    admin = Caller(Platform.DISCORD, GUILD, "5", "ann", channel=CHANNEL, is_admin=True)
    await quiz.command(admin, "settings time 23:59 zone UTC days all")
    ends_at = now + timedelta(days=1)
    plan = DailyPlan(now.date(), ends_at, (), ends_at)
    delivery = await store.post_now(admin, lambda *_: plan, Picker(deck).for_channel, now)
    await store.delivered(delivery.id, MessageRef("1"), now)
    await store.keep(f"discord:guild:{GUILD}", CHANNEL)
    assert delivery.round_id is not None
    key = AttemptKey(round_id=delivery.round_id)
    callers = [a_caller(number) for number in range(members)]
    await asyncio.gather(
        *(store.reveal(caller, key, "some words", Confidence.SURE, now) for caller in callers)
    )
    await database.close()
    return key


def a_caller(number: int) -> Caller:
    return Caller(
        Platform.DISCORD, GUILD, str(FIRST_MEMBER + number), f"p{number}", channel=CHANNEL
    )


async def clicks(
    database_url: str, key: AttemptKey, members: int, run: str, custom_id: str
) -> list[tuple[str, str]]:
    """A click of each member: the token of its interaction, and the frame that tells of it."""
    database = Database(database_url)
    situation = await Store(database).situation(a_caller(0), key)
    await database.close()
    question = load(shipped_deck()).find(situation.question_id)
    assert question is not None
    components = render(attempts.reveal(situation, question)).components
    for number, part in enumerate(components, 1):
        part["id"] = number
    message = a_message(components)
    return [
        (f"{run}{n}", json.dumps(_click(message, n, f"{run}{n}", custom_id)))
        for n in range(members)
    ]


def _click(message: Json, number: int, token: str, custom_id: str) -> Json:
    user = {"id": str(FIRST_MEMBER + number), "username": f"p{number}", "discriminator": "0",
            "avatar": None, "global_name": f"p{number}"}  # fmt: skip
    member = {"user": user, "roles": [], "joined_at": STAMP, "deaf": False, "mute": False,
              "flags": 0, "permissions": "2222085186637376"}  # fmt: skip
    data = {"component_type": 2, "custom_id": custom_id, "id": 7}
    interaction = {
        "id": str(time.time_ns() + number), "application_id": APP, "type": 3, "token": token,
        "version": 1, "data": data, "guild_id": GUILD, "channel_id": CHANNEL, "member": member,
        "channel": {"id": CHANNEL, "type": 0, "name": "flask", "position": 0, "guild_id": GUILD,
                    "permissions": "2222085186637376"},
        "guild": {"id": GUILD, "locale": "en-US", "features": []}, "guild_locale": "en-US",
        "locale": "en-US", "app_permissions": "2222085186637376", "entitlements": [],
        "authorizing_integration_owners": {"0": GUILD}, "context": 0, "message": message,
        "attachment_size_limit": 10_485_760,
    }  # fmt: skip
    return {"op": 0, "t": "INTERACTION_CREATE", "s": 2, "d": interaction}


# --- putting it together


class Bot:
    """A bot in a process of its own."""

    async def start(self, kind: str, port: int, database_url: str) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", "-m", "tests.bench.bench_discord", "serve", kind,
            f"http://127.0.0.1:{port}/api/v10", f"ws://127.0.0.1:{port}/gateway", database_url,
            stdin=pipe, stdout=pipe,
        )  # fmt: skip
        assert self._process.stdout
        assert (await self._process.stdout.readline()).strip() == b"ready"

    async def begin(self) -> None:
        """Count processor time from here on."""
        assert self._process.stdin
        self._process.stdin.write(b"begin\n")
        await self._process.stdin.drain()
        await asyncio.sleep(0.05)

    async def stop(self) -> tuple[int, float, int]:
        """End it; its memory in MB, its processor time in seconds, the views it kept."""
        assert self._process.stdin
        self._process.stdin.close()
        assert self._process.stdout
        memory, used, views = (await self._process.stdout.read()).split()[-3:]
        await self._process.wait()
        return int(memory), float(used), int(views)


async def bench(number: int) -> None:
    """Measure and print."""
    with TemporaryDirectory() as folder, running_postgres() as postgres:
        urls = {
            "nothing": f"sqlite:///{folder}/nothing.db",
            "sqlite": f"sqlite:///{folder}/bench.db",
            "postgres": postgres,
        }
        for at_once in AT_ONCE:
            async with AsyncExitStack() as stack:
                sides = [await _side(stack, *each, number, at_once) for each in urls.items()]
                for turn in range(TURNS):
                    for side in sides:
                        await side.turn(turn, at_once)
                for side in sides:
                    await side.end()
            _print(at_once, sides)
            _remove(folder)
            await asyncio.to_thread(_empty, postgres)
        await _idle(folder)


@dataclass
class Side:
    """One of the bots that are compared: all are up at once, and take turns."""

    kind: str
    lean: LeanDiscord
    bot: Bot
    frames: list[tuple[str, str]]
    turns: list[Measured] = field(default_factory=list)
    processor: float = 0.0
    """Milliseconds of the bot's processor time for each click."""

    async def turn(self, number: int, at_once: int) -> None:
        """Click through one slice of the frames."""
        size = len(self.frames) // TURNS
        self.turns.append(await self.lean.click(self.frames[number * size :][:size], at_once))

    async def end(self) -> None:
        """Stop the bot, and see that it did what it should have."""
        _, used, views = await self.bot.stop()
        self.processor = used / len(self.frames) * 1e3
        expected = {DEFERRED} if self.kind == "nothing" else {UPDATED}
        assert views == 0
        assert self.lean.kinds == expected, self.lean.kinds


async def _side(stack: AsyncExitStack, kind: str, url: str, number: int, at_once: int) -> Side:
    """A database with members who have all seen the answer, and a warm bot on it."""
    key = await seed(url, number)
    lean, bot = LeanDiscord([a_guild(0)]), Bot()
    await lean.start(stack)
    await bot.start(kind, lean.port, url)
    stale = await clicks(url, key, min(number, 300), "w", "fq:1:grade:r999999:got_it")
    await lean.click(stale, at_once)
    lean.kinds.clear()
    await bot.begin()
    return Side(kind, lean, bot, await clicks(url, key, number, "c", f"fq:1:grade:{key}:got_it"))


async def _idle(folder: str) -> None:
    """The memory of a bot in many guilds, beside one in a single guild."""
    for count in (1, GUILDS):
        url = f"sqlite:///{folder}/idle{count}.db"
        migrate(url)
        async with AsyncExitStack() as stack:
            lean = LeanDiscord([a_guild(number) for number in range(count)])
            await lean.start(stack)
            bot = Bot()
            await bot.start("sqlite", lean.port, url)
            await asyncio.sleep(5)
            memory, _, views = await bot.stop()
        print(f"idle in {count:5} guilds: {memory} MB, {views} views kept")


def _remove(folder: str) -> None:
    for path in Path(folder).glob("*.db*"):
        path.unlink()


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _print(at_once: int, sides: list[Side]) -> None:
    bare = sides[0]
    print(f"\n{at_once} at once")
    for side in sides:
        rates, p50s, p99s = zip(*((t.a_second, t.p50, t.p99) for t in side.turns), strict=True)
        pairs = zip(side.turns, bare.turns, strict=True)
        share = statistics.median(ours.a_second / theirs.a_second for ours, theirs in pairs)
        print(
            f"  {side.kind:9} {statistics.median(rates):6.0f}/s ({share:4.2f} x)"
            f"   p50 {statistics.median(p50s):6.2f} ms   p99 {statistics.median(p99s):6.2f} ms"
            f"   {side.processor:5.2f} ms of processor a click"
            f" ({side.processor / bare.processor:4.2f} x)"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(*sys.argv[2:]))
    else:
        asyncio.run(bench(int(sys.argv[1]) if sys.argv[1:] else 2_000))
