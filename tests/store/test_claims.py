"""Claims: dailies, digests and answers owed once, whoever asks."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import insert

from bot.core import duties
from bot.core.errors import (
    AlreadyPostedError,
    AlreadySharedError,
    NoChannelError,
    NoQuestionError,
    NotSetUpError,
)
from bot.core.memory import Rating, review
from bot.core.models import Address, ChannelState, DeliveryState, Kind, MessageRef, Platform, Tally
from bot.core.views import DailyPlan, DigestPlan
from bot.store.database import Database
from bot.store.store import Store
from bot.store.tables import rounds
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
    always,
    deliver_all,
    grade,
    open_a_round,
    setup,
    some_settings,
    the_round,
)

PENDING, SENDING, SENT, FAILED, SKIPPED = DeliveryState


async def claim(store, now=NOON, rule=duties.daily_plan, pick=None, **limits):
    return await store.claim_dailies(ALL_PLATFORMS, now, rule, pick or always("q1"), **limits)


async def close(store, now, rule=lambda *_: None):
    return await store.claim_answers(ALL_PLATFORMS, now, rule)


async def owed(store, caller=None, kind=Kind.DAILY):
    deliveries = await store.last_deliveries(caller or a_caller(), limit=100)
    return [d for d in deliveries if d.kind is kind]


# --- dailies


async def test_a_daily_that_is_due_is_owed_with_its_round(store):
    channel = await a_channel(store)

    assert await claim(store) == 1

    [daily] = await owed(store)
    assert (daily.state, daily.local_on, daily.due_at) == (PENDING, MONDAY, NOON)
    round_ = (await store.round_view(daily.round_id)).round
    assert (round_.question_id, round_.local_on) == ("q1", MONDAY)
    assert (round_.closes_at, round_.posted_at) == (NOON + DAY, None)
    kept = await store.find_channel(a_caller())
    assert (kept.last_on, kept.next_daily_at) == (MONDAY, NOON + DAY)
    assert kept.id == channel.id


async def test_a_daily_is_owed_once(store):
    await a_channel(store)

    assert [await claim(store) for _ in range(3)] == [1, 0, 0]
    await a_channel(store)  # its settings are kept again: the same moment is due once more
    await claim(store)

    assert len(await owed(store)) == 1


async def test_what_is_not_due_is_not_claimed(store):
    await a_channel(store, now=NOON + MINUTE)

    assert await claim(store) == 0


async def test_only_the_platforms_asked_for_are_claimed(store):
    await a_channel(store)
    await a_channel(store, a_caller(platform="discord"))

    claimed = await store.claim_dailies(["discord"], NOON, duties.daily_plan, always("q1"))

    assert (claimed, await owed(store)) == (1, [])
    assert await store.claim_dailies([], NOON, duties.daily_plan, always("q1")) == 0


async def test_the_limit_is_kept_and_the_oldest_come_first(store):
    for number in range(5):
        caller = a_caller(channel=f"C{number}")
        await store.keep_settings(
            caller, setup(some_settings(), NOON - number * MINUTE, NOON + DAY), NOON
        )

    assert await claim(store, limit=3) == 3
    assert not await owed(store, a_caller(channel="C0"))
    assert await owed(store, a_caller(channel="C4"))
    assert await claim(store, limit=3) == 2


async def test_dates_that_were_missed_are_recorded_as_skipped(store):
    await a_channel(store)

    await claim(store, NOON + 3 * DAY + HOUR)

    states = {d.local_on: (d.state, d.error) for d in await owed(store)}
    missed = (SKIPPED, "the bot was not running on that day")
    assert states == {
        MONDAY: missed,
        MONDAY + DAY: missed,
        MONDAY + 2 * DAY: missed,
        MONDAY + 3 * DAY: (PENDING, ""),
    }


async def test_a_plan_may_owe_nothing_and_end_the_schedule(store):
    await a_channel(store)

    await claim(store, rule=lambda *_: DailyPlan(None, None, (), None))

    assert await owed(store) == []
    assert (await store.find_channel(a_caller())).next_daily_at is None


async def test_where_no_question_fits_the_date_is_skipped_with_the_reason(store):
    await a_channel(store)

    await claim(store, pick=lambda *_: None)

    [daily] = await owed(store)
    assert (daily.state, daily.round_id) == (SKIPPED, None)
    assert "no question fits" in daily.error
    kept = await store.find_channel(a_caller())
    assert (kept.last_on, kept.next_daily_at) == (None, NOON + DAY)


async def test_a_pick_is_told_what_was_asked_and_is_remembered(store):
    told = []
    await a_channel(store)
    for day, question in enumerate(("q1", "q2", "q1")):
        now = NOON + day * DAY
        await open_a_round(store, now=now, question=question)
        await close(store, now, lambda *_: review(None, Rating.Good, NOON))

    await claim(store, NOON + 3 * DAY, pick=lambda asked, on: told.append((asked, on)))

    [(asked, on)] = told
    assert on == MONDAY + 3 * DAY
    assert list(asked.history) == ["q1", "q2", "q1"]
    assert asked.memories == dict.fromkeys(("q1", "q2"), review(None, Rating.Good, NOON))
    assert asked.channel.address == Address(Platform.SLACK, "T1", "C1")


async def test_a_question_nobody_ever_saw_was_not_asked(store):
    told = []
    await a_channel(store)
    await open_a_round(store, posted=False)
    await close(store, NOON + DAY)

    await claim(store, NOON + DAY, pick=lambda asked, _: told.append(asked.history))

    assert told == [()]


async def test_each_channel_is_told_its_own_history(store):
    callers = [a_caller(channel=f"C{i}") for i in range(3)]
    for caller in callers:
        await a_channel(store, caller)
    await claim(store, pick=lambda asked, _: f"of-{asked.channel.address.channel.lower()}")
    await deliver_all(store)
    told = {}

    await claim(
        store,
        NOON + DAY,
        pick=lambda asked, _: told.update({asked.channel.address.channel: asked.history}),
    )

    assert told == {f"C{i}": [f"of-c{i}"] for i in range(3)}


async def test_years_are_told_in_their_order(store, database):
    channel = await a_channel(store)
    asked = [f"q{day % 7}" for day in range(1_000)]
    rows = [
        {
            "channel_id": channel.id,
            "platform": "slack",
            "question_id": question,
            "local_on": MONDAY - (len(asked) - day) * DAY,
            "closes_at": NOON,
            "posted_at": NOON,
            "closed_at": NOON,
        }
        for day, question in enumerate(asked)
    ]
    shuffled = Random(1).sample(rows, len(rows))
    await database.write(lambda connection: connection.execute(insert(rounds), shuffled))
    told = []

    await claim(store, pick=lambda asked, _: told.append(list(asked.history)))

    assert told == [asked]


async def test_a_new_daily_closes_the_round_before(store):
    await a_channel(store, open_for=timedelta(days=5))
    await open_a_round(store)
    first = await the_round(store)

    await open_a_round(store, now=NOON + DAY, question="q2")

    assert (await store.round_view(first.round_id)).round.closes_at == NOON + DAY
    assert (await store.open_round(a_caller(), NOON + DAY)).question_id == "q2"
    assert await close(store, NOON + DAY) == 1


async def test_many_processes_claim_each_channel_once(database_url):
    databases = [Database(database_url) for _ in range(4)]
    stores = [Store(database) for database in databases]
    callers = [a_caller(channel=f"C{i}", workspace=f"T{i % 7}") for i in range(60)]
    for caller in callers:
        await a_channel(stores[0], caller)

    async def tick(store):
        claimed = 0
        while got := await claim(store, limit=7):
            claimed += got
        return claimed

    claimed = await asyncio.gather(*(tick(store) for store in stores for _ in range(2)))

    assert sum(claimed) == 60
    for caller in callers:
        assert len(await owed(stores[0], caller)) == 1
    for database in databases:
        await database.close()


# --- now


async def post_now(store, caller=None, on=MONDAY, now=NOON, pick=None):
    plan = DailyPlan(on, now + DAY, (), now + DAY)
    return await store.post_now(caller or a_caller(), lambda *_: plan, pick or always("q1"), now)


async def test_now_owes_the_daily_at_once(store):
    await a_channel(store, now=NOON + HOUR)

    daily = await post_now(store)

    assert (daily.kind, daily.state, daily.due_at) == (Kind.DAILY, PENDING, NOON)
    assert daily.channel.next_daily_at == NOON + DAY
    assert daily.channel.last_on == MONDAY
    assert await store.last_deliveries(a_caller()) == [daily]


async def test_now_never_posts_twice_on_a_date(store):
    await a_channel(store)
    await claim(store)

    for on in (MONDAY, MONDAY - DAY):
        with pytest.raises(AlreadyPostedError):
            await post_now(store, on=on)
    assert len(await owed(store)) == 1


async def test_now_at_once_from_everywhere_posts_once(store):
    await a_channel(store, now=NOON + HOUR)

    outcomes = await asyncio.gather(*(post_now(store) for _ in range(10)), return_exceptions=True)

    assert sum(not isinstance(outcome, AlreadyPostedError) for outcome in outcomes) == 1
    assert len(await owed(store)) == 1


async def test_now_closes_what_is_open(store):
    await a_channel(store, open_for=timedelta(days=5))
    await open_a_round(store)
    first = await the_round(store)

    await post_now(store, on=MONDAY + DAY, now=NOON + HOUR)

    assert (await store.round_view(first.round_id)).round.closes_at == NOON + HOUR


async def test_now_needs_a_channel_that_was_set_up_and_a_question(store):
    with pytest.raises(NotSetUpError):
        await post_now(store)
    await store.join_channel(a_caller(), some_settings(), NOON)
    with pytest.raises(NotSetUpError):
        await post_now(store)
    await a_channel(store)
    with pytest.raises(NoQuestionError):
        await post_now(store, pick=lambda *_: None)


async def test_now_takes_back_a_date_that_was_skipped_for_want_of_a_question(store):
    await a_channel(store)
    await claim(store, pick=lambda *_: None)

    daily = await post_now(store, now=NOON + HOUR)

    assert (daily.state, daily.error, daily.due_at) == (PENDING, "", NOON + HOUR)
    assert daily.round_id is not None


async def test_now_in_a_paused_channel_does_not_resume_it(store):
    await a_channel(store)
    await store.pause(a_caller())

    daily = await post_now(store)

    assert (daily.channel.state, daily.channel.next_daily_at) == (ChannelState.PAUSED, None)


# --- digests


async def digest(store, now, plan=None):
    rule = (lambda *_: plan) if plan else duties.digest_plan
    return await store.claim_digests(ALL_PLATFORMS, now, rule)


async def test_a_digest_is_owed_for_a_week_somebody_played(store):
    await grade(store, await a_round(store))
    monday = NOON + 7 * DAY

    assert await digest(store, monday, DigestPlan(MONDAY, monday + 7 * DAY)) == 1

    [owed_] = await owed(store, kind=Kind.DIGEST)
    assert (owed_.local_on, owed_.state, owed_.due_at) == (MONDAY, PENDING, monday)
    assert (await store.find_channel(a_caller())).next_digest_at == monday + 7 * DAY
    assert await digest(store, monday) == 0


async def test_no_digest_for_a_week_nobody_played_or_too_late(store):
    await grade(store, await a_round(store))
    await a_channel(store, a_caller(channel="C2"))
    monday = NOON + 7 * DAY

    assert await digest(store, monday, DigestPlan(MONDAY + 7 * DAY, monday + DAY)) == 2
    assert await digest(store, monday + DAY, DigestPlan(None, monday + 2 * DAY)) == 2

    assert await owed(store, kind=Kind.DIGEST) == []
    assert await owed(store, a_caller(channel="C2"), kind=Kind.DIGEST) == []


async def test_no_digest_for_a_week_in_which_only_hidden_members_played(store):
    key = await a_round(store)
    await store.set_hidden(a_caller("U1"), True, NOON)
    await grade(store, key, a_caller("U1"))
    monday = NOON + 7 * DAY

    assert await digest(store, monday, DigestPlan(MONDAY, monday + 7 * DAY)) == 1

    assert await owed(store, kind=Kind.DIGEST) == []


async def test_a_digest_of_one_week_is_owed_once(store):
    await grade(store, await a_round(store))
    monday = NOON + 7 * DAY
    for _ in range(2):
        await store.keep_settings(a_caller(), setup(some_settings(), monday + DAY, monday), monday)
        await digest(store, monday, DigestPlan(MONDAY, monday + 7 * DAY))

    assert len(await owed(store, kind=Kind.DIGEST)) == 1


# --- answers


async def test_a_round_that_closes_owes_its_answer(store):
    key = await a_round(store)

    assert await close(store, NOON + DAY - MINUTE) == 0
    assert await close(store, NOON + DAY) == 1
    assert await close(store, NOON + DAY) == 0

    [answer] = await owed(store, kind=Kind.ANSWER)
    assert (answer.round_id, answer.local_on, answer.state) == (key.round_id, MONDAY, PENDING)
    assert (await store.round_view(key.round_id)).round.closed_at == NOON + DAY


async def test_a_closed_card_is_edited_at_once(store):
    key = await a_round(store)
    await grade(store, key)
    await store.claim_edits(ALL_PLATFORMS, NOON + DAY - MINUTE / 6, NOON + 9 * DAY)

    await close(store, NOON + DAY)

    [view] = await store.claim_edits(ALL_PLATFORMS, NOON + DAY, NOON + 9 * DAY)
    assert (view.round.id, view.round.closed_at) == (key.round_id, NOON + DAY)


async def test_a_card_that_was_never_posted_owes_no_answer_and_is_not_sent_late(store):
    await a_channel(store)
    await open_a_round(store, posted=False)

    assert await close(store, NOON + DAY) == 1

    assert await owed(store, kind=Kind.ANSWER) == []
    [daily] = await owed(store)
    assert (daily.state, daily.error) == (SKIPPED, "the round closed before it could be posted")
    assert await store.lease(ALL_PLATFORMS, NOON + DAY, HOUR) == []


async def test_a_card_heard_of_after_its_round_closed_owes_its_answer_then(store):
    await a_channel(store)
    await open_a_round(store, posted=False)
    [lease] = await store.lease(ALL_PLATFORMS, NOON, 2 * DAY)
    await close(store, NOON + DAY)

    await store.delivered(lease.delivery.id, MessageRef("m1"), NOON + DAY + HOUR)

    [answer] = await owed(store, kind=Kind.ANSWER)
    assert (answer.state, answer.due_at) == (PENDING, NOON + DAY + HOUR)
    [view] = await store.claim_edits(ALL_PLATFORMS, NOON + DAY + HOUR, NOON + 9 * DAY)
    assert view.round.message == "m1"


async def test_a_channel_that_was_left_is_owed_no_answer(store):
    await a_round(store)
    await store.leave_channel((await store.find_channel(a_caller())).address)

    assert await close(store, NOON + DAY) == 1

    assert await owed(store, kind=Kind.ANSWER) == []


async def test_what_the_channel_remembers_moves_by_the_rule(store):
    told = []
    key = await a_round(store)
    await grade(store, key, ticked=frozenset({0}))

    def rule(view, memory, now):
        told.append((view, memory, now))
        return review(memory, Rating.Good, now)

    await close(store, NOON + DAY, rule)

    [(view, memory, now)] = told
    assert view.tally == Tally(tried=1, got_it=1, ticks=(1,))
    assert (view.round.id, view.channel) == (key.round_id, await store.find_channel(a_caller()))
    assert (memory, now) == (None, NOON + DAY)
    first = review(None, Rating.Good, NOON + DAY)
    assert (await store.team(a_caller())).memories == {"q1": first}

    await open_a_round(store, now=NOON + DAY)
    await close(store, NOON + 2 * DAY, lambda _v, m, _n: told.append(m))
    assert told[-1] == first
    assert (await store.team(a_caller())).memories == {"q1": first}


# --- shares


async def test_a_leaderboard_is_shared_once_a_date(store):
    await a_channel(store)

    share = await store.share(a_caller(), MONDAY, "2026-W48", NOON)

    assert (share.kind, share.detail, share.state) == (Kind.SHARE, "2026-W48", PENDING)
    with pytest.raises(AlreadySharedError):
        await store.share(a_caller("U2"), MONDAY, "all", NOON + HOUR)
    await store.share(a_caller(), MONDAY + DAY, "all", NOON + DAY)


async def test_a_leaderboard_that_could_not_be_shared_is_shared_once_somebody_asks_again(store):
    await a_channel(store, now=NOON + HOUR)
    await store.share(a_caller(), MONDAY, "2026-W48", NOON)
    [first] = await store.lease(ALL_PLATFORMS, NOON, HOUR)
    await store.failed(first.delivery.id, "no permission", "Give it.", NOON)

    share = await store.share(a_caller(), MONDAY, "all", NOON + HOUR)

    assert (share.id, share.detail, share.error) == (first.delivery.id, "all", "")
    [again] = await store.lease(ALL_PLATFORMS, NOON + HOUR, HOUR, kinds=[Kind.SHARE])
    assert again.look_first
    await store.delivered(share.id, MessageRef("m1"), NOON + HOUR)
    with pytest.raises(AlreadySharedError):
        await store.share(a_caller(), MONDAY, "all", NOON + HOUR)


async def test_a_share_needs_a_channel(store):
    with pytest.raises(NoChannelError):
        await store.share(a_caller(), MONDAY, "all", NOON)


# --- due


async def test_due_tells_each_thing_by_itself(store):
    assert not await store.due(ALL_PLATFORMS, NOON)
    await a_channel(store)

    due = await store.due(ALL_PLATFORMS, NOON)
    assert (due.dailies, due.digests, due.answers, due.deliveries, due.counters) == (
        True,
        False,
        False,
        False,
        False,
    )
    assert not await store.due(["discord"], NOON)
    assert not await store.due(ALL_PLATFORMS, NOON - MINUTE)
    await claim(store)
    assert (await store.due(ALL_PLATFORMS, NOON)).deliveries
    await deliver_all(store)
    assert not await store.due(ALL_PLATFORMS, NOON)
    await grade(store, await the_round(store))
    assert (await store.due(ALL_PLATFORMS, NOON)).counters
    later = await store.due(ALL_PLATFORMS, NOON + 7 * DAY)
    assert later.answers
    assert later.digests
