"""The tick: one query when nothing is due, and no fault that stops it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.composing import Composer
from bot.core.errors import StoreError
from bot.core.models import Platform
from bot.core.picking import Picker
from bot.core.ports import Store
from bot.scheduler.deliveries import Postman
from bot.scheduler.tick import Ticker
from bot.store.database import Database
from tests.builders import HOUR, MINUTE, NOON, a_caller, a_channel
from tests.decks import a_deck
from tests.fakes.channel_server import ChannelMessenger, ChannelServer
from tests.scheduler.harness import MovedClock, a_bot, a_server_and_bot, no_painter, until


@asynccontextmanager
async def a_ticking_bot(
    store: Store,
    messenger: ChannelMessenger,
    every: timedelta = timedelta(hours=1),
    begins_at: datetime = NOON,
) -> AsyncIterator[Ticker]:
    """A bot that ticks by itself, by a clock that runs from noon."""
    began_at = time.monotonic()

    def clock() -> datetime:
        return begins_at + timedelta(seconds=time.monotonic() - began_at)

    deck = a_deck()
    postman = Postman(
        store, Composer(deck, store, no_painter), {messenger.platform: messenger}, clock
    )
    ticker = Ticker(store, postman, Picker(deck).for_channel, clock, every=every)
    ticker.start()
    yield ticker
    await ticker.stop()


async def test_a_beat_with_nothing_due_costs_one_query(store: Store, database: Database):
    await a_channel(store, now=NOON + HOUR)
    queries = list[str]()

    async with a_server_and_bot(store) as (_, bot):
        await bot.beat()  # the first one compares clocks as well
        for engine in (database._reading, database._writing):
            event.listen(
                engine, "before_cursor_execute", lambda *args: queries.append(str(args[2]))
            )
        bot.clock.move(seconds=2)
        await bot.beat()

    assert len([query for query in queries if query != "BEGIN"]) == 1


async def test_the_first_beat_comes_at_once_and_the_next_ones_by_the_bell(store: Store):
    async with ChannelServer() as server, ChannelMessenger(server.url) as messenger:
        await a_channel(store)
        async with a_ticking_bot(store, messenger, timedelta(seconds=0.1)):
            await until(lambda: len(server.messages) == 1)
            await a_channel(store, a_caller(channel="C2"))
            await until(lambda: len(server.messages) == 2)


async def test_wake_ticks_at_once_from_any_thread(store: Store):
    async with (
        ChannelServer() as server,
        ChannelMessenger(server.url) as messenger,
        a_ticking_bot(store, messenger) as ticker,
    ):
        await until(lambda: ticker.health.beat_at is not None)
        await a_channel(store)
        thread = threading.Thread(target=ticker.wake)
        thread.start()
        await until(lambda: len(server.messages) == 1)
        thread.join()


async def test_wake_before_start_and_after_stop_does_nothing(store: Store):
    async with ChannelServer() as server, ChannelMessenger(server.url) as messenger:
        async with a_bot(store, messenger) as bot:
            bot.ticker.wake()
        async with a_ticking_bot(store, messenger) as ticker:
            pass
        ticker.wake()


async def test_a_wake_during_a_beat_is_not_lost(store: Store):
    async with (
        ChannelServer() as server,
        ChannelMessenger(server.url) as messenger,
        a_ticking_bot(store, messenger) as ticker,
    ):
        await until(lambda: ticker.health.beat_at is not None)
        await a_channel(store)
        ticker.wake()
        await asyncio.sleep(0)  # the beat has begun
        await a_channel(store, a_caller(channel="C2"))
        ticker.wake()
        await until(lambda: len(server.messages) == 2)


async def test_a_stalled_event_loop_loses_no_tick(store: Store):
    async with ChannelServer() as server, ChannelMessenger(server.url) as messenger:
        soon = NOON - timedelta(seconds=1)
        async with a_ticking_bot(store, messenger, timedelta(seconds=0.2), soon):
            await a_channel(store)
            await asyncio.sleep(0.5)
            time.sleep(5)  # noqa: ASYNC251  # over noon: that is what it is about

            await until(lambda: len(server.messages) == 1)
            await asyncio.sleep(0.6)

        assert len(server.messages) == 1


class Unreachable:
    """A store that is away for a while."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_away = False

    def __getattr__(self, name: str) -> Any:
        if self.is_away:
            raise StoreError("The database cannot be reached: no route.")
        return getattr(self._store, name)


async def test_an_outage_is_logged_once_and_its_end_once(
    store: Store, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    await a_channel(store, now=NOON + MINUTE)
    away = Unreachable(store)

    async with a_server_and_bot(away) as (server, bot):  # type: ignore[arg-type]  # it stands in for one
        await bot.beat()
        away.is_away = True
        for _ in range(30):
            bot.clock.move(seconds=2)
            await bot.beat()
        is_down, why = bot.health.down_since, bot.health.trouble
        away.is_away = False
        for _ in range(2):
            bot.clock.move(seconds=2)
            await bot.beat()

        ours = [r for r in caplog.records if r.name.startswith("bot.") and "clock" not in r.message]
        assert [record.levelname for record in ours] == ["ERROR", "WARNING"]
        assert "cannot be reached: no route" in ours[0].getMessage()
        assert ours[1].getMessage() == "The database is back after 0:01:00."
        assert (is_down, why) == (
            NOON + timedelta(seconds=2),
            "The database cannot be reached: no route.",
        )
        assert (bot.health.down_since, bot.health.trouble) == (None, "")
        assert len(server.messages) == 1


async def test_a_fault_is_logged_once_and_the_tick_goes_on(
    store: Store, caplog: pytest.LogCaptureFixture
):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        pick = bot.ticker._pick
        bot.ticker._pick = lambda _asked, _on: {}["nothing"]  # type: ignore[assignment]  # a fault
        for _ in range(3):
            await bot.beat()
        bot.ticker._pick = pick
        await bot.beat()

        assert caplog.text.count("A tick broke") == 1
        assert len(server.messages) == 1


async def test_clocks_that_differ_are_told(store: Store, caplog: pytest.LogCaptureFixture):
    clock = MovedClock(datetime.now(UTC) - timedelta(seconds=30))

    async with a_server_and_bot(store, clock=clock) as (_, bot):
        await bot.beat()
        await bot.beat()

        assert bot.health.clock_offset is not None
        assert 29 < bot.health.clock_offset.total_seconds() < 60
        assert caplog.text.count("away from the database's") == 1


async def test_only_served_platforms_are_claimed(store: Store):
    await a_channel(store)
    await a_channel(store, a_caller(platform=Platform.WEB))

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()

        assert len(server.messages) == 1
        assert not await store.last_deliveries(a_caller(platform=Platform.WEB))
