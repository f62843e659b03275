"""Leaderboards, a member's profile, a team, a week."""

from __future__ import annotations

from bot.core.grading import Grade
from bot.core.models import Confidence, Tally
from bot.core.points import Streak
from bot.core.views import Board, Profile, QuestionRecord, TeamRecord
from tests.builders import (
    DAY,
    HOUR,
    MONDAY,
    NOON,
    WEEK,
    a_caller,
    a_channel,
    a_round,
    grade,
    open_a_round,
    the_round,
)

MISSED, PARTLY, GOT_IT = Grade
NEXT_WEEK = "2026-W49"


async def closed(store, now):
    await store.claim_answers(["slack"], now, lambda *_: None)


async def lines(store, caller=None, period="all", **limits):
    board = await store.board(caller or a_caller(), period, **limits)
    return [(s.rank, s.name, s.points, s.attempts) for s in board.standings]


async def test_a_board_of_nobody_is_empty(store):
    assert await store.board(a_caller(), "all") == Board("all")
    await a_channel(store)
    assert await store.board(a_caller(), "all") == Board("all")


async def test_a_board_is_best_first_with_ties_by_name(store):
    key = await a_round(store)
    for member, points in (("U3", 20), ("U1", 10), ("U2", 20)):
        await grade(store, key, a_caller(member), points=points)

    assert await lines(store) == [
        (1, "Name of U2", 20, 1),
        (1, "Name of U3", 20, 1),
        (3, "Name of U1", 10, 1),
    ]


async def test_who_earned_nothing_is_on_no_list_that_others_see(store):
    for day, points in enumerate((20, 20, 20, 20, 20, 20, 20, 10)):
        now = NOON + day * DAY
        key = await a_round(store, now=now, question=f"q{day}")
        await grade(store, key, a_caller("U1"), now=now, points=points)
        await grade(store, key, a_caller("U2"), now=now, points=0 if day < 7 else 20)

    last = await store.board(a_caller("U2"), WEEK)
    assert [standing.name for standing in last.standings] == ["Name of U1"]
    assert (last.own.rank, last.own.points, last.players) == (2, 0, 2)
    week = await store.week(await store.find_channel(a_caller()), NEXT_WEEK, WEEK)
    assert [week.before.get(standing.member_id) for standing in week.standings] == [None, 1]


async def test_a_board_shows_the_top_and_the_readers_own_place(store):
    key = await a_round(store)
    for number in range(14):
        await grade(store, key, a_caller(f"U{number}"), points=100 - number)

    board = await store.board(a_caller("U12"), WEEK)

    assert [s.points for s in board.standings] == list(range(100, 90, -1))
    assert (board.own.rank, board.own.points, board.players) == (13, 88, 14)
    assert len(await lines(store, limit=3)) == 3


async def test_boards_of_channels_and_workspaces_are_apart(store):
    here, there = a_caller(), a_caller(channel="C2")
    elsewhere = a_caller(workspace="T2")
    for points, caller in enumerate((here, there, elsewhere), start=1):
        await grade(store, await a_round(store, caller), caller, points=points)

    assert [await lines(store, c) for c in (here, there, elsewhere)] == [
        [(1, "Name of U1", points, 1)] for points in (1, 2, 3)
    ]


async def test_a_hidden_member_is_on_no_board_until_shown_again(store):
    key = await a_round(store)
    await grade(store, key, a_caller("U1"), points=30)
    await grade(store, key, a_caller("U2"), points=10)

    await store.set_hidden(a_caller("U1"), True, NOON)

    assert await lines(store) == [(1, "Name of U2", 10, 1)]
    board = await store.board(a_caller("U1"), "all")
    assert (board.own.rank, board.players) == (1, 2)
    other = await store.board(a_caller("U2"), "all")
    assert (other.own.rank, other.players) == (1, 1)
    last = await grade(store, key, a_caller("U1"), points=5)
    profile = await store.profile(a_caller("U1"), None, NOON)
    for found in (last, profile):
        assert (found.standing.rank, found.players) == (2, 2)
    await store.set_hidden(a_caller("U1"), False, NOON)
    assert len(await lines(store)) == 2


