"""Deliveries: leased fairly, settled once, and what a failure owes."""

from __future__ import annotations

import asyncio
from datetime import date

from bot.core.models import AttemptKey, DeliveryId, DeliveryState, Kind, MessageRef, Platform
from bot.store.database import Database
from bot.store.engines import writing_engine
from bot.store.grades import grade_all
from bot.store.grounds import Call
from bot.store.store import Store
from bot.store.url import read_url
from tests.builders import (
    ALL_PLATFORMS,
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    NOON,
    a_caller,
    a_channel,
    a_round,
    a_rule,
    a_schedule,
    grade,
    open_a_round,
    some_settings,
)

PENDING, SENDING, SENT, FAILED, SKIPPED = DeliveryState


async def a_pending(store, caller=None, now=NOON):
    """Owe one daily."""
    await a_channel(store, caller, now=now)
    await open_a_round(store, now=now, posted=False)


async def lease(store, now=NOON, span=MINUTE, **options):
    return await store.lease(ALL_PLATFORMS, now, span, **options)


async def the_delivery(store, caller=None):
    return (await store.last_deliveries(caller or a_caller(), limit=1))[0]


async def channel(store):
    return await store.find_channel(a_caller())


# --- leases


async def test_a_lease_takes_what_is_due_for_a_while(store):
    await a_pending(store)

    assert await lease(store, NOON - MINUTE) == []
    [taken] = await lease(store)

    assert (taken.look_first, taken.first_tried_at) == (False, NOON)
    delivery = taken.delivery
    assert (delivery.state, delivery.tries, delivery.due_at) == (SENDING, 1, NOON + MINUTE)
    assert delivery == await the_delivery(store)
    assert await lease(store, NOON + MINUTE / 2) == []


async def test_a_lease_that_ran_out_is_taken_by_who_looks_first(store):
    await a_pending(store)
    await lease(store)

    [again] = await lease(store, NOON + MINUTE)

    assert (again.look_first, again.first_tried_at) == (True, NOON)
    assert again.delivery.tries == 2


async def test_what_was_put_back_is_taken_again_when_it_is_due(store):
    await a_pending(store)
    [taken] = await lease(store)

    await store.put_back(taken.delivery.id, NOON + HOUR, "busy", unknown=False)

    put = await the_delivery(store)
    assert (put.state, put.error, put.due_at) == (PENDING, "busy", NOON + HOUR)
    assert await lease(store, NOON + 59 * MINUTE) == []
    [again] = await lease(store, NOON + HOUR)
    assert (again.look_first, again.first_tried_at) == (False, NOON)


async def test_an_unknown_outcome_is_looked_for_first(store):
    await a_pending(store)
    [taken] = await lease(store)

    await store.put_back(taken.delivery.id, NOON + HOUR, "no answer", unknown=True)

    assert (await the_delivery(store)).state is SENDING
    [again] = await lease(store, NOON + HOUR)
    assert again.look_first


async def test_one_whose_lease_ran_out_changes_nothing_any_more(store):
    await a_pending(store)
    [old] = await lease(store)
    [new] = await lease(store, NOON + MINUTE)

    await store.put_back(old.delivery.id, NOON, "late", unknown=False, tries=old.delivery.tries)
    await store.failed(old.delivery.id, "late", "", NOON, tries=old.delivery.tries)

    assert await the_delivery(store) == new.delivery
    assert (await channel(store)).failing_since is None
    await store.put_back(
        new.delivery.id, NOON + HOUR, "busy", unknown=False, tries=new.delivery.tries
    )
    assert (await the_delivery(store)).state is PENDING


async def test_what_is_settled_stays_settled(store):
    await a_pending(store)
    [taken] = await lease(store)
    await store.delivered(taken.delivery.id, MessageRef("m1"), NOON)
    sent = await the_delivery(store)

    await store.put_back(taken.delivery.id, NOON, "late", unknown=False)
    await store.failed(taken.delivery.id, "late", "", NOON)
    await store.delivered(taken.delivery.id, MessageRef("m2"), NOON + HOUR)

    assert await the_delivery(store) == sent
    assert await lease(store, NOON + DAY / 2) == []


