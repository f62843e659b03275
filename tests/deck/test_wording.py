"""Plain British English, in the lengths the deck keeps for itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.deck import Deck
from tests.deck.prose import prose_of, without_code, words_of

KNOWN = frozenset((Path(__file__).with_name("words.txt")).read_text(encoding="utf-8").split())
"""
Every word of the deck's prose, each looked at by a person once. A list of our own and no
dictionary: the deck is full of names a dictionary lacks, and a new word is rare enough to look at.
"""
AMERICAN = re.compile(
    r"\b\w*(?:[^aeiou]ize[sdr]?|izing|ization)\b|\b(?:behavior|color|favor|honor|license[ds]?"
    r"|center|defense|catalog|canceled|labeled|gray|misspelled|program+er)s?\b",
    re.IGNORECASE,
)
RIGHT_WITH_Z = {"size", "sizes", "sized", "prize", "seize"}


def test_every_word_is_spelled_as_somebody_decided(deck: Deck):
    unknown = sorted(
        {
            word.casefold()
            for question in deck
            for text in (question.topic, *prose_of(question))
            for word in words_of(without_code(text))
            if word.casefold().removesuffix("'s") not in KNOWN
        }
    )

    assert unknown == [], "mend them, or add them to words.txt"


def test_no_known_word_is_left_over(deck: Deck):
    used = {
        word.casefold().removesuffix("'s")
        for question in deck
        for text in (question.topic, *prose_of(question))
        for word in words_of(without_code(text))
    }

    assert sorted(KNOWN - used) == []


def test_spelling_is_british(deck: Deck):
    american = [
        (question.id, found[0])
        for question in deck
        for text in prose_of(question)
        for found in AMERICAN.finditer(without_code(text))
        if found[0].casefold() not in RIGHT_WITH_Z and found[0][1:].islower()
    ]

    assert american == []


@pytest.mark.parametrize("word", ["serialize", "behavior", "authorized", "colors", "optimization"])
def test_american_spelling_is_seen(word):
    assert AMERICAN.search(word)


MISREAD = {
    "typing error": "to these readers typing is about types: typo",
    "turns round": "it is the other way round",
}
"""What reads as something else, and why or what to write instead."""


def test_no_sentence_is_easily_misread(deck: Deck):
    found = [
        (question.id, words)
        for question in deck
        for text in prose_of(question)
        for words in MISREAD
        if words in text
    ]

    assert found == []


def test_a_prompt_ends_with_its_question(deck: Deck):
    assert [question.id for question in deck if not question.prompt.endswith("?")] == []
    assert [q.id for q in deck if not 20 <= len(q.prompt) <= 250] == []


def test_a_prompt_asks_at_most_three_things_in_one_breath(deck: Deck):
    asked = re.compile(r"\b(?:what|why|how|which|where)\b", re.IGNORECASE)
    many = {
        question.id: count
        for question in deck
        if (count := len(asked.findall(without_code(question.prompt).split(". ")[-1]))) > 3
    }

    assert many == {}


ORDER = re.compile(
    r"^(?:(?:Or|So|And|Then|There|Fix|Not):? )*(?:use|pass|push|prefer|set|write|put|call|register"
    r"|open|give|compare|read|await|wrap|refuse|list|check|change|replace|review|connect|bind"
    r"|generate|send|never|query_string=)\b",
    re.IGNORECASE,
)
ASKS_WHAT_TO_DO = re.compile(
    r"how (?:do|should|would|can) (?:you|the|it)|and how|how .* prevent|\bfix|instead|\bcure\b"
    r"|what (?:do you|should|must|is better|mends|helps|stops|prevents|is the|does the job)"
    r"|what are your options|defence|ways? out|which (?:commands|ways|settings)|\bneed|where do"
    r"|when must",
    re.IGNORECASE,
)


def test_key_points_that_say_what_to_do_are_asked_for(deck: Deck):
    unasked = {
        question.id: orders
        for question in deck
        if (orders := [point for point in question.key_points if ORDER.search(point)])
        and not ASKS_WHAT_TO_DO.search(question.prompt)
    }

    assert unasked == {}


def test_an_answer_has_60_to_180_words_in_one_to_three_paragraphs(deck: Deck):
    lengths = {question.id: len(" ".join(question.answer).split()) for question in deck}

    assert {id_: count for id_, count in lengths.items() if not 60 <= count <= 180} == {}
    assert [q.id for q in deck if len(q.answer) > 4] == []


def test_sentences_are_whole(deck: Deck):
    for question in deck:
        for paragraph in question.answer:
            assert paragraph[0].isupper() or paragraph[0] in "`\"'", (question.id, paragraph[:40])
            assert paragraph.rstrip('`"')[-1] in ".?!", (question.id, paragraph[-40:])
        for point in question.key_points:
            assert not point.endswith("."), (question.id, point)


def test_code_is_in_pairs_of_backticks_and_never_empty(deck: Deck):
    for question in deck:
        for text in prose_of(question):
            assert text.count("`") % 2 == 0, (question.id, text)
            assert "``" not in text, (question.id, text)
            assert not re.search(r"\*\*|\]\(", without_code(text)), (question.id, text)
