"""Grades: one transaction for the attempt, the memory, the points and the streak."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core import duties
from bot.core.errors import NoQuestionError, NotRevealedError, RoundClosedError, StaleKeyError
from bot.core.grading import Grade
from bot.core.leaderboard import Standing
from bot.core.memory import Rating, review
from bot.core.models import AttemptKey, Confidence, Kind
from bot.core.points import Streak
from bot.core.views import Verdict
from bot.store import grades, grounds
from tests.builders import (
    ALL_PLATFORMS,
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    NOON,
    WEEK,
    a_caller,
    a_channel,
    a_round,
    a_rule,
    a_schedule,
    always,
    grade,
    open_a_round,
    setup,
    some_settings,
    the_round,
)

MISSED, PARTLY, GOT_IT = Grade
SURE = Confidence.SURE


async def scores(store, caller=None):
    """The caller's points and attempts in the three periods."""
    kept = await store.export(caller or a_caller())
    return {score["period"]: (score["points"], score["attempts"]) for score in kept["scores"]}


async def memory_of(store, question, caller=None):
    return (await store.profile(caller or a_caller(), WEEK, NOON)).memories.get(question)


async def test_a_grade_counts_in_the_week_the_month_and_of_all_time(store):
    key = await a_round(store)

    graded = await grade(store, key, points=15, grade=PARTLY, ticked=frozenset({0, 2}))

    assert await scores(store) == {"2026-W48": (15, 1), "2026-11": (15, 1), "all": (15, 1)}
    attempt = graded.situation.attempt
    assert (attempt.grade, attempt.points, attempt.ticked) == (PARTLY, 15, {0, 2})
    assert attempt.graded_at == NOON
    assert await store.situation(a_caller(), key) == graded.situation
    assert graded.standing == Standing(1, attempt.member_id, "Name of U1", 15, 1)
    assert graded.players == 1
    assert graded.streak == Streak(1, 1, 0, MONDAY)


async def test_the_week_is_the_one_of_the_rounds_local_date(store):
    sunday_there = NOON.replace(hour=2)  # Monday in UTC, still Sunday in New York
    late = a_schedule("21:00", "America/New_York")
    await a_channel(store, now=sunday_there, schedule=late)
    await open_a_round(store, now=sunday_there)

    await grade(store, await the_round(store, now=sunday_there), now=sunday_there)

    assert set(await scores(store)) == {"2026-W47", "2026-11", "all"}


async def test_a_grade_before_the_reveal_is_refused_and_keeps_nothing(store):
    key = await a_round(store)

    for _ in range(2):
        with pytest.raises(NotRevealedError):
            await store.grade(a_caller(), key, a_rule(), NOON)
        await store.keep_words(a_caller(), key, "words", NOON)

    assert await scores(store) == {}
    assert await memory_of(store, "q1") is None


async def test_a_rule_that_refuses_keeps_nothing(store):
    key = await a_round(store)
    await store.reveal(a_caller(), key, "words", SURE, NOON)

    def refuse(_situation, _memory):
        raise NoQuestionError

    with pytest.raises(NoQuestionError):
        await store.grade(a_caller(), key, refuse, NOON)
    assert (await store.situation(a_caller(), key)).attempt.grade is None


async def test_a_rule_is_told_where_the_member_stands(store):
    key = await a_round(store)
    revealed = await store.reveal(a_caller(), key, "words", SURE, NOON)
    told = []

    def rule(situation, before):
        told.append((situation, before))
        return Verdict(GOT_IT, None, 20, review(before, Rating.Good, NOON))

    await store.grade(a_caller(), key, rule, NOON)
    again = await store.situation(a_caller(), key)
    await store.grade(a_caller(), key, rule, NOON)

    assert told == [(revealed, None), (again, None)]


async def test_a_later_grade_moves_the_points_by_the_difference(store):
    key = await a_round(store)
    for verdict, points in ((GOT_IT, 20), (MISSED, 0), (PARTLY, 10), (PARTLY, 10)):
        graded = await grade(store, key, grade=verdict, points=points)

        assert await scores(store) == {
            "2026-W48": (points, 1),
            "2026-11": (points, 1),
            "all": (points, 1),
        }
        assert graded.standing.points == points
        assert graded.streak == Streak(1, 1, 0, MONDAY)


