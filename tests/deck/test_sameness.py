"""No question is asked twice, and no key point says what was said before."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import combinations

from bot.core.deck import Deck
from tests.deck.prose import likeness, stems_of, words_of

SAME_QUESTION = 0.33
"""
Of prompt and key points together. When the deck was put together, the three pairs that asked the
same thing shared 0.35 to 0.47 of their words; the most alike of the others share 0.29.
"""
SAME_PROMPT = 0.6
"""Of the words of two prompts in order; a template filled in twice comes out above it."""
SAME_POINT = 0.75
REPEATED = 0.7
"""Of a key point's words, in one run: more is read out of the prompt, not known."""


def test_no_two_questions_ask_the_same(deck: Deck):
    stems = {q.id: stems_of(" ".join((q.prompt, *q.key_points))) for q in deck}

    alike = [
        (one, other, round(share, 2))
        for one, other in combinations(stems, 2)
        if (share := likeness(stems[one], stems[other])) > SAME_QUESTION
    ]

    assert alike == []


def test_no_two_prompts_are_worded_alike(deck: Deck):
    words = {question.id: words_of(question.prompt.casefold()) for question in deck}

    alike = [
        (one, other)
        for one, other in combinations(words, 2)
        if SequenceMatcher(None, words[one], words[other], autojunk=False).ratio() > SAME_PROMPT
    ]

    assert alike == []


def test_no_key_point_says_what_another_says(deck: Deck):
    alike = [
        (question.id, one, other)
        for question in deck
        for one, other in combinations(question.key_points, 2)
        if likeness(stems_of(one), stems_of(other)) > SAME_POINT
    ]

    assert alike == []


def test_no_key_point_is_read_out_of_the_prompt(deck: Deck):
    repeated = []
    for question in deck:
        prompt = words_of(question.prompt.casefold())
        for point in question.key_points:
            words = words_of(point.casefold())
            run = SequenceMatcher(None, prompt, words, autojunk=False).find_longest_match()
            if len(words) > 2 and run.size / len(words) > REPEATED:
                repeated.append((question.id, point))

    assert repeated == []


def test_a_check_does_not_show_the_program_of_the_example_again(deck: Deck):
    for question in deck:
        if question.check is not None and question.check.code:
            assert question.check.code != question.example.code, question.id
