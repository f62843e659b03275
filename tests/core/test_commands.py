"""The words after /flaskquiz."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import WORDS, Command, parse
from bot.core.models import Level, Period
from bot.core.parts import Verb


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "dress", [str, str.upper, str.title, "  {} ".format, "/flaskquiz {}".format]
)
def test_every_word_is_understood_in_any_case_and_with_the_command_before_it(word, dress):
    assert parse(dress(word)).verb is WORDS[word]


@pytest.mark.parametrize("text", ["", "   ", "/flaskquiz", "flaskquiz "])
def test_nothing_asks_for_todays_round(text):
    assert parse(text) == Command(Verb.START)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("practice", Command(Verb.PRACTICE)),
        ("practise advanced", Command(Verb.PRACTICE, level=Level.ADVANCED)),
        ("practice beginners", Command(Verb.PRACTICE, level=Level.BEGINNER)),
        ("practice json apis", Command(Verb.PRACTICE, topic="json apis")),
        (
            "practice Beginner Contexts",
            Command(Verb.PRACTICE, level=Level.BEGINNER, topic="contexts"),
        ),
        (
            "practice contexts beginner",
            Command(Verb.PRACTICE, level=Level.BEGINNER, topic="contexts"),
        ),
        ("leaderboard", Command(Verb.LEADERBOARD)),
        ("leaderboard this week", Command(Verb.LEADERBOARD, period=Period.WEEK)),
        ("leaderboard MONTH", Command(Verb.LEADERBOARD, period=Period.MONTH)),
        ("leaderboard all time", Command(Verb.LEADERBOARD, period=Period.ALL)),
        ("hide me", Command(Verb.HIDE)),
        ("forget me", Command(Verb.FORGET)),
        ("show me", Command(Verb.SHOW)),
        ("show me the leaderboard", Command(Verb.LEADERBOARD)),
        ("Show me leaderboard month", Command(Verb.LEADERBOARD, period=Period.MONTH)),
        ("show me my settings", Command(Verb.SETTINGS)),
        ("show leaderboard", Command(Verb.LEADERBOARD)),
        ("show the leaderboard month", Command(Verb.LEADERBOARD, period=Period.MONTH)),
        ("show my stats", Command(Verb.ME)),
        ("settings", Command(Verb.SETTINGS)),
        (
            "settings time 09:30 zone Europe/Berlin days mon-fri",
            Command(
                Verb.SAVE_SETTINGS,
                values={"time": "09:30", "zone": "Europe/Berlin", "days": "mon-fri"},
            ),
        ),
        (
            "settings digest mon 09:00 open 8h topics json apis, contexts",
            Command(
                Verb.SAVE_SETTINGS,
                values={"digest": "mon 09:00", "open": "8h", "topics": "json apis, contexts"},
            ),
        ),
        (
            "settings time 9:30, zone Berlin, topics json apis, contexts,",
            Command(
                Verb.SAVE_SETTINGS,
                values={"time": "9:30", "zone": "Berlin", "topics": "json apis, contexts"},
            ),
        ),
        (
            "settings time 9:30 Time Zone Europe/Berlin",
            Command(Verb.SAVE_SETTINGS, values={"time": "9:30", "zone": "Europe/Berlin"}),
        ),
        (
            "settings time zone Europe/Berlin time 9:30",
            Command(Verb.SAVE_SETTINGS, values={"time": "9:30", "zone": "Europe/Berlin"}),
        ),
        ("settings time zone", Command(Verb.SETTINGS)),
        ("settings topics , open 8h", Command(Verb.SETTINGS)),
        ("settings open", Command(Verb.SETTINGS)),
        ("settings topics time", Command(Verb.SETTINGS)),
        ("settings time 09:30 levels", Command(Verb.SETTINGS)),
    ],
)
def test_a_command_with_its_arguments(text, command):
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "unknown", "closest"),
    [
        ("pratice", "pratice", "practice"),
        ("score", "score", "me"),
        ("points", "points", "me"),
        ("rank", "rank", "leaderboard"),
        ("answer", "answer", "start"),
        ("question", "question", "start"),
        ("delete me", "delete", "forget-me"),
        ("unhide me", "unhide", "show-me"),
        ("unpause", "unpause", "resume"),
        ("stop", "stop", "pause"),
        ("post now", "post", "now"),
        ("review", "review", "practice"),
        ("next", "next", "practice"),
        ("streak", "streak", "me"),
        ("profile", "profile", "me"),
        ("data", "data", "export"),
        ("status", "status", "doctor"),
        ("time 09:30", "time", "settings"),
        ("show me my points", "points", "me"),
        ("show answer", "answer", "start"),
        ("show my name", "name", "show-me"),
        ("show me my", "my", "me"),
        ("show", "show", "show-me"),
        ("ask me a question", "ask", "start"),
        ("freeze", "freeze", "me"),
        ("streaks", "streaks", "me"),
        ("remove me", "remove", "forget-me"),
        ("delete-me", "delete-me", "forget-me"),
        ("pause until monday", "until monday", "pause"),
        ("resume tomorrow", "tomorrow", "resume"),
        ("leaderbord", "leaderbord", "leaderboard"),
        ("xyzzy", "xyzzy", ""),
        ("hide me from bob", "hide", "hide-me"),
        ("forget me not", "forget", "forget-me"),
        ("show me the xyzzy", "xyzzy", ""),
        ("leaderboard weekly", "weekly", "leaderboard week"),
        ("leaderboard monht", "monht", "leaderboard month"),
        ("leaderboard xyzzy", "xyzzy", "leaderboard"),
        ("settings tme 09:30", "tme", "settings time"),
        ("settings ZONES Europe/Berlin", "zones", "settings zone"),
    ],
)
def test_an_unknown_word_gives_help_with_the_closest(text, unknown, closest):
    command = parse(text)

    assert (command.verb, command.unknown) == (Verb.HELP, unknown)
    assert command.closest == closest
    assert parse(command.closest).verb is not Verb.HELP or not closest


@given(st.text(max_size=2_000))
def test_no_text_breaks_the_parser(text):
    command = parse(text)

    assert command.verb in set(Verb)
    assert len(command.unknown) <= 40


def test_the_topics_of_a_large_deck_do_not_push_other_settings_out():
    topics = ", ".join(f"topic number {number:03}" for number in range(100))

    command = parse(f"settings topics {topics} time 09:30")

    assert command.values == {"topics": topics, "time": "09:30"}


def test_a_megabyte_is_read_no_further_than_it_needs():
    assert parse("practice " + "x" * 1_000_000).verb is Verb.PRACTICE


@pytest.mark.parametrize("typed", ["/flaskquiz me", "flaskquiz me", "  ME  "])
def test_the_command_s_own_name_may_be_typed_too(typed):
    assert parse(typed) == Command(Verb.ME)