async def test_a_later_grade_is_reviewed_from_the_memory_before_the_attempt(store):
    key = await a_round(store)
    await grade(store, key, grade=GOT_IT)

    regraded = await grade(store, key, grade=MISSED, now=NOON + HOUR)

    expected = review(None, Rating.Again, NOON + HOUR)
    assert await memory_of(store, "q1") == expected
    assert regraded.due_at == expected.due_at


async def test_a_memory_from_an_earlier_round_is_the_one_before(store):
    await grade(store, await a_round(store))
    first = await memory_of(store, "q1")
    later = NOON + 3 * DAY
    await a_channel(store, now=later)
    await open_a_round(store, now=later)
    key = await the_round(store, now=later)

    for _ in range(2):
        await grade(store, key, grade=PARTLY, now=later)

        assert await memory_of(store, "q1") == review(first, Rating.Hard, later)


async def test_a_memory_that_moved_on_since_is_left_alone_by_a_later_grade(store):
    key = await a_round(store)
    await grade(store, key, grade=MISSED)
    practised = await store.practice(a_caller(), lambda _: "q1", NOON + HOUR)
    await grade(store, practised.attempt.key, grade=GOT_IT, now=NOON + HOUR)
    moved = await memory_of(store, "q1")

    regraded = await grade(store, key, grade=PARTLY, now=NOON + 2 * HOUR, points=10)

    assert await memory_of(store, "q1") == moved
    assert regraded.due_at == moved.due_at
    assert regraded.standing.points == 10


async def test_a_grade_given_without_ticks_clears_them(store):
    key = await a_round(store)
    await grade(store, key, ticked=frozenset({0}))

    regraded = await grade(store, key, ticked=None)

    assert regraded.situation.attempt.ticked == frozenset()


async def test_a_closed_round_takes_a_first_grade_after_a_reveal_but_no_other(store):
    key = await a_round(store)
    await store.reveal(a_caller(), key, "words", SURE, NOON)
    late = NOON + 2 * DAY

    graded = await store.grade(a_caller(), key, a_rule(now=late), late)

    assert graded.standing.points == 20
    with pytest.raises(RoundClosedError):
        await store.grade(a_caller(), key, a_rule(MISSED, late, points=0), late)
    assert (await scores(store))["all"] == (20, 1)


async def test_standings_share_ranks_and_leave_a_gap(store):
    key = await a_round(store)
    ranks = {}

    for member, points in (("U1", 30), ("U2", 10), ("U3", 30), ("U4", 20)):
        graded = await grade(store, key, a_caller(member), points=points)
        ranks[member] = (graded.standing.rank, graded.players)

    assert ranks == {"U1": (1, 1), "U2": (2, 2), "U3": (1, 3), "U4": (3, 4)}


async def test_a_hidden_member_is_told_a_rank_but_counts_for_nobody(store):
    key = await a_round(store)
    await store.set_hidden(a_caller("U1"), True, NOON)

    hidden = await grade(store, key, a_caller("U1"), points=30)
    seen = await grade(store, key, a_caller("U2"), points=10)

    assert (hidden.standing.rank, hidden.players) == (1, 1)
    assert (seen.standing.rank, seen.players) == (1, 1)


# --- streaks


async def days(store, number, *, members=("U1",), skip=()):
    """Play daily rounds; on days in *skip* nobody grades. Gives the rounds' keys."""
    keys = []
    await a_channel(store)
    for day in range(number):
        now = NOON + day * DAY
        await open_a_round(store, now=now, question=f"q{day}")
        keys.append(await the_round(store, now=now))
        for member in members:
            caller = a_caller(member)
            await store.reveal(caller, keys[-1], "words", SURE, now)
            if day not in skip:
                await store.grade(caller, keys[-1], a_rule(now=now), now)
    return keys


async def streak(store, now=NOON):
    return (await store.profile(a_caller(), WEEK, now)).streak


async def test_days_in_a_row_make_a_streak_and_a_freeze(store):
    await days(store, 8)

    assert await streak(store) == Streak(8, 8, 1, MONDAY + 7 * DAY)


async def test_a_day_without_a_grade_ends_a_run(store):
    await days(store, 4, skip=(2,))

    assert await streak(store) == Streak(1, 2, 0, MONDAY + 3 * DAY)