async def test_the_oldest_are_taken_first(store):
    for number in (2, 0, 1):
        await a_pending(store, a_caller(channel=f"C{number}"), NOON + number * MINUTE)

    taken = await lease(store, NOON + HOUR, limit=2)

    assert [t.delivery.channel.address.channel for t in taken] == ["C0", "C1"]


async def busy_workspaces(store):
    """Owe ten dailies in T1, then one each in T2 and T3."""
    for number in range(10):
        await a_channel(store, a_caller(channel=f"C{number}"))
    await open_a_round(store, posted=False)
    for workspace in ("T2", "T3"):
        await a_channel(store, a_caller(workspace=workspace), now=NOON + MINUTE)
    await open_a_round(store, now=NOON + MINUTE, posted=False)


async def test_no_workspace_waits_for_a_large_one(store):
    await busy_workspaces(store)

    taken = await lease(store, NOON + MINUTE, limit=4)

    assert sorted(t.delivery.channel.address.workspace for t in taken) == ["T1", "T1", "T2", "T3"]
    assert len(await lease(store, NOON + MINUTE, limit=100)) == 8


async def test_busy_workspaces_are_passed_over(store):
    await busy_workspaces(store)

    taken = await lease(store, NOON + MINUTE, busy=["T1", "T3", "T9"])

    assert [t.delivery.channel.address.workspace for t in taken] == ["T2"]


async def test_platforms_share_the_limit(store):
    for platform in Platform:
        for number in range(4):
            await a_channel(store, a_caller(platform=platform, channel=f"C{number}"))
    await open_a_round(store, posted=False)

    taken = await lease(store, limit=6)

    counted = [t.delivery.channel.address.platform for t in taken]
    assert {platform: counted.count(platform) for platform in Platform} == dict.fromkeys(
        Platform, 2
    )
    assert {
        t.delivery.channel.address.platform for t in await store.lease(["web"], NOON, HOUR)
    } == {"web"}


async def test_many_processes_take_each_delivery_once(database_url):
    databases = [Database(database_url) for _ in range(4)]
    stores = [Store(database) for database in databases]
    for number in range(80):
        await a_channel(stores[0], a_caller(channel=f"C{number}", workspace=f"T{number % 5}"))
    await open_a_round(stores[0], posted=False)

    async def take_all(store):
        taken = []
        while leases := await lease(store, limit=7):
            taken += [lease.delivery.id for lease in leases]
        return taken

    taken = await asyncio.gather(*(take_all(store) for store in stores))

    ids = [id_ for some in taken for id_ in some]
    assert len(ids) == len(set(ids)) == 80
    for database in databases:
        await database.close()


# --- outcomes


async def test_a_delivered_daily_is_a_posted_round(store):
    await a_pending(store)
    [taken] = await lease(store)

    await store.delivered(taken.delivery.id, MessageRef("m7"), NOON + MINUTE)

    sent = await the_delivery(store)
    assert (sent.state, sent.message, sent.sent_at) == (SENT, "m7", NOON + MINUTE)
    assert (sent.due_at, sent.error) == (None, "")
    round_ = (await store.round_view(sent.round_id)).round
    assert (round_.posted_at, round_.message) == (NOON + MINUTE, "m7")


async def test_the_first_failure_owes_the_admin_a_notice(store):
    await a_pending(store)
    [taken] = await lease(store)

    await store.failed(taken.delivery.id, "not_in_channel", "Invite me.", NOON)

    failed = (await store.last_deliveries(a_caller()))[-1]
    assert (failed.state, failed.error, failed.due_at) == (FAILED, "not_in_channel", None)
    assert failed.channel.failing_since == NOON
    assert failed.channel.failing_reason == "not_in_channel"
    [notice] = await lease(store)
    assert notice.delivery.kind is Kind.NOTICE
    assert (notice.delivery.detail, notice.delivery.local_on) == ("Invite me.", MONDAY)


async def test_a_notice_is_dated_by_the_channels_own_day(store):
    late = NOON.replace(hour=23)
    await a_channel(store, now=late, schedule=a_schedule("08:00", "Asia/Tokyo"))
    await open_a_round(store, now=late, posted=False)
    [taken] = await lease(store, late)

    await store.failed(taken.delivery.id, "gone", "Invite me.", late)

    assert (await the_delivery(store)).local_on == date(2026, 11, 24)


