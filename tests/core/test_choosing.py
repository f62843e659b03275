"""What admins type, read into settings."""

from contextlib import suppress
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import choosing
from bot.core.cards.channel import settings_form
from bot.core.deck import Deck
from bot.core.errors import FormError
from bot.core.models import Level
from bot.core.parts import Choice, Values, Words
from tests.decks import a_deck, a_question

UTC = ZoneInfo("UTC")
DECK: Deck = a_deck(
    a_question("one", topic="Contexts", level="beginner"),
    a_question("two", topic="JSON APIs", level="advanced"),
    a_question("three", topic="Concurrency", level="advanced"),
    a_question("four", topic="Forms", level="beginner"),
)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("09:30", time(9, 30)),
        ("9:30", time(9, 30)),
        ("9.30", time(9, 30)),
        ("9h30", time(9, 30)),
        ("9am", time(9)),
        ("9 AM", time(9)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("4:05 pm", time(16, 5)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_as_people_type_it(text, at):
    assert choosing.read_time(text) == at


@pytest.mark.parametrize(
    "text", ["", "9", "25:00", "09:60", "13pm", "0am", "noon", "9:3", "-1:00", "09:30:15"]
)
def test_what_is_no_time_says_what_to_type(text):
    with pytest.raises(ValueError, match=r"such as 09:30"):
        choosing.read_time(text)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
        ("Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ],
)
def test_a_zone_by_name_or_city(text, zone):
    if text == "Argentina/Buenos_Aires":
        pytest.importorskip("zoneinfo")
        with pytest.raises(ValueError, match="Buenos_Aires"):
            choosing.read_zone(text)
    else:
        assert choosing.read_zone(text).key == zone


@pytest.mark.parametrize(
    "text", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "berlinn!", "x" * 5000]
)
def test_what_is_no_zone_is_refused_with_a_way_on(text):
    with pytest.raises(ValueError, match="Europe/Berlin"):
        choosing.read_zone(text)


@pytest.mark.parametrize("text", ["PST", "CST", "z"])
def test_no_zone_is_hinted_at_that_is_not_offered(text):
    with pytest.raises(ValueError, match=r"^There is no time zone of that name\. Try one"):
        choosing.read_zone(text)


@pytest.mark.parametrize(
    "text", ["gmt+2", "GMT-5", "UTC+2", "utc +5:30", "UTC\u22123", "gmt+02:00"]
)
def test_an_offset_is_no_zone_and_a_city_is_asked_for(text):
    with pytest.raises(ValueError, match=r"Name a city .*Europe/Berlin"):
        choosing.read_zone(text)


@pytest.mark.parametrize("text", ["Etc/GMT+2", "UTC", "gmt", "GMT+0", "utc"])
def test_a_fixed_zone_typed_in_full_is_the_one_of_that_name(text):
    assert choosing.read_zone(text).key.casefold() == text.casefold()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("Mon, Wed and Fri", {0, 2, 4}),
        ("monday - wednesday", {0, 1, 2}),
        ("fri-mon", {4, 5, 6, 0}),
        ("weekdays", {0, 1, 2, 3, 4}),
        ("daily", set(range(7))),
        ("sat,sun", {5, 6}),
        ("weekend tue", {1, 5, 6}),
    ],
)
def test_days_as_people_type_them(text, days):
    assert choosing.read_days(text) == days


@pytest.mark.parametrize(
    "text",
    ["", "someday", "mo", "1", "1,2,3,4,5", "7", "12", "0123456", "mon-", "mon-xyz", "monkey", "-"],
)
def test_what_names_no_day_says_what_to_type(text):
    if text == "mon-":
        assert choosing.read_days(text) == {0}
    else:
        with pytest.raises(ValueError, match="mon"):
            choosing.read_days(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("next", None),
        ("", None),
        ("8h", timedelta(hours=8)),
        ("90 minutes", timedelta(minutes=90)),
        ("2 days", timedelta(days=2)),
        ("7d", timedelta(days=7)),
    ],
)
def test_how_long_a_round_stays_open(text, length):
    assert choosing.read_open(text) == length


@pytest.mark.parametrize("text", ["8", "29m", "8d", "0h", "forever", "-2h", "999h"])
def test_a_round_stays_open_for_half_an_hour_to_a_week(text):
    with pytest.raises(ValueError, match="30m to 7d"):
        choosing.read_open(text)


def test_words_and_forms_give_the_same_settings():
    start = choosing.default_settings(UTC)
    typed = {
        "time": "9:30",
        "zone": "berlin",
        "days": "mon, tue",
        "levels": "advanced",
        "topics": "json",
        "open": "8h",
        "digest": "fri 16:00",
    }

    settings = choosing.read_settings(typed, start, DECK)

    form = settings_form(settings, DECK, "")
    sent: Values = {
        each.name: each.value if isinstance(each, Words)
        else each.chosen if isinstance(each, Choice)
        else tuple(each.chosen)
        for each in form.inputs
    }  # fmt: skip
    assert choosing.read_settings(sent, start, DECK) == settings
    assert settings.schedule.zone.key == "Europe/Berlin"
    assert settings.topics == {"json-apis"}
    assert settings.levels == {Level.ADVANCED}
    assert (settings.digest_day, settings.digest_at) == (4, time(16))


def test_every_wrong_value_is_named_at_once_and_nothing_is_kept():
    wrong = {
        "time": "x",
        "zone": "y",
        "days": "z",
        "topics": "quantum",
        "open": "1m",
        "digest": "no",
    }

    with pytest.raises(FormError) as refused:
        choosing.read_settings(wrong, choosing.default_settings(UTC), DECK)

    assert set(refused.value.problems) == set(wrong)
    assert "contexts, json-apis, concurrency" in refused.value.problems["topics"]


def test_levels_and_topics_that_leave_no_question_are_refused():
    with pytest.raises(FormError, match="No question has these"):
        choosing.read_settings(
            {"levels": "beginner", "topics": "json-apis"}, choosing.default_settings(UTC), DECK
        )


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("contexts", "contexts"),
        ("Cont", "contexts"),
        ("json api", "json-apis"),
        ("concurency", "concurrency"),
        ("froms", "forms"),
        ("con", None),
        ("orm", None),
        ("", None),
        ("zzz", None),
    ],
)
def test_a_topic_by_its_name_its_beginning_or_nearly(text, topic):
    assert choosing.find_topic(text, DECK) == topic


@given(
    st.dictionaries(
        st.sampled_from(["time", "zone", "days", "levels", "topics", "open", "digest"]),
        st.text(max_size=60),
    )
)
def test_no_words_break_the_reader(values):
    with suppress(FormError):
        choosing.read_settings(values, choosing.default_settings(UTC), DECK)


def test_a_city_that_has_two_names_gets_the_shorter():
    assert choosing.read_zone("louisville").key == "America/Louisville"


def test_levels_joined_by_and():
    assert choosing.read_levels("beginner and advanced") == {Level.BEGINNER, Level.ADVANCED}
