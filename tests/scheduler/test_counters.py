"""Counters: edited now and then, once more at the end, and never in the way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.core.ports import Store
from bot.scheduler.counters import LEASE
from tests.builders import (
    ALL_PLATFORMS,
    DAY,
    HOUR,
    MINUTE,
    NOON,
    a_caller,
    a_channel,
    grade,
    the_round,
)
from tests.fakes.channel_server import ChannelMessenger, Fault
from tests.scheduler.harness import QUICK, MovedClock, a_bot, a_server_and_bot, until


async def test_a_card_is_edited_at_once_and_then_at_most_every_30_seconds(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        key = await the_round(store)
        for member in range(20):
            await grade(store, key, a_caller(f"U{member}"), now=bot.clock.now)
            await bot.beat()
            bot.clock.move(seconds=6)

        assert 4 <= len(server.edits) <= 5  # in two minutes
        assert {message for message, _ in server.edits} == {"m1"}
        assert "1 tried" in server.edits[0][1]


async def test_the_last_grades_are_shown_when_it_settles(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        key = await the_round(store)
        await grade(store, key, a_caller("U1"))
        await bot.beat()
        for member in ("U2", "U3"):
            await grade(store, key, a_caller(member))
            await bot.beat()
        bot.clock.move(seconds=31)
        await bot.beat()

        assert "3 tried, 3 got it" in server.edits[-1][1]
        assert len(server.edits) == 2


async def test_a_closed_card_shows_it(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        await bot.beat_at(NOON + DAY)

        assert [message for message, _ in server.edits] == ["m1"]
        assert "closed" in server.edits[0][1].lower() and "Button" not in server.edits[0][1]


async def test_a_round_that_closed_while_its_platform_was_down_shows_it_afterwards(store: Store):
    await a_channel(store, open_for=HOUR)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        server.plan = lambda _name, _payload: Fault.DOWN
        for _ in range(12):
            bot.clock.move(minutes=20)
            await bot.beat()
        server.plan = lambda _name, _payload: Fault.NONE
        for _ in range(6):
            bot.clock.move(minutes=20)
            await bot.beat()

        assert ["closed" in text for _, text in server.edits] == [True]


async def test_an_edit_that_fails_is_tried_again_a_few_times(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda name, _: Fault.BROKEN if name == "edit" else Fault.NONE
        await bot.beat()
        await grade(store, await the_round(store))
        for _ in range(60):
            await bot.beat()
            bot.clock.move(minutes=10)

        tried = [name for name, _ in server.requests].count("edit")
        assert tried == 10
        assert not server.edits


async def test_an_edit_that_fails_once_is_made_up(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda name, _: Fault.BROKEN if name == "edit" else Fault.NONE
        await bot.beat()
        await grade(store, await the_round(store))
        await bot.beat()
        server.plan = lambda _name, _payload: Fault.NONE
        bot.clock.move(seconds=31)
        await bot.beat()

        assert len(server.edits) == 1
        assert bot.health.edited == 1


async def test_a_card_that_is_gone_is_not_edited_again(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda name, _: Fault.FORBIDDEN if name == "edit" else Fault.NONE
        await bot.beat()
        await grade(store, await the_round(store))
        for _ in range(10):
            await bot.beat()
            bot.clock.move(seconds=31)

        assert [name for name, _ in server.requests].count("edit") == 1


async def test_edits_that_hang_delay_no_post(store: Store):
    for number in range(30):
        await a_channel(store, a_caller(channel=f"C{number}"))
    await a_channel(store, a_caller(channel="D"), now=NOON + timedelta(minutes=1))

    async with a_server_and_bot(store, patience=QUICK) as (server, bot):
        await bot.beat()
        for number in range(30):
            caller = a_caller(channel=f"C{number}")
            await grade(store, await the_round(store, caller), caller)
        server.plan = lambda name, _: Fault.SILENT if name == "edit" else Fault.NONE
        bot.clock.move(minutes=1)
        await bot.ticker.beat()
        await bot.idle()

        assert len(server.of("D")) == 1
        asked = [name for name, _ in server.requests]
        assert "edit" in asked[: asked.index("post", 30)] or asked.count("edit") > 0


async def test_an_edit_under_way_when_the_process_stops_is_made_by_the_next(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        server.plan = lambda name, _: Fault.SILENT if name == "edit" else Fault.NONE
        bot.clock.move_to(NOON + DAY)
        await bot.ticker.beat()
        await until(lambda: "edit" in [name for name, _ in server.requests])
    async with a_server_and_bot(store, clock=MovedClock(NOON + DAY)) as (server, bot):
        await bot.beat()

        assert "closed" in server.edits[-1][1].lower()


async def test_an_edit_of_a_killed_process_is_made_by_another(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        await grade(store, await the_round(store))
        await store.claim_edits(ALL_PLATFORMS, bot.clock(), bot.clock() + LEASE)  # and it is killed
        await bot.beat()
        assert not server.edits

        bot.clock.now += LEASE
        await bot.beat()

        assert len(server.edits) == 1


async def test_an_edit_that_arrives_after_that_of_another_process_is_made_good(store: Store):
    await a_channel(store)

    async with (
        a_server_and_bot(store) as (server, bot),
        ChannelMessenger(server.url) as messenger,
        a_bot(store, messenger, clock=bot.clock) as other,
    ):
        await bot.beat()
        bot.clock.move_to(NOON + DAY - MINUTE)
        await grade(store, await the_round(store, now=bot.clock()), now=bot.clock())
        server.held = asyncio.Event()
        server.plan = lambda name, _: Fault.SLOW if name == "edit" else Fault.NONE
        await bot.ticker.beat()
        await until(lambda: "edit" in [name for name, _ in server.requests])
        server.plan = lambda _name, _payload: Fault.NONE
        await other.beat_at(NOON + DAY)
        server.held.set()
        await bot.idle()
        assert ["closed" in text for _, text in server.edits] == [True, False]

        bot.clock.move(seconds=31)
        await bot.beat()
        bot.clock.move(minutes=10)
        await bot.beat()

        assert ["closed" in text for _, text in server.edits] == [True, False, True]