async def test_a_freeze_is_spent_by_itself(store):
    await days(store, 10, skip=(8,))

    assert await streak(store) == Streak(9, 9, 0, MONDAY + 9 * DAY)


async def test_a_grade_that_comes_late_is_counted_where_it_belongs(store):
    keys = await days(store, 4, skip=(1,))
    late = NOON + 4 * DAY

    graded = await store.grade(a_caller(), keys[1], a_rule(now=late), late)

    assert graded.streak == Streak(4, 4, 0, MONDAY + 3 * DAY)
    assert await streak(store) == graded.streak


async def test_days_the_bot_did_not_post_never_break_a_streak(store):
    await days(store, 2)
    now = NOON + 2 * DAY
    await open_a_round(store, now=now, posted=False)  # claimed, but its card never arrived
    for lease in await store.lease(["slack"], now, HOUR):
        await store.failed(lease.delivery.id, "gone", "Invite me.", now)
    now = NOON + 5 * DAY  # two more days on which the bot was down
    await a_channel(store, now=now)
    await open_a_round(store, now=now)

    graded = await grade(store, await the_round(store, now=now), now=now)

    assert graded.streak == Streak(3, 3, 0, MONDAY + 5 * DAY)


async def next_day(store, number):
    """Close what is over on that day and ask its question; gives the moment and the round's key."""
    now = NOON + number * DAY
    await store.claim_answers(ALL_PLATFORMS, now, duties.channel_memory)
    await open_a_round(store, now=now)
    return now, await the_round(store, now=now)


async def test_a_question_beside_the_schedule_is_a_day_for_those_alone_who_took_it(store):
    at_work = a_schedule(days=frozenset(range(5)))
    ben = a_caller("U2")
    await a_channel(store, schedule=at_work)
    for number in range(8):  # from a Monday to the next
        if number == 5:
            await store.post_now(a_caller(), duties.plan_now, always("q1"), NOON + number * DAY)
        if number == 6:
            continue
        now, key = await next_day(store, number)
        if number < 5 or number == 7:
            last = await grade(store, key, now=now)
        if number in (4, 5, 7):
            bens = await grade(store, key, ben, now=now)

    assert (last.streak.days, bens.streak.days) == (6, 3)


async def test_a_question_in_a_pause_breaks_no_streak(store):
    await a_channel(store)
    for number in range(4):
        if number == 2:
            now = NOON + number * DAY
            await store.pause(a_caller())
            await store.post_now(a_caller(), duties.plan_now, always("q1"), now)
            resumed = setup(some_settings(schedule=a_schedule()), now + DAY, now + 9 * DAY)
            await store.resume(a_caller(), resumed)
        now, key = await next_day(store, number)
        if number != 2:
            last = await grade(store, key, now=now)

    assert last.streak.days == 3


async def test_a_card_that_was_found_when_its_round_was_over_breaks_no_streak(store):
    await a_channel(store)
    for number in range(2):
        now = NOON + number * DAY
        await open_a_round(store, now=now)
        await grade(store, await the_round(store, now=now), now=now)
    now = NOON + 2 * DAY  # posted, and the process died before it was recorded
    await open_a_round(store, now=now, posted=False)
    await store.lease(ALL_PLATFORMS, now, MINUTE, kinds=[Kind.DAILY])
    now += DAY + HOUR
    await store.claim_answers(ALL_PLATFORMS, now, duties.channel_memory)
    await open_a_round(store, now=now)  # finds the card, too

    assert (await streak(store, now)).days == 2
    last = await grade(store, await the_round(store, now=now), now=now)
    assert last.streak.days == 3


async def test_after_a_late_grade_the_streak_of_now_is_told(store):
    await a_channel(store)
    for number in range(6):
        now, key = await next_day(store, number)
        if number < 2:
            await grade(store, key, now=now)
        elif number == 2:
            late = key
            await store.reveal(a_caller(), late, "words", None, now)

    graded = await store.grade(a_caller(), late, a_rule(now=now), now)

    assert graded.streak == await streak(store, now)
    assert (graded.streak.days, graded.streak.best) == (0, 3)


async def test_an_open_round_does_not_break_a_streak_yet(store):
    await days(store, 3, skip=(2,))

    assert await streak(store) == Streak(2, 2, 0, MONDAY + 2 * DAY - DAY)

    closed = NOON + 3 * DAY
    await store.claim_answers(["slack"], closed, lambda *_: None)
    assert await streak(store, closed) == Streak(0, 2, 0, MONDAY + 2 * DAY)


