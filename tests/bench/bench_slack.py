"""
Signed clicks a second through the whole path, beside a Bolt app that does nothing.

``python -m tests.bench.bench_slack [CLICKS]``. Each server is a process of its own; each click is a
submitted grade, with the modal that Slack sends along, stored before it is acknowledged. The servers
take turns in short rounds, and each is compared with the idle one of the same round, so that a busy
machine disturbs all of them alike. What the disk takes for one commit is measured beside them; with
``TMPDIR`` on a disk in memory it takes nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sqlite3
import statistics
import sys
import time
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.app import SlackFace, SlackOptions
from bot.adapters.slack.render import Place, render_form
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
from tests.fakes.slack import Slack
from tests.fakes.slack.http_events import sign
from tests.postgres import running_postgres

AT_ONCE = (1, 32)
ROUNDS = 9
"""Each server is measured so often, in turns; the medians count."""


def clock() -> datetime:
    return datetime.now(UTC)


# --- the servers


async def serve(kind: str, api_url: str, token: str, secret: str, database_url: str) -> None:
    """Serve until standard input ends; print the port, then the memory."""
    async with AsyncExitStack() as stack:
        handle = (
            await _nothing(api_url, token, secret)
            if kind == "nothing"
            else await _quiz(stack, api_url, token, secret, database_url)
        )
        server = web.Application()
        server.router.add_post("/slack/events", handle)
        server.router.add_post("/used", _used)
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        spare_from_collection()  # both: as `flaskquiz run` does
        print(runner.addresses[0][1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


async def _used(_: web.Request) -> web.Response:
    """The seconds of processor this process has used."""
    return web.Response(text=f"{time.process_time():.6f}")


async def _nothing(api_url: str, token: str, secret: str) -> Any:
    client = AsyncWebClient(token, base_url=api_url)
    app = AsyncApp(client=client, signing_secret=secret, process_before_response=True)

    async def on_view(ack: Any) -> None:
        await ack()

    app.view(re.compile("^fq:1:"))(on_view)

    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return handle


async def _quiz(
    stack: AsyncExitStack, api_url: str, token: str, secret: str, database_url: str
) -> Any:
    database = Database(database_url)
    stack.push_async_callback(database.close)
    store = Store(database)
    quiz = Quiz(load(shipped_deck()), store, clock, {}, lambda: None)
    options = SlackOptions(bot_token=token, signing_secret=secret, api_url=api_url)
    face = SlackFace(quiz, store, options, clock)
    await face.start()
    stack.push_async_callback(face.stop)
    return face.routes()[0].handler


# --- the clicks


@dataclass
class Measured:
    """One run."""

    a_second: float
    p50: float
    p99: float
    processor: float
    """Milliseconds of processor time for a click."""


async def seed(database_url: str, members: int) -> AttemptKey:
    """An open round whose answer so many members have seen."""
    migrate(database_url)
    database = Database(database_url)
    store, deck, now = Store(database), load(shipped_deck()), clock()
    quiz = Quiz(deck, store, clock, {}, lambda: None)
    admin = Caller(Platform.SLACK, "T1", "U1", "ann", channel="C1", is_admin=True)
    await quiz.command(admin, "settings time 23:59 zone UTC days all")
    ends_at = now + timedelta(days=1)
    plan = DailyPlan(now.date(), ends_at, (), ends_at)
    delivery = await store.post_now(admin, lambda *_: plan, Picker(deck).for_channel, now)
    await store.delivered(delivery.id, MessageRef("1.0"), now)
    assert delivery.round_id is not None
    key = AttemptKey(round_id=delivery.round_id)
    callers = [Caller(Platform.SLACK, "T1", f"U{n}", f"p{n}", channel="C1") for n in range(members)]
    await asyncio.gather(
        *(store.reveal(caller, key, "some words", Confidence.SURE, now) for caller in callers)
    )
    await database.close()
    return key


async def revealed(database_url: str, key: AttemptKey) -> dict[str, Any]:
    """The modal in which a grade is given."""
    database = Database(database_url)
    store, deck = Store(database), load(shipped_deck())
    caller = Caller(Platform.SLACK, "T1", "U0", "p0", channel="C1")
    situation = await store.situation(caller, key)
    question = deck.find(situation.question_id)
    assert question is not None
    view = render_form(attempts.reveal(situation, question), Place("C1", "#flask"))
    await database.close()
    return view


def _click(view: dict[str, Any], n: int, secret: str) -> bytes:
    block = f"ticks@{view['callback_id'].rpartition(':')[2]}"
    ticks = {"type": "checkboxes", "selected_options": [{"value": "0"}, {"value": "1"}]}
    payload = {
        "type": "view_submission", "token": "t", "api_app_id": "A0FAKE",
        "team": {"id": "T1", "domain": "pallets"},
        "user": {"id": f"U{n}", "username": f"p{n}", "name": f"p{n}", "team_id": "T1"},
        "trigger_id": f"{time.time_ns()}.{n}", "response_urls": [],
        "view": {
            **view, "id": f"V{n}", "team_id": "T1", "hash": "1.a", "app_id": "A0FAKE",
            "app_installed_team_id": "T1", "bot_id": "B1",
            "state": {"values": {block: {"ticks": ticks}}},
        },
    }  # fmt: skip
    body = urlencode({"payload": json.dumps(payload)}).encode()
    now = int(time.time())
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: x\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {now}\r\n"
        f"X-Slack-Signature: {sign(secret, now, body)}\r\n\r\n"
    )
    return head.encode() + body


async def click(port: int, requests: list[bytes], at_once: int) -> Measured:
    """Send all, so many at once."""
    waiting, spans = iter(requests), list[float]()

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            started = time.perf_counter()
            await _exchange(reader, writer, request)
            spans.append(time.perf_counter() - started)
        writer.close()

    used, started = await _processor(port), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    total = time.perf_counter() - started
    used = await _processor(port) - used
    spans.sort()
    return Measured(
        len(spans) / total,
        statistics.median(spans) * 1e3,
        spans[len(spans) * 99 // 100] * 1e3,
        used / len(spans) * 1e3,
    )


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return await reader.readexactly(int(length[1]) if length else 0)


async def _processor(port: int) -> float:
    """The seconds of processor that a server has used."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = b"POST /used HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    answer = await _exchange(reader, writer, request)
    writer.close()
    return float(answer)