async def test_one_who_hides_before_the_first_grade_stays_hidden(store):
    await store.set_hidden(a_caller(), True, NOON)

    await grade(store, await a_round(store))

    assert await lines(store) == []


async def test_hiding_in_one_workspace_hides_in_no_other(store):
    here, elsewhere = a_caller(), a_caller(workspace="T2")
    for caller in (here, elsewhere):
        await grade(store, await a_round(store, caller), caller)

    await store.set_hidden(here, True, NOON)

    assert (await lines(store, here), len(await lines(store, elsewhere))) == ([], 1)


# --- me


async def test_the_profile_of_a_stranger_is_empty(store):
    empty = Profile(hidden=False, grades=(), memories={}, channel=None, streak=None)
    assert await store.profile(a_caller(), WEEK, NOON) == empty
    channel = await a_channel(store)
    profile = await store.profile(a_caller("U9"), WEEK, NOON)
    assert (profile.channel, profile.streak, profile.grades) == (channel, None, ())


async def test_a_profile_tells_what_is_kept(store):
    key = await a_round(store)
    await grade(store, key, points=10, grade=PARTLY)
    await grade(store, key, a_caller("U2"), points=20)
    practised = await store.practice(a_caller(), lambda _: "q2", NOON)
    await grade(store, practised.attempt.key, grade=MISSED, now=NOON + HOUR)

    profile = await store.profile(a_caller(), WEEK, NOON + HOUR)

    assert profile.grades == (
        ("q2", MISSED, Confidence.SURE),
        ("q1", PARTLY, Confidence.SURE),
    )
    assert set(profile.memories) == {"q1", "q2"}
    assert (profile.points, profile.players, profile.hidden) == (10, 2, False)
    assert (profile.standing.rank, profile.standing.points) == (2, 10)
    assert profile.streak == Streak(1, 1, 0, MONDAY)


async def test_the_channel_of_an_answer_that_was_never_graded_is_not_the_last_one(store):
    looked, played = a_caller(channel="C1"), a_caller(channel="C2")
    await store.reveal(looked, await a_round(store, looked), "words", None, NOON)
    await grade(store, await a_round(store, played, now=NOON + DAY), played, now=NOON + DAY)

    profile = await store.profile(a_caller(channel=None), WEEK, NOON + DAY)

    assert profile.channel.address.channel == "C2"


async def test_a_profile_without_a_channel_is_of_the_one_played_in_last(store):
    for hours, channel in enumerate(("C1", "C2", "C3")):
        caller = a_caller(channel=channel)
        key = await a_round(store, caller, now=NOON + hours * HOUR)
        await grade(store, key, caller, now=NOON + hours * HOUR, points=hours)

    for lost in (a_caller(channel=None), a_caller(channel="unknown")):
        profile = await store.profile(lost, WEEK, NOON + 3 * HOUR)

        assert (profile.channel.address.channel, profile.points) == ("C3", 2)


async def test_a_profile_lists_the_open_rounds_where_the_member_plays(store):
    await grade(store, await a_round(store, question="q1"))
    await a_round(store, a_caller(channel="C2"), question="q2")
    later = NOON + DAY
    await a_channel(store, now=later)
    await open_a_round(store, now=later, question="q3")

    profile = await store.profile(a_caller(channel=None), WEEK, later)

    [situation] = profile.open_rounds
    assert (situation.question_id, situation.attempt) == ("q3", None)
    assert situation == await store.open_round(a_caller(), later)


async def test_a_profile_lists_the_open_round_of_the_channel_it_is_asked_in(store):
    played = a_caller(channel="C2")
    await grade(store, await a_round(store, played, question="q1"), played)
    await a_round(store, question="q2")

    profile = await store.profile(a_caller(), WEEK, NOON)

    assert {situation.question_id for situation in profile.open_rounds} == {"q1", "q2"}


