"""
Signed clicks a second through the whole path, beside a Bolt app that does nothing.

``python -m tests.bench.bench_slack [CLICKS]``. The server is a process of its own; each click is a
submitted grade, with the modal that Slack sends along, stored before it is acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import statistics
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import psycopg
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.app import SlackFace, SlackOptions
from bot.adapters.slack.render import Place, render_form
from bot.core.cards import rounds
from bot.core.deck import load
from bot.core.models import AttemptKey, Caller, Confidence, MessageRef, Platform
from bot.core.picking import Picker
from bot.core.quiz import Quiz
from bot.settings import shipped_deck
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.store import Store
from tests.fakes.slack import Slack
from tests.fakes.slack.http_events import sign
from tests.postgres import running_postgres

AT_ONCE = (1, 32)
ROUNDS = 3
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
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


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


async def seed(database_url: str, members: int) -> AttemptKey:
    """An open round whose answer so many members have seen."""
    migrate(database_url)
    database = Database(database_url)
    store, deck, now = Store(database), load(shipped_deck()), clock()
    quiz = Quiz(deck, store, clock, {}, lambda: None)
    admin = Caller(Platform.SLACK, "T1", "U1", "ann", channel="C1", is_admin=True)
    await quiz.command(admin, "settings time 23:59 zone UTC days all")
    delivery = await store.post_now(
        admin, now.date(), now + timedelta(days=1), now + timedelta(days=1),
        Picker(deck).for_channel, now,
    )  # fmt: skip
    await store.delivered(delivery.id, MessageRef("1.0"), now)
    assert delivery.round_id is not None
    key = AttemptKey(round_id=delivery.round_id)
    callers = [Caller(Platform.SLACK, "T1", f"U{n}", f"p{n}", channel="C1") for n in range(members)]
    await asyncio.gather(
        *(store.reveal(caller, key, "some words", Confidence.SURE, now) for caller in callers)
    )
    await database.close()
    return key


async def clicks(
    database_url: str, key: AttemptKey, secret: str, members: int, stale: bool
) -> list[bytes]:
    """The requests, signed now: with *stale* keys they only make the names known."""
    database = Database(database_url)
    store, deck = Store(database), load(shipped_deck())
    caller = Caller(Platform.SLACK, "T1", "U0", "p0", channel="C1")
    situation = await store.situation(caller, key)
    question = deck.find(situation.question_id)
    assert question is not None
    view = render_form(rounds.reveal(situation, question), Place("C1", "#flask"))
    await database.close()
    if stale:
        view["callback_id"] = "fq:1:grade:r999999"
    return [_click(view, n, secret) for n in range(members)]


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
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(length[1]) if length else 0)
            spans.append(time.perf_counter() - started)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    total = time.perf_counter() - started
    spans.sort()
    return Measured(
        len(spans) / total, statistics.median(spans) * 1e3, spans[len(spans) * 99 // 100] * 1e3
    )


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


async def bench(number: int) -> None:
    """Measure and print."""
    with TemporaryDirectory() as folder, running_postgres() as postgres:
        urls = {"nothing": "-", "sqlite": f"sqlite:///{folder}/bench.db", "postgres": postgres}
        async with Slack() as slack:
            workspace = slack.workspace("T1", "Pallets")
            token = workspace.install()
            for n in range(number):
                workspace.user(f"U{n}", f"p{n}")
            secret = slack.app.signing_secret
            for at_once in AT_ONCE:
                found: dict[str, list[Measured]] = {kind: [] for kind in urls}
                memory: dict[str, int] = {}
                for _ in range(ROUNDS):
                    for kind, url in urls.items():
                        measured, memory[kind] = await _run(
                            kind, url, folder, slack.api_url, token, secret, number, at_once
                        )
                        found[kind].append(measured)
                _print(at_once, found, memory)


async def _run(
    kind: str, url: str, folder: str, api_url: str, token: str, secret: str, number: int,
    at_once: int,
) -> tuple[Measured, int]:  # fmt: skip
    kept = url if kind != "nothing" else f"sqlite:///{folder}/nothing.db"
    if kept.startswith("sqlite"):
        for path in list(Path(folder).glob("*.db*")):  # noqa: ASYNC240  # nothing else runs yet
            path.unlink()
    else:
        await asyncio.to_thread(_empty, kept)
    key = await seed(kept, number)
    server = Server(kind, api_url, token, secret, url)
    await server.start()
    await click(server.port, await clicks(kept, key, secret, number, stale=True), 8)
    requests = await clicks(kept, key, secret, number, stale=False)
    measured = await click(server.port, requests, at_once)
    return measured, await server.stop()


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _print(at_once: int, found: dict[str, list[Measured]], memory: dict[str, int]) -> None:
    def middle(kind: str, what: str) -> float:
        return statistics.median(getattr(each, what) for each in found[kind])

    print(f"\n{at_once} at once")
    for kind in found:
        rate, p50, p99 = (middle(kind, what) for what in ("a_second", "p50", "p99"))
        share, slower = rate / middle("nothing", "a_second"), p50 / middle("nothing", "p50")
        print(
            f"  {kind:9} {rate:7.0f}/s ({share:4.2f} x)   p50 {p50:6.2f} ms ({slower:4.2f} x)"
            f"   p99 {p99:6.2f} ms   {memory[kind]} MB"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(*sys.argv[2:]))
    else:
        asyncio.run(bench(int(sys.argv[1]) if sys.argv[1:] else 2000))