# --- putting it together


class Server:
    """A server in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments

    async def start(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.bench_slack", "serve", *self._arguments,
            stdin=pipe, stdout=pipe,
        )  # fmt: skip
        assert self._process.stdout
        self.port = int(await self._process.stdout.readline())

    async def stop(self) -> int:
        """End it; its peak memory in MB."""
        assert self._process.stdin
        self._process.stdin.close()
        out, _ = await self._process.communicate()
        return int(out.split()[-1])


@dataclass
class Side:
    """A server with its database, and what was measured of it."""

    kind: str
    server: Server
    key: AttemptKey
    view: dict[str, Any]
    found: dict[int, list[Measured]]

    async def measure(self, members: range, secret: str, at_once: int) -> None:
        """Let some members grade once, after a click that only makes their names known."""
        stale = {**self.view, "callback_id": "fq:1:grade:r999999"}
        await click(self.server.port, [_click(stale, n, secret) for n in members], 8)
        requests = [_click(self.view, n, secret) for n in members]
        self.found[at_once].append(await click(self.server.port, requests, at_once))


def commits(folder: str) -> list[float]:
    """The milliseconds of commits of one row each, without us and without SQLAlchemy."""
    spans = []
    with closing(sqlite3.connect(f"{folder}/commits.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE IF NOT EXISTS notes (words)")
        for _ in range(20):
            started = time.perf_counter()
            database.execute("INSERT INTO notes VALUES (?)", ("x" * 500,))
            spans.append((time.perf_counter() - started) * 1e3)
    return spans


async def bench(number: int) -> None:
    """Measure and print."""
    members = number * ROUNDS * len(AT_ONCE)
    with TemporaryDirectory() as folder, running_postgres() as postgres:
        urls = {"nothing": "-", "sqlite": f"sqlite:///{folder}/bench.db", "postgres": postgres}
        async with Slack() as slack:
            workspace = slack.workspace("T1", "Pallets")
            token, secret = workspace.install(), slack.app.signing_secret
            for n in range(members):
                workspace.user(f"U{n}", f"p{n}")
            sides: list[Side] = []
            for kind, url in urls.items():
                kept = url if url != "-" else f"sqlite:///{folder}/nothing.db"
                key = await seed(kept, members)
                server = Server(kind, slack.api_url, token, secret, url)
                await server.start()
                view = await revealed(kept, key)
                sides.append(Side(kind, server, key, view, {n: [] for n in AT_ONCE}))
            syncs: list[float] = []
            turns = [(at_once, turn) for turn in range(ROUNDS) for at_once in AT_ONCE]
            for place, (at_once, turn) in enumerate(turns):
                for side in sides[turn % len(sides) :] + sides[: turn % len(sides)]:
                    some = range(place * number, (place + 1) * number)
                    await side.measure(some, secret, at_once)
                syncs += commits(folder)
            memory = {side.kind: await side.server.stop() for side in sides}
    for at_once in AT_ONCE:
        _print(at_once, {side.kind: side.found[at_once] for side in sides})
    print(f"\none commit alone on SQLite: p50 {statistics.median(syncs):.2f} ms")
    print("memory: " + ", ".join(f"{kind} {size} MB" for kind, size in memory.items()))


def _print(at_once: int, found: dict[str, list[Measured]]) -> None:
    def middle(kind: str, what: str) -> float:
        return statistics.median(getattr(each, what) for each in found[kind])

    def times(kind: str, what: str) -> float:
        pairs = zip(found[kind], found["nothing"], strict=True)
        return statistics.median(getattr(one, what) / getattr(idle, what) for one, idle in pairs)

    print(f"\n{at_once} at once")
    for kind in found:
        print(
            f"  {kind:9} {middle(kind, 'a_second'):7.0f}/s ({times(kind, 'a_second'):4.2f} x)"
            f"   p50 {middle(kind, 'p50'):6.2f} ms ({times(kind, 'p50'):4.2f} x)"
            f"   p99 {middle(kind, 'p99'):6.2f} ms"
            f"   processor {middle(kind, 'processor'):5.2f} ms ({times(kind, 'processor'):4.2f} x)"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(*sys.argv[2:]))
    else:
        asyncio.run(bench(int(sys.argv[1]) if sys.argv[1:] else 200))