async def test_further_failures_owe_no_further_notice_until_it_was_well(store):
    for day, told in ((0, 1), (1, 1), (2, 1)):
        now = NOON + day * DAY
        await open_or_first(store, now, day)
        await fail_all_but_notices(store, now)

        assert await notices(store) == told
    kept = await channel(store)
    assert kept.failing_since == NOON

    now = NOON + 3 * DAY
    await open_a_round(store, now=now)  # this one arrives
    healed = await channel(store)
    assert (healed.failing_since, healed.failing_reason) == (None, "")

    now = NOON + 4 * DAY
    await open_a_round(store, now=now, posted=False)
    await fail_all_but_notices(store, now)
    assert await notices(store) == 2


async def open_or_first(store, now, day):
    if day == 0:
        await a_channel(store, now=now)
    await open_a_round(store, now=now, posted=False)


async def fail_all_but_notices(store, now):
    for taken in await lease(store, now):
        if taken.delivery.kind is Kind.NOTICE:
            await store.delivered(taken.delivery.id, MessageRef("told"), now)
        else:
            await store.failed(taken.delivery.id, "gone", "Invite me.", now)
    for taken in await lease(store, now):
        await store.delivered(taken.delivery.id, MessageRef("told"), now)


async def notices(store):
    deliveries = await store.last_deliveries(a_caller(), limit=100)
    return sum(delivery.kind is Kind.NOTICE for delivery in deliveries)


async def test_a_delivered_notice_does_not_heal_its_channel(store):
    await a_pending(store)
    [taken] = await lease(store)
    await store.failed(taken.delivery.id, "gone", "Invite me.", NOON)
    [notice] = await lease(store)

    await store.delivered(notice.delivery.id, MessageRef("told"), NOON)

    assert (await channel(store)).failing_since == NOON


async def test_a_failed_notice_owes_nothing_and_blames_no_channel(store):
    await a_pending(store)
    [taken] = await lease(store)
    await store.failed(taken.delivery.id, "gone", "Invite me.", NOON)
    [notice] = await lease(store)

    await store.failed(notice.delivery.id, "cannot message", "", NOON + HOUR)

    kept = await channel(store)
    assert (kept.failing_since, kept.failing_reason) == (NOON, "gone")
    assert await notices(store) == 1
    assert await lease(store, NOON + HOUR) == []


async def test_an_error_too_long_or_odd_is_cut(store):
    await a_pending(store)
    [taken] = await lease(store)

    await store.failed(taken.delivery.id, "\0\ud800" + "e" * 999, "a" * 5000, NOON)

    failed = (await store.last_deliveries(a_caller()))[-1]
    assert failed.error == "?" + "e" * 299
    assert (await channel(store)).failing_reason == "?" + "e" * 299


async def test_what_is_gone_is_passed_over(store):
    for settle in (
        store.delivered(DeliveryId(9), MessageRef("m"), NOON),
        store.put_back(DeliveryId(9), NOON, "", unknown=True),
        store.failed(DeliveryId(9), "", "", NOON),
    ):
        await settle


async def test_the_last_deliveries_come_newest_first(store):
    await store.join_channel(a_caller(), some_settings(), NOON)
    for day in range(3):
        await a_channel(store, now=NOON + day * DAY)
        await open_a_round(store, now=NOON + day * DAY)

    last = await store.last_deliveries(a_caller(), limit=3)

    assert [delivery.local_on for delivery in last] == [MONDAY + 2 * DAY, MONDAY + DAY, MONDAY]
    assert len(await store.last_deliveries(a_caller())) == 4


# --- the counter on the card


async def edits(store, now=NOON):
    return [view.tally.tried for view in await store.claim_edits(ALL_PLATFORMS, now, now + HOUR)]


async def test_a_card_is_edited_at_once_and_then_at_most_every_thirty_seconds(store):
    key = await a_round(store)
    assert await edits(store) == []

    await grade(store, key, a_caller("U1"))
    assert await edits(store) == [1]
    assert await edits(store) == []

    await grade(store, key, a_caller("U2"), now=NOON + MINUTE / 6)
    await grade(store, key, a_caller("U3"), now=NOON + MINUTE / 6)
    assert await edits(store, NOON + MINUTE / 3) == []
    assert await edits(store, NOON + MINUTE / 2) == [3]


