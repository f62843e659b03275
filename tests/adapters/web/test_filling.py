import pytest

from bot.adapters.web.filling import Filled, read_filled, refilled
from bot.core.errors import StaleKeyError
from bot.core.parts import Action, Choice, Form, Option, Picks, Ticks, Verb, Words

OPTIONS = (Option("a", "A"), Option("b", "B"))
FORM = Form(
    title="A form",
    blocks=(),
    inputs=(
        Words("time", "Time", "09:00"),
        Choice("sure", "Sure?", OPTIONS, chosen="a"),
        Ticks("days", "Days", OPTIONS, frozenset({"a"})),
        Picks("topics", "Topics", OPTIONS),
    ),
    submit="Save",
    action=Action(Verb.SAVE_SETTINGS),
)


def test_a_form_comes_back_as_an_action_and_values():
    fields = [
        ("action", "fq:1:grade:r12"),
        ("_many", "ticks"),
        ("ticks", "0"),
        ("ticks", "2"),
        ("grade", "partly"),
    ]

    filled = read_filled(fields)

    assert filled == Filled(Action(Verb.GRADE, "r12"), {"ticks": ("0", "2"), "grade": "partly"})


def test_no_ticks_at_all_are_an_empty_tuple_not_a_missing_input():
    filled = read_filled([("action", "fq:1:grade:r12"), ("_many", "ticks")])

    assert filled.values == {"ticks": ()}


def test_line_breaks_of_a_browser_become_our_own():
    filled = read_filled([("action", "fq:1:reveal:r1"), ("words", "one\r\ntwo")])

    assert filled.values["words"] == "one\ntwo"


@pytest.mark.parametrize("action", ["", "rubbish", "fq:1:explode:", "fq:9:grade:r1", "fq:1:grade"])
def test_an_action_we_did_not_write_is_stale(action: str):
    with pytest.raises(StaleKeyError):
        read_filled([("action", action)])


def test_a_form_to_mend_keeps_what_was_filled_in():
    values = {"time": "25:99", "sure": "b", "days": (), "topics": ("a", "b")}

    time, sure, days, topics = refilled(FORM, values).inputs

    assert isinstance(time, Words)
    assert time.value == "25:99"
    assert isinstance(sure, Choice)
    assert sure.chosen == "b"
    assert isinstance(days, Ticks)
    assert days.chosen == frozenset()
    assert isinstance(topics, Picks)
    assert topics.chosen == {"a", "b"}


def test_an_input_nobody_sent_stays_as_it_was():
    assert refilled(FORM, {}) == FORM
