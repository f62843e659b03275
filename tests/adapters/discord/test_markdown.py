"""People's words stay words: nothing in them formats, links, pings or disappears."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.adapters.discord.markdown import (
    cut,
    cut_text,
    escape,
    fenced,
    markdown,
    quoted,
    text_length,
    visible,
)
from bot.core.parts import Code, Link, Mention, Strong
from tests.adapters.discord.reading import read

NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("\\*_~`|<>@#:-+[]() \n\t1.)!/"),
        st.sampled_from("aé李🙂👩‍🔧🇩🇪\u0301\u200b\u202e\u200d\ufe0f\U0001f3fd"),
        st.characters(),
    ),
    max_size=80,
)
SPANS = st.lists(
    st.one_of(
        NASTY,
        NASTY.map(Code),
        NASTY.map(Strong),
        NASTY.map(lambda text: Link(text, "https://flask.palletsprojects.com/a_(b)")),
        NASTY.map(lambda name: Mention("123", name)),
    ),
    max_size=4,
).map(tuple)

SPEAKING = [
    "*italic* **bold** __under__ ~~gone~~ ||spoiler||",
    "`code` ```block```",
    "# heading",
    "### heading",
    "-# small",
    "> quote",
    ">>> all of it",
    "- item",
    "* item",
    "+ item",
    "1. item",
    "12) item",
    "[text](https://example.org)",
    "<https://example.org>",
    "https://example.org/a_b_c",
    "<@123> <@!123> <@&123> <#123> @everyone @here",
    "<:name:123> <a:name:123> :smile: :+1:",
    "<t:1700000000:R> </flaskquiz start:123> <id:customize>",
    "back\\slash \\*",
]


@pytest.mark.parametrize("text", SPEAKING)
def test_what_would_format_reads_as_it_was_typed(text: str):
    assert read(escape(text)) == text


@given(NASTY)
def test_every_word_reads_as_it_was_typed(text: str):
    assert read(escape(text)) == visible(text)


@given(NASTY)
@example("|>")
def test_no_sign_that_formats_is_left_bare(text: str):
    bare = re.sub(r"\\[^0-9A-Za-z\s]", "x", escape(text))

    assert not re.search(r"[\\*_~`|<\[\]@]", bare)
    assert "://" not in bare
    assert not re.search(r"^\s*(?:[#>+-]|\d+[.)])", bare, re.MULTILINE)


@given(NASTY)
def test_what_nobody_sees_is_left_out(text: str):
    shown = visible(text)

    assert not set(shown) & set("\u200b\u202e\u2066\u0000\u001b\ufeff")
    assert all(unicodedata.category(sign) != "Cs" for sign in shown)


def test_emphasis_stands_round_the_words_and_not_round_blanks():
    assert markdown((Strong("Best newcomer: "), "Ann")) == "**Best newcomer:** Ann"
    assert markdown((Strong(" "),)) == " "


@pytest.mark.parametrize(
    ("text", "shown"),
    [("g", "`g`"), ("a`b", "`` a`b ``"), ("``", "`` `\u200b` ``"), (" ", " "), ("a\nb", "`a b`")],
)
def test_code_keeps_its_backticks(text: str, shown: str):
    assert markdown((Code(text),)) == shown


@given(NASTY)
def test_a_fence_ends_where_it_should(code: str):
    block = fenced(code, "py")

    assert block.startswith("```py\n")
    assert block.endswith("\n```")
    assert "```" not in block[6:-4]


def test_only_a_mention_of_a_member_pings():
    assert markdown((Mention("123", "Ann"),)) == "<@123>"
    assert markdown((Mention("everyone", "@everyone"),)) == "\\@everyone"


def test_a_link_leads_where_it_says_or_nowhere():
    assert markdown((Link("Docs", "https://e.org/a(b)"),)) == "[Docs](https://e.org/a%28b%29)"
    assert markdown((Link("Docs", "javascript:alert(1)"),)) == "Docs"
    assert markdown((Link("a](https://evil.org)", "https://e.org"),)).count("](") == 2
    assert read(markdown((Link("a](b", "https://e.org"),))) == "a](b"


def test_every_line_of_a_quote_is_marked():
    assert quoted("one\n\n# two ") == "> one\n> \n> \\# two"


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("abcd", 1, "…"),
        ("abcd", 0, ""),
        ("ae\u0301x", 3, "a…"),
        ("👩\u200d🔧👩\u200d🔧", 4, "👩\u200d🔧…"),
        ("👩\u200d🔧👩\u200d🔧", 5, "👩\u200d🔧…"),
        ("🇩🇪🇫🇷!", 4, "🇩🇪…"),
        ("👍🏽👍🏽", 2, "…"),
    ],
)
def test_nobody_sees_half_a_character(text: str, length: int, shown: str):
    assert cut(text, length) == shown


@given(SPANS, st.integers(0, 100))
def test_a_cut_line_is_short_enough_and_keeps_its_marks_whole(spans, length: int):
    shown = cut_text(spans, length)

    assert text_length(shown) <= max(length, 0)
    assert markdown(shown).count("](") <= markdown(spans).count("](")
