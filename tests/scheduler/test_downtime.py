"""Downtime: no double, no pile, a clear line in the log, and a word from the doctor."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text

from bot.core.desk import Desk
from bot.core.models import DeliveryState, Kind
from bot.core.parts import Card
from bot.core.picking import Picker
from bot.core.ports import Store
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.store import Store as RealStore
from tests.builders import DAY, HOUR, MINUTE, MONDAY, NOON, a_caller, a_channel, grade, the_round
from tests.decks import a_deck
from tests.postgres import running_postgres
from tests.scheduler.harness import MovedClock, a_server_and_bot


def words_of(card: Card) -> str:
    """All that a card says."""
    return str(card.blocks)


async def the_doctor(store: Store, clock: MovedClock) -> str:
    """What the doctor says in the channel."""
    deck = a_deck()
    desk = Desk(deck, store, clock, Picker(deck), {}, lambda: None)
    return words_of(await desk.doctor(a_caller()))


@pytest.mark.parametrize("down", [timedelta(minutes=1), timedelta(hours=3)])
async def test_after_a_short_downtime_the_daily_comes_late_and_once(store: Store, down: timedelta):
    await a_channel(store)
    clock = MovedClock(NOON - timedelta(seconds=1))

    async with a_server_and_bot(store, clock=clock) as (server, bot):
        await bot.beat()
        clock.move_to(NOON + down)
        for _ in range(5):
            await bot.beat()
            clock.move(seconds=2)

        assert [message.kind for message in server.messages] == ["daily"]
        await bot.beat_at(NOON + DAY)
        assert Counter(message.kind for message in server.messages) == {"daily": 2, "answer": 1}


async def test_after_three_days_today_is_posted_and_the_rest_is_skipped(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        bot.clock.move_to(NOON + 3 * DAY + HOUR)
        for _ in range(5):
            await bot.beat()
            bot.clock.move(seconds=2)

        assert Counter(message.kind for message in server.messages) == {"daily": 2, "answer": 1}
        dailies = [d for d in await store.last_deliveries(a_caller()) if d.kind is Kind.DAILY]
        assert {d.local_on: d.state for d in dailies} == {
            MONDAY: DeliveryState.SENT,
            MONDAY + DAY: DeliveryState.SKIPPED,
            MONDAY + 2 * DAY: DeliveryState.SKIPPED,
            MONDAY + 3 * DAY: DeliveryState.SENT,
        }
        assert "skipped: the bot was not running on that day" in await the_doctor(store, bot.clock)


async def test_downtime_breaks_no_streak(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (_, bot):
        await bot.beat()
        await grade(store, await the_round(store))
        await bot.beat_at(NOON + 3 * DAY + HOUR)
        graded = await grade(store, await the_round(store, now=bot.clock()), now=bot.clock())

        assert graded.streak is not None and graded.streak.days == 2


async def test_a_digest_missed_by_more_than_a_day_is_left_out(store: Store):
    await a_channel(store, digest_at=NOON.time())

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        await grade(store, await the_round(store))
        await bot.beat_at(NOON + 8 * DAY + HOUR)
        assert not [m for m in server.messages if m.kind == "digest"]

        await grade(store, await the_round(store, now=bot.clock()), now=bot.clock())
        await bot.beat_at(NOON + 14 * DAY + 23 * HOUR)
        assert [m.kind for m in server.messages].count("digest") == 1


async def test_a_year_of_downtime_leaves_no_pile(store: Store):
    for number in range(5):
        await a_channel(store, a_caller(channel=f"C{number}"))

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        await bot.beat_at(NOON + 365 * DAY)
        await bot.beat()

        for number in range(5):
            assert Counter(m.kind for m in server.of(f"C{number}")) == {"daily": 2, "answer": 1}


async def test_postgres_that_is_stopped_for_a_minute_costs_no_post_and_doubles_none(
    caplog: pytest.LogCaptureFixture,
):
    with running_postgres() as url:
        migrate(url)
        database = Database(url)
        store = RealStore(database)
        for number in range(20):
            await a_channel(store, a_caller(channel=f"C{number}"))
        await a_channel(store, a_caller(channel="later"), now=NOON + MINUTE)
        async with a_server_and_bot(store) as (server, bot):
            with _refusing_connections(url):
                for _ in range(15):
                    await bot.beat()
                    bot.clock.move(seconds=4)
            await bot.beat()
            bot.clock.move(minutes=3)
            await bot.beat()
            await bot.beat()

            assert Counter(m.channel for m in server.messages) == Counter(
                [*(f"C{number}" for number in range(20)), "later"]
            )
        await database.close()
    ours = [
        record.getMessage() for record in caplog.records if record.name == "bot.scheduler.health"
    ]
    assert len(ours) == 2
    assert ours[0].startswith("Nothing can be posted until the database is back. The database")
    assert ours[1] == "The database is back after 0:01:00."


class _refusing_connections:  # noqa: N801  # it reads like a function
    """Break every connection to a database, and let nobody in until the end."""

    def __init__(self, url: str) -> None:
        self._url = url

    def _run(self, *statements: str) -> None:
        parts = make_url(self._url)
        other = parts.set(database="template1").render_as_string(hide_password=False)
        with psycopg.connect(other, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def __enter__(self) -> None:
        self._run(
            "ALTER DATABASE postgres ALLOW_CONNECTIONS false",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'",
        )

    def __exit__(self, *_: object) -> None:
        self._run("ALTER DATABASE postgres ALLOW_CONNECTIONS true")


async def test_connections_that_break_while_posts_are_under_way_double_nothing(
    postgres_url: str,
):
    database = Database(postgres_url)
    store = RealStore(database)
    for number in range(30):
        await a_channel(store, a_caller(channel=f"C{number}"))
    parts = make_url(postgres_url)
    other = parts.set(database="postgres").render_as_string(hide_password=False)

    async with a_server_and_bot(store) as (server, bot):
        for _ in range(6):
            beat = asyncio.create_task(bot.beat())
            await asyncio.sleep(0.03)
            with psycopg.connect(other, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    [parts.database],
                )
            await beat
            bot.clock.move(minutes=3)
        await bot.beat()

        assert Counter(m.channel for m in server.messages) == Counter(
            f"C{number}" for number in range(30)
        )
    await database.close()


async def test_a_full_disk_is_told_and_what_waited_is_sent_once_there_is_room(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    database = Database(sqlite_url)
    store = RealStore(database)
    for number in range(40):
        await a_channel(store, a_caller(channel=f"C{number}"))

    async with a_server_and_bot(store) as (server, bot):
        await _limit(database, "(SELECT 1)")
        for _ in range(10):
            await bot.beat()
            bot.clock.move(seconds=2)
        while_full = len(server.messages)
        trouble = bot.health.trouble
        await _limit(database, "1073741823")
        await bot.beat()
        bot.clock.move(minutes=3)
        await bot.beat()

        assert while_full == 0
        assert trouble.startswith("The disk is full: ")
        assert caplog.text.count("The disk is full") == 1
        assert "The database is back after" in caplog.text
        assert Counter(m.channel for m in server.messages) == Counter(
            f"C{number}" for number in range(40)
        )
    await database.close()


async def _limit(database: Database, pages: str) -> None:
    """Let the file not grow beyond so many pages."""

    def limit(connection: Any) -> None:
        count = connection.execute(text("PRAGMA page_count")).scalar_one()
        limit = count if pages.startswith("(") else pages
        connection.execute(text(f"PRAGMA max_page_count = {limit}"))

    await database.write(limit)


async def test_a_disk_that_fills_while_posts_are_under_way_doubles_nothing(sqlite_url: str):
    database = Database(sqlite_url)
    store = RealStore(database)
    for number in range(40):
        await a_channel(store, a_caller(channel=f"C{number}"))

    async with a_server_and_bot(store) as (server, bot):
        await bot.ticker.beat()  # claimed; posting begins
        await _limit(database, "(SELECT 1)")
        await asyncio.sleep(0.3)
        await _limit(database, "1073741823")
        await bot.idle()
        bot.clock.move(minutes=3)
        await bot.beat()

        assert Counter(m.channel for m in server.messages) == Counter(
            f"C{number}" for number in range(40)
        )
    await database.close()


FULL = """
import asyncio, logging, resource, signal, sys
from tests.scheduler.test_downtime import fill
logging.basicConfig(level="WARNING", format="%(message)s", stream=sys.stdout)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
asyncio.run(fill(sys.argv[1]))
"""


async def fill(url: str) -> None:
    """In a process of its own: post while the file system takes no more."""
    import resource  # noqa: PLC0415  # not on every system

    database = Database(url)
    store = RealStore(database)
    for number in range(10):
        await a_channel(store, a_caller(channel=f"C{number}"))
    async with a_server_and_bot(store) as (server, bot):
        size = Path(make_url(url).database or "").with_suffix(".db-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        await bot.beat()
        print("while full", len(server.messages))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        bot.clock.move(seconds=2)
        await bot.beat()
        print("after", sorted(Counter(m.channel for m in server.messages).values()))
    await database.close()


def test_a_file_system_that_takes_no_more_is_told(sqlite_url: str):
    ran = subprocess.run(
        [sys.executable, "-c", FULL, sqlite_url], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert "while full 0" in ran.stdout
    assert "Nothing can be posted until the database is back." in ran.stdout
    assert f"after {[1] * 10}" in ran.stdout
