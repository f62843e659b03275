"""What cards are made of: spans, and the actions that buttons carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import StaleKeyError
from bot.core.parts import Action, Code, Link, Mention, Strong, Verb, inline, plain


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("plain", ("plain",)),
        ("`g` is empty", (Code("g"), " is empty")),
        ("what does `g` hold in `app`?", ("what does ", Code("g"), " hold in ", Code("app"), "?")),
        ("`a``b`", (Code("a"), Code("b"))),
        ("a lone ` tick", ("a lone ` tick",)),
        ("", ()),
    ],
)
def test_backticks_mark_code(text, spans):
    assert inline(text) == spans


@given(st.text())
def test_no_text_is_lost_between_the_backticks(text):
    assert plain(inline(text)).replace("`", "") == text.replace("`", "")


def test_plain_text_says_names_and_words_alone():
    text = ("Ask ", Mention("U1", "Ann"), ", ", Strong("now"), ": ", Link("docs", "https://x"))

    assert plain(text) == "Ask Ann, now: docs"


@given(st.sampled_from(Verb), st.text(st.characters(exclude_characters=":"), max_size=60))
def test_an_action_reads_back(verb, value):
    assert Action.parse(str(Action(verb, value))) == Action(verb, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fq",
        "fq:1:answer",
        "fq:2:answer:r1",
        "fx:1:answer:r1",
        "fq:1:unknown:r1",
        "fq:1:ANSWER:r1",
        f"fq:1:answer:{'x' * 89}",
    ],
)
def test_an_action_this_version_did_not_write_is_stale(text):
    with pytest.raises(StaleKeyError):
        Action.parse(text)


def test_an_action_may_be_a_hundred_characters_long():
    longest = f"fq:1:answer:{'x' * 88}"

    assert len(longest) == 100
    assert str(Action.parse(longest)) == longest
