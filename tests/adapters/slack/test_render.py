"""Whatever the quiz says fits Slack's limits, formats nothing by accident, and pings nobody."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.slack.blocks import render_blocks
from bot.adapters.slack.inputs import read_values, render_input
from bot.adapters.slack.render import Place, render_card, render_form, render_home, render_message
from bot.adapters.slack.rich import mrkdwn
from bot.adapters.slack.text import clip, clip_escaped, pad, size, width
from bot.core.errors import StaleKeyError
from bot.core.parts import (
    Action,
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Code,
    CodeBlock,
    Divider,
    Facts,
    Form,
    Heading,
    Link,
    Mention,
    Numbered,
    Option,
    Paragraph,
    Picks,
    Picture,
    Quiet,
    Quote,
    Strong,
    Style,
    Table,
    Ticks,
    Verb,
    Words,
)
from tests.fakes.slack import validate
from tests.fakes.slack.block_rules import check_blocks
from tests.fakes.slack.blockwalk import pings
from tests.fakes.slack.problems import Problems

Json = dict[str, Any]
HERE = Place("C1", "#flask")
AN_ACTION = Action(Verb.GRADE, "r1")


def problems(payload: Json) -> list[str]:
    """What Slack would say against a message or a view, by its rules and its own types."""
    if "type" in payload:
        return validate.view_problems(payload)
    return validate.message_problems(payload["text"], payload["blocks"])


def broken_rules(payload: Json) -> list[str]:
    """The same by the rules alone, which are quick."""
    found = Problems()
    check_blocks(found, payload["blocks"], "/blocks", surface=payload.get("type", "message"))
    return list(found)


def as_message(card: Card) -> Json:
    message = render_message(card, {"p.png": "F0123456789"})
    return {"text": message.text, "blocks": message.blocks}


def surfaces(card: Card) -> list[Json]:
    return [as_message(card), render_card(card, HERE), render_home(card)]


# --- anything at all

NASTY = st.sampled_from(
    ["<!channel>", "<!here|x>", "<@U123>", "&lt;", "*bold*", "_i_", "~s~", "`c`", "```\n", ">q", ":tada:",
     "@here", "<http://x.org|y>", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "é", "한글", "\u202eabc", "\x00", "\ud800", "a" * 4000]
)  # fmt: skip
WORDS = st.one_of(NASTY, st.text(max_size=40), st.lists(NASTY, max_size=4).map("".join))
SPANS = st.one_of(
    WORDS,
    WORDS.map(Code),
    WORDS.map(Strong),
    st.builds(Mention, st.sampled_from(["U123", "W9", "", "!channel", "U1>x"]), WORDS),
    st.builds(
        Link,
        WORDS,
        st.sampled_from(
            ["https://x.org/a?b=c", "javascript:alert(1)", "https://x|y>", "<!channel>"]
        ),
    ),
)
TEXTS = st.lists(SPANS, max_size=6).map(tuple)
ACTIONS = st.builds(Action, st.sampled_from(list(Verb)), st.sampled_from(["", "r1", "p2"]))
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    TEXTS.map(Heading),
    TEXTS.map(Paragraph),
    TEXTS.map(Quiet),
    WORDS.map(CodeBlock),
    WORDS.map(Quote),
    st.lists(TEXTS, max_size=12).map(lambda items: Numbered(tuple(items))),
    st.lists(st.tuples(WORDS, TEXTS), max_size=12).map(lambda pairs: Facts(tuple(pairs))),
    st.builds(
        Table,
        st.lists(WORDS, min_size=1, max_size=5).map(tuple),
        st.lists(st.lists(WORDS, max_size=5).map(tuple), max_size=12).map(tuple),
        st.frozensets(st.integers(0, 4)),
        st.one_of(st.none(), st.integers(0, 11)),
    ),
    st.builds(Picture, st.just("p.png"), WORDS, st.just(b"PNG")),
    st.just(Divider()),
    st.lists(st.builds(Button, WORDS, ACTIONS, st.sampled_from(list(Style))), max_size=6).map(
        lambda buttons: Buttons(tuple(buttons))
    ),
)
CARDS = st.builds(Card, WORDS, st.lists(BLOCKS, max_size=60).map(tuple))


@settings(max_examples=100, deadline=None)
@given(CARDS)
def test_any_card_is_a_message_a_modal_and_a_home_that_slack_takes(card: Card):
    for payload in surfaces(card):
        assert broken_rules(payload) == []
        json.dumps(payload).encode()
    assert surfaces(card)[0]["text"].strip()


@settings(max_examples=20, deadline=None)
@given(BLOCKS)
def test_any_part_of_a_card_is_what_slacks_own_types_say(block: Block):
    for payload in surfaces(Card("x", (block, Divider()))):
        assert problems(payload) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCKS, max_size=10).map(tuple))
def test_nothing_but_a_mention_pings(blocks: tuple[Block, ...]):
    found = pings("", render_blocks(blocks))

    assert set(found) <= {"@U123", "@W9"}
    mentioned = any(isinstance(span, Mention) for span in _spans(blocks))
    assert mentioned or not found


def _spans(blocks: tuple[Block, ...]) -> list[object]:
    found: list[object] = []
    for block in blocks:
        match block:
            case Heading() | Paragraph() | Quiet():
                found += block.text
            case Numbered():
                found += [span for item in block.items for span in item]
            case Facts():
                found += [span for _, text in block.pairs for span in text]
    return found


@settings(max_examples=25, deadline=None)
@given(
    st.builds(
        Words, st.just("a"), WORDS, WORDS, WORDS, WORDS, st.integers(1, 4), st.integers(1, 5000)
    ),
    st.lists(
        st.builds(Option, st.text("abc", min_size=1, max_size=9), WORDS),
        min_size=1,
        max_size=120,
        unique_by=lambda o: o.value,
    ),
    WORDS,
)
def test_any_form_is_a_modal_that_slack_takes(words: Words, options: list[Option], title: str):
    few, many = tuple(options[:10]), tuple(options)
    form = Form(
        title=title,
        blocks=(Heading((title,)),),
        inputs=(
            words,
            Choice("b", title, few, chosen=few[0].value, hint=title),
            Ticks("c", title, few, chosen=frozenset({few[-1].value})),
            Picks("d", title, many, chosen=frozenset({many[0].value}), hint=title),
        ),
        submit=title,
        action=AN_ACTION,
    )

    assert problems(render_form(form, replace(HERE, name=title))) == []


@settings(max_examples=300, deadline=None)
@given(WORDS, st.integers(0, 60))
def test_a_cut_breaks_no_character_no_escape_and_no_limit(text: str, most: int):
    for cut in (clip(text, most), clip_escaped(text, most)):
        assert size(cut) <= most
    cut = clip(text, most)
    if cut != text and cut:
        assert cut.endswith("…")
        kept = cut[:-1]
        assert text.startswith(kept)
        after = text[len(kept) :].lstrip()[:1]
        if not text[len(kept) :][:1].isspace():
            assert unicodedata.category(after) not in ("Mn", "Me") or len(kept) == 0
            assert after != "\u200d"
    escaped = clip_escaped(text, most)
    assert not re.search(r"&(?!amp;|lt;|gt;)", escaped)
    assert html.unescape(escaped).rstrip("…") in text or "&" in text


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("ab👩‍👩‍👧‍👦cd", 6, "ab…"),
        ("a🇩🇪🇫🇷b", 6, "a🇩🇪…"),
        ("👍🏽x", 3, "…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("x", 0, ""),
    ],
)
def test_a_cut_is_made_between_characters(text: str, most: int, cut: str):
    assert clip(text, most) == cut


def test_a_character_of_endless_parts_is_cut_all_the_same():
    assert size(clip("a" + "\u0301" * 10_000, 100)) <= 100


def test_escapes_are_never_cut():
    assert clip_escaped("<<<<<<", 13) == "&lt;&lt;&lt;…"


def test_small_print_marks_code_and_links_and_leaves_the_rest_plain():
    text = (
        "*a* & <b> ",
        Code("x`y"),
        " ",
        Link("docs | here", "https://x.org"),
        " ",
        Mention("U1", "Ann"),
    )

    shown = mrkdwn(text, 500)

    assert shown.endswith(" `x'y` <https://x.org|docs / here> <@U1>")
    assert "&amp; &lt;b&gt;" in shown
    assert "*a*" not in shown


def test_columns_line_up_for_wide_and_combining_letters():
    names = ["Ann", "山田太郎", "e\u0301mile", "🎸"]
    rows = tuple((str(n), name, str(n * 7)) for n, name in enumerate(names, 1))
    (block,) = render_blocks((Table(("", "Name", "Points"), rows, frozenset({0, 2}), own=1),))

    lines = block["elements"][0]["elements"][0]["text"].split("\n")
    assert len({width(line) for line in lines}) == 1
    assert [line[:2] for line in lines] == ["  ", "  ", "▸ ", "  ", "  "]


def test_a_name_from_right_to_left_does_not_change_places_with_the_points():
    (block,) = render_blocks((Table(("", "Name", "Points"), (("1", "\u05d0\u05d1", "30"),)),))

    lines = block["elements"][0]["elements"][0]["text"].split("\n")
    assert lines[1] == "1  \u05d0\u05d1\u200e    30"


def test_padding_goes_by_columns():
    assert pad("山", 4) == "山  "
    assert pad("7", 3, right=True) == "  7"


def test_too_much_loses_its_end_but_no_button():
    card = Card("x", (*[Divider()] * 70, Buttons((Button("Go", AN_ACTION),))))

    blocks = render_message(card).blocks

    assert len(blocks) == 50
    assert blocks[-1]["type"] == "actions"


def test_what_a_form_brings_is_read_back():
    state = {
        "a@r1": {"a": {"type": "plain_text_input", "value": "x"}},
        "b@r1": {"b": {"type": "radio_buttons", "selected_option": {"value": "1"}}},
        "c@r1": {"c": {"type": "radio_buttons", "selected_option": None}},
        "d@r1": {"d": {"type": "checkboxes", "selected_options": [{"value": "0"}, {"value": "2"}]}},
        "e@r1": {"e": {"type": "plain_text_input", "value": None}},
    }
    assert read_values(state) == {"a": "x", "b": "1", "c": "", "d": ("0", "2"), "e": ""}


def test_a_place_is_read_back_and_a_foreign_one_refused():
    assert Place.parse(str(HERE)) == HERE
    for text in ("", "{}", "[1]", "[1,2,3,4]", "null"):
        with pytest.raises(StaleKeyError):
            Place.parse(text)


def test_required_inputs_are_required():
    assert render_input(Words("a", "A", required=True), AN_ACTION)["optional"] is False
    assert render_input(Ticks("a", "A", (Option("0", "x"),)), AN_ACTION)["optional"] is True


def test_the_inputs_of_two_questions_never_share_a_block():
    """Slack keeps what was entered in a block that stays when a view is updated."""
    one, other = (render_input(Words("a", "A"), Action(Verb.REVEAL, key)) for key in ("r1", "r2"))

    assert one["block_id"] != other["block_id"]
    assert one["element"]["action_id"] == other["element"]["action_id"] == "a"