# --- team


async def test_a_team_is_told_of_closed_rounds_alone(store):
    assert await store.team(a_caller()) == TeamRecord(0, 0, (), {})
    key = await a_round(store)
    await grade(store, key, a_caller("U1"), ticked=frozenset({0, 2}))
    await grade(store, key, a_caller("U2"), grade=MISSED, points=0, ticked=frozenset({0}))
    await store.reveal(a_caller("U3"), key, "words", None, NOON)

    assert (await store.team(a_caller())).records == ()

    await closed(store, NOON + DAY)
    team = await store.team(a_caller())
    tally = Tally(tried=3, got_it=1, missed=1, ticks=(2, 0, 1))
    assert team.records == (QuestionRecord("q1", 2, tally),)
    assert (team.players, team.rounds) == (2, 1)


async def test_a_teams_record_adds_up_the_rounds_of_a_question(store):
    await a_channel(store)
    for day in range(3):
        now = NOON + day * DAY
        await open_a_round(store, now=now, question="same")
        await grade(store, await the_round(store, now=now), now=now)
    await closed(store, NOON + 3 * DAY)

    [record] = (await store.team(a_caller())).records

    assert (record.members, record.tally) == (1, Tally(tried=3, got_it=3))


# --- a week


async def two_weeks(store):
    """
    Ann and Bob play the first week; Ann, Bob and Cleo the second, in which Cleo leads.

    Gives the channel after both, all rounds but the last one closed.
    """
    await a_channel(store)
    for day in range(9):
        now = NOON + day * DAY
        await open_a_round(store, now=now, question=f"q{day}")
        key = await the_round(store, now=now)
        await grade(store, key, a_caller("Ann"), now=now, points=10)
        await grade(store, key, a_caller("Bob"), now=now, points=20 if day < 7 else 1)
        if day >= 7:
            await grade(store, key, a_caller("Cleo"), now=now, points=30)
        await closed(store, now)
    return await store.find_channel(a_caller())


async def test_a_week_tells_who_led_moved_and_is_new(store):
    channel = await two_weeks(store)

    week = await store.week(channel, NEXT_WEEK, WEEK)

    ids = {s.name.removeprefix("Name of "): s.member_id for s in week.standings}
    assert [(s.rank, s.points) for s in week.standings] == [(1, 60), (2, 20), (3, 2)]
    assert list(ids) == ["Cleo", "Ann", "Bob"]
    assert week.before == {ids["Ann"]: 2, ids["Bob"]: 1}
    assert week.newcomers == {ids["Cleo"]}
    assert (week.players, week.posted_days) == (3, 2)
    assert week.streaks[ids["Ann"]] == Streak(9, 9, 1, MONDAY + 8 * DAY)
    assert [record.question_id for record in week.records] == ["q7"]


async def test_an_earlier_week_stays_as_it_was(store):
    channel = await two_weeks(store)

    week = await store.week(channel, WEEK, "2026-W47")

    assert [s.points for s in week.standings] == [140, 70]
    assert (week.before, len(week.newcomers)) == ({}, 2)
    assert (week.players, week.posted_days, len(week.records)) == (2, 7, 7)


async def test_a_week_of_nobody_is_empty(store):
    channel = await a_channel(store)

    week = await store.week(channel, WEEK, "2026-W47")

    assert (week.standings, week.players, week.posted_days) == ((), 0, 0)


async def test_a_week_of_many_asks_for_ten(store):
    key = await a_round(store)
    for number in range(12):
        await grade(store, key, a_caller(f"U{number}"), points=number)

    week = await store.week(await store.find_channel(a_caller()), WEEK, "2026-W47")

    assert (len(week.standings), week.players, len(week.streaks)) == (10, 12, 10)
    assert week.standings[0].points == 11