async def test_a_reveal_alone_counts_as_a_try(store):
    key = await a_round(store)

    await store.keep_words(a_caller("U1"), key, "words", NOON)
    assert await edits(store) == []
    await store.reveal(a_caller("U2"), key, "words", None, NOON)
    assert await edits(store) == [1]


async def test_a_card_that_is_not_there_yet_is_not_edited(store):
    await a_pending(store)
    [taken] = await lease(store)
    key = AttemptKey(round_id=taken.delivery.round_id)
    await grade(store, key)
    assert await edits(store) == []

    await store.delivered(taken.delivery.id, MessageRef("m1"), NOON)

    assert await edits(store) == [1]


async def test_an_edit_that_did_not_arrive_is_asked_for_again(store):
    key = await a_round(store)
    await grade(store, key)
    await store.claim_edits(ALL_PLATFORMS, NOON, NOON + MINUTE)

    await store.edited(key.round_id, NOON + MINUTE, NOON, NOON + HOUR)

    assert await edits(store, NOON + 59 * MINUTE) == []
    assert await edits(store, NOON + HOUR) == [1]


async def test_an_edit_that_nobody_settles_is_due_again(store):
    key = await a_round(store)
    await grade(store, key)
    await store.claim_edits(ALL_PLATFORMS, NOON, NOON + 5 * MINUTE)

    assert await edits(store, NOON + 4 * MINUTE) == []
    assert await edits(store, NOON + 5 * MINUTE) == [1]


async def test_an_edit_that_arrived_is_not_made_again(store):
    key = await a_round(store)
    await grade(store, key)
    await store.claim_edits(ALL_PLATFORMS, NOON, NOON + 5 * MINUTE)

    await store.edited(key.round_id, NOON + 5 * MINUTE, NOON)

    assert not (await store.due(ALL_PLATFORMS, NOON + HOUR)).counters


async def test_a_grade_during_an_edit_is_shown_by_the_next(store):
    key = await a_round(store)
    await grade(store, key, a_caller("U1"))
    await store.claim_edits(ALL_PLATFORMS, NOON, NOON + 5 * MINUTE)
    await grade(store, key, a_caller("U2"), now=NOON + MINUTE / 60)

    await store.edited(key.round_id, NOON + 5 * MINUTE, NOON)

    assert await edits(store, NOON + MINUTE / 2) == [2]


async def test_edits_of_busy_workspaces_are_left(store):
    await grade(store, await a_round(store))

    until = NOON + HOUR
    assert await store.claim_edits(ALL_PLATFORMS, NOON, until, busy={"T1"}) == []
    assert len(await store.claim_edits(ALL_PLATFORMS, NOON, until, busy={"T2"})) == 1


async def test_edits_of_other_platforms_are_left_to_others(store):
    await grade(store, await a_round(store))

    assert await store.claim_edits(["discord"], NOON, NOON + HOUR) == []
    assert len(await store.claim_edits(["slack"], NOON, NOON + HOUR)) == 1


async def test_an_edit_passes_over_a_card_that_somebody_is_grading(postgres_url: str):
    database = Database(postgres_url)
    store = Store(database)
    key = await a_round(store)
    for member in ("U1", "U2"):
        await store.reveal(a_caller(member), key, "words", None, NOON)
    await store.claim_edits(ALL_PLATFORMS, NOON, NOON + HOUR)
    await grade(store, key, a_caller("U1"), now=NOON + MINUTE)

    engine = writing_engine(read_url(postgres_url), 1)
    with engine.connect() as connection, connection.begin():
        grade_all(connection, [Call(a_caller("U2"), key, a_rule(), NOON + MINUTE)])
        meanwhile = await edits(store, NOON + MINUTE)
    engine.dispose()

    assert meanwhile == []
    [view] = await store.claim_edits(ALL_PLATFORMS, NOON + MINUTE, NOON + HOUR)
    assert view.tally.graded == 2
    await database.close()
