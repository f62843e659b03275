"""Small pieces of English."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import wording
from bot.core.models import Level

SUNDAY = date(2026, 11, 22)
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (102, "102nd"),
        (111, "111th"),
        (1003, "1003rd"),
    ],
)
def test_ordinals(number, word):
    assert wording.ordinal(number) == word


def test_counts_agree_with_their_noun():
    assert wording.counted(1, "day") == "1 day"
    assert wording.counted(0, "day") == "0 days"
    assert wording.counted(2, "try", "tries") == "2 tries"
    assert wording.counted(12_000, "point") == "12,000 points"


def test_lists_read_as_a_sentence():
    assert wording.listed([]) == ""
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b"]) == "a and b"
    assert wording.listed(["a", "b", "c"], "or") == "a, b or c"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (2, "on Tuesday"),
        (6, "on Saturday"),
        (7, "on 29 November"),
        (60, "on 21 January 2027"),
        (-3, "on 19 November"),
    ],
)
def test_a_day_as_a_team_says_it(ahead, words):
    assert wording.day(SUNDAY + timedelta(days=ahead), SUNDAY) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 22, 8, 30, tzinfo=UTC), "today 09:30"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "tomorrow 00:30"),
        (datetime(2026, 11, 25, 8, 30, tzinfo=UTC), "Wed 09:30"),
        (datetime(2026, 12, 12, 8, 30, tzinfo=UTC), "12 Dec 09:30"),
    ],
)
def test_a_moment_in_the_channels_own_time(at, words):
    assert wording.moment(at, NOW, BERLIN) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=3, minutes=5), "3 hours 5 minutes"),
        (timedelta(days=2, hours=1, minutes=9), "2 days 1 hour"),
        (timedelta(hours=-1), "less than a minute"),
    ],
)
def test_a_span_in_its_two_largest_units(length, words):
    assert wording.span(length) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (range(5), "Monday to Friday"),
        (range(7), "every day"),
        ([0, 2, 4], "Mon, Wed and Fri"),
        ([0], "Mondays"),
        ([5, 6], "Sat and Sun"),
    ],
)
def test_days_of_the_week(days, words):
    assert wording.day_names(days) == words


def test_levels():
    assert wording.level_names(Level) == "all levels"
    assert wording.level_names([]) == "all levels"
    assert wording.level_names([Level.ADVANCED, Level.BEGINNER]) == "beginner and advanced"


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        (">=3.0,<3.2", "Flask 3.0 to 3.1"),
        (">=3.1,<3.2", "Flask 3.1"),
        (">=3.1.3,<3.2", "Flask 3.1 from 3.1.3 on"),
        (">=3.0,<4.0", "Flask >=3.0,<4.0"),
        ("==3.1.3", "Flask ==3.1.3"),
    ],
)
def test_versions_of_flask(requirement, words):
    assert wording.flask_versions(requirement) == words


def test_periods():
    assert wording.period_name("2026-W47") == "week 47"
    assert wording.period_name("2026-W03") == "week 3"
    assert wording.period_name("2026-11") == "November 2026"
    assert wording.period_name("all") == "all time"


@given(st.text(max_size=80), st.integers(2, 60))
def test_a_clipped_text_is_never_too_long(text, length):
    clipped = wording.clipped(text, length)

    assert len(clipped) <= length
    assert clipped == text.strip() or clipped.endswith("…")


def test_days_in_any_order_are_told_in_the_week_s():
    assert wording.day_names([4, 0, 2]) == "Mon, Wed and Fri"
    assert wording.day_names([2, 1, 0]) == "Monday to Wednesday"


@pytest.mark.parametrize(
    ("ahead", "words"), [(6, "Sat 09:00"), (7, "29 Nov 09:00"), (-2, "20 Nov 09:00")]
)
def test_a_weekday_is_named_only_while_it_is_no_riddle(ahead, words):
    assert wording.moment(NOW + timedelta(days=ahead), NOW, BERLIN) == words


@pytest.mark.parametrize(
    ("text", "clipped"),
    [
        ("one two three", "one two…"),
        ("onetwothreefour", "onetwothr…"),
        ("a bcdefghijklm", "a bcdefgh…"),
        ("ten chars.", "ten chars."),
    ],
)
def test_a_text_is_clipped_at_a_word_where_that_loses_little(text, clipped):
    assert wording.clipped(text, 10) == clipped


def test_figures_stay_beside_a_name_from_right_to_left():
    assert wording.apart("Ann") == "Ann"
    assert wording.apart("\u05d0\u05d1") == "\u05d0\u05d1\u200e"
