"""Points, streaks and freezes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.grading import Grade
from bot.core.models import Level
from bot.core.points import FREEZES_MAX, Streak, points_for, walk

MONDAY = date(2026, 11, 2)


def days(pattern: str, start: date = MONDAY) -> list[tuple[date, bool]]:
    """``x`` is a day with an attempt, ``.`` one without."""
    return [(start + timedelta(days=i), mark == "x") for i, mark in enumerate(pattern)]


@pytest.mark.parametrize(
    ("level", "grade", "points"),
    [
        (Level.BEGINNER, Grade.GOT_IT, 10),
        (Level.BEGINNER, Grade.PARTLY, 5),
        (Level.INTERMEDIATE, Grade.GOT_IT, 20),
        (Level.INTERMEDIATE, Grade.PARTLY, 10),
        (Level.ADVANCED, Grade.GOT_IT, 30),
        (Level.ADVANCED, Grade.PARTLY, 15),
        (Level.ADVANCED, Grade.MISSED, 0),
    ],
)
def test_a_grade_earns_nothing_half_or_all_of_its_level(level, grade, points):
    assert points_for(level, grade) == points


@pytest.mark.parametrize(
    ("pattern", "run", "best", "freezes"),
    [
        ("", 0, 0, 0),
        ("x", 1, 1, 0),
        ("xxx", 3, 3, 0),
        ("xx.", 0, 2, 0),
        ("xx.x", 1, 2, 0),
        ("...x", 1, 1, 0),
        ("xxxxxxx", 7, 7, 1),
        ("xxxxxxx.", 7, 7, 0),
        ("xxxxxxx.x", 8, 8, 0),
        ("xxxxxxx..", 0, 7, 0),
        ("x" * 14, 14, 14, 2),
        ("x" * 21, 21, 21, 2),
        ("x" * 14 + "..", 14, 14, 0),
        ("x" * 14 + "...", 0, 14, 0),
        ("x" * 7 + "." + "x" * 7, 14, 14, 1),
    ],
)
def test_a_missed_day_spends_a_freeze_and_ends_the_run_without_one(pattern, run, best, freezes):
    streak = walk(Streak(), days(pattern))

    assert (streak.days, streak.best, streak.freezes) == (run, best, freezes)


def test_a_week_without_a_post_breaks_nothing():
    before, after = days("xxx"), days("xx", MONDAY + timedelta(days=10))

    assert walk(Streak(), before + after).days == 5


def test_a_freeze_is_not_spent_before_a_run_begins():
    # Earned, then lost with the run: the next days without an attempt cost nothing more.
    streak = walk(Streak(), days("x" * 14 + "..."))

    assert walk(streak, days("....x", MONDAY + timedelta(days=17))) == Streak(
        1, 14, 0, MONDAY + timedelta(days=21)
    )


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 60))
def test_walking_in_two_parts_ends_where_one_walk_does(marks, cut):
    whole = [(MONDAY + timedelta(days=i), mark) for i, mark in enumerate(marks)]

    first = walk(Streak(), whole[:cut])

    assert walk(first, whole) == walk(Streak(), whole)


@given(st.lists(st.booleans(), max_size=80))
def test_a_streak_is_never_more_than_the_days_and_never_holds_three_freezes(marks):
    streak = walk(Streak(), [(MONDAY + timedelta(days=i), mark) for i, mark in enumerate(marks)])

    assert 0 <= streak.days <= streak.best <= sum(marks)
    assert 0 <= streak.freezes <= FREEZES_MAX