async def test_a_grade_before_the_bot_heard_that_its_card_arrived_counts(store):
    await a_channel(store)
    await open_a_round(store, posted=False)
    [lease] = await store.lease(["slack"], NOON, HOUR)
    key = AttemptKey(round_id=lease.delivery.round_id)

    graded = await grade(store, key)

    assert graded.streak == Streak(1, 1, 0, MONDAY)


# --- at once


async def test_many_grades_of_one_attempt_at_once_count_one_attempt(store):
    key = await a_round(store)
    await store.reveal(a_caller(), key, "words", SURE, NOON)
    grades = [(MISSED, 0), (PARTLY, 10), (GOT_IT, 20)] * 8

    await asyncio.gather(
        *(
            store.grade(a_caller(), key, a_rule(verdict, points=points), NOON)
            for verdict, points in grades
        )
    )

    points = (await store.situation(a_caller(), key)).attempt.points
    assert (await scores(store))["all"] == (points, 1)
    assert (await streak(store)).days == 1


async def test_grades_kept_together_come_out_as_if_kept_one_by_one(store, database):
    """One batch: two grades of Ann, one of Bob, one before the reveal, one with a stale key."""
    key = await a_round(store)
    practised = await store.practice(a_caller("Bob"), lambda _: "q2", NOON)
    for member in ("Ann", "Bob"):
        await store.reveal(a_caller(member), key, "words", SURE, NOON)
    await store.reveal(a_caller("Bob"), practised.attempt.key, "words", SURE, NOON)
    gone = AttemptKey(round_id=999)
    calls = [
        grounds.Call(a_caller("Ann"), key, a_rule(MISSED, points=0), NOON),
        grounds.Call(a_caller("Cleo"), key, a_rule(), NOON),
        grounds.Call(a_caller("Bob"), key, a_rule(points=30), NOON),
        grounds.Call(a_caller("Ann"), gone, a_rule(), NOON),
        grounds.Call(a_caller("Bob"), practised.attempt.key, a_rule(), NOON),
        grounds.Call(a_caller("Ann"), key, a_rule(GOT_IT, points=20), NOON),
    ]

    outcomes = await database.write(grades.grade_all, calls)

    first, refused, bob, stale, practice, second = outcomes
    assert (first.situation.attempt.points, second.situation.attempt.points) == (0, 20)
    assert (second.standing.rank, second.standing.attempts, second.players) == (2, 1, 2)
    assert (bob.standing.rank, bob.standing.points) == (1, 30)
    assert isinstance(refused, NotRevealedError)
    assert isinstance(stale, StaleKeyError)
    assert practice.standing is None
    assert (await scores(store, a_caller("Ann")))["all"] == (20, 1)
    assert (await scores(store, a_caller("Bob")))["all"] == (30, 1)


async def test_many_reveals_at_once_are_one_attempt(store):
    key = await a_round(store)

    revealed = await asyncio.gather(
        *(store.reveal(a_caller(), key, f"words {i}", SURE, NOON) for i in range(20))
    )

    assert len({situation.attempt for situation in revealed}) == 1
    assert (await store.round_view(key.round_id)).tally.tried == 1


async def test_two_channels_of_one_member_at_once_lose_nothing(store):
    callers = [a_caller(channel=f"C{i}") for i in range(8)]
    keys = [await a_round(store, caller) for caller in callers]

    await asyncio.gather(
        *(grade(store, key, caller) for key, caller in zip(keys, callers, strict=True))
    )

    kept = await store.export(a_caller())
    assert [s["points"] for s in kept["scores"] if s["period"] == "all"] == [20] * 8
    assert len(kept["streaks"]) == 8


async def test_practice_counts_for_no_board(store):
    await a_channel(store)
    practised = await store.practice(a_caller(), lambda _: "q1", NOON)

    graded = await grade(store, practised.attempt.key, points=20)

    assert (graded.standing, graded.streak, graded.players) == (None, None, 0)
    assert graded.situation.attempt.points == 0
    assert await scores(store) == {}
    assert graded.due_at == (await memory_of(store, "q1")).due_at
    assert graded.due_at - NOON > timedelta(days=1)
