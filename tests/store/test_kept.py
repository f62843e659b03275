"""Small facts: what counts once, what the next process needs, the database's clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bot.core.ports import Progress
from tests.builders import DAY, HOUR, MINUTE, NOON


async def test_a_key_counts_once_while_it_is_kept(store):
    assert await store.first_time("event", NOON, HOUR)
    assert not await store.first_time("event", NOON + HOUR / 2, HOUR)
    assert await store.first_time("other", NOON, HOUR)
    assert await store.first_time("event", NOON + HOUR, HOUR)
    assert not await store.first_time("event", NOON + HOUR, HOUR)


async def test_a_key_pressed_many_times_at_once_counts_once(store):
    firsts = await asyncio.gather(*(store.first_time("event", NOON, HOUR) for _ in range(30)))

    assert sum(firsts) == 1


async def test_work_is_begun_once_until_it_is_done_or_its_lease_is_over(store):
    assert await store.begin("event", NOON, MINUTE) is Progress.OURS
    assert await store.begin("event", NOON, MINUTE) is Progress.UNDER_WAY
    await store.not_done("event")
    assert await store.begin("event", NOON, MINUTE) is Progress.OURS
    assert await store.begin("event", NOON + MINUTE, MINUTE) is Progress.OURS

    await store.done("event", NOON + MINUTE, HOUR)

    assert await store.begin("event", NOON + HOUR, MINUTE) is Progress.DONE
    assert await store.begin("event", NOON + HOUR + MINUTE, MINUTE) is Progress.OURS


async def test_work_asked_for_many_times_at_once_is_begun_once(store):
    begun = await asyncio.gather(*(store.begin("event", NOON, MINUTE) for _ in range(30)))

    assert begun.count(Progress.OURS) == 1
    assert begun.count(Progress.UNDER_WAY) == 29


async def test_keys_are_forgotten_in_the_end(store, database):
    for number in range(10):
        await store.first_time(f"event {number}", NOON, HOUR)

    await store.first_time("later", NOON + DAY, HOUR)

    count = await database.read(lambda c: c.scalar(text("SELECT count(*) FROM seen")))
    assert count == 1


async def test_a_small_fact_is_recalled_as_it_was_kept_last(store):
    assert await store.recall("commands") is None
    await store.keep("commands", "one")
    await store.keep("commands", "two")
    await store.keep("other", "three")

    assert await store.recall("commands") == "two"


async def test_the_first_of_many_facts_is_kept_for_all(store):
    kept = await asyncio.gather(*(store.keep_first("secret", str(i)) for i in range(20)))

    assert len(set(kept)) == 1
    assert await store.recall("secret") == kept[0]


async def test_a_fact_is_dropped_if_it_is_the_one_meant(store):
    await store.keep("owner", "me")

    await store.drop("owner", "somebody else")
    assert await store.recall("owner") == "me"
    await store.drop("owner", "me")
    assert await store.recall("owner") is None


async def test_the_database_has_a_clock(store):
    now = await store.now()

    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=30)
