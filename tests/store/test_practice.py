"""Practice: one question in private, outside any round."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.errors import NoQuestionError, StaleKeyError
from bot.core.models import AttemptKey, Confidence
from tests.builders import (
    DAY,
    HOUR,
    NOON,
    a_caller,
    a_channel,
    a_round,
    a_rule,
    grade,
    open_a_round,
)

SURE = Confidence.SURE


def picks(question, told=None):
    def rule(recall):
        if told is not None:
            told.append(recall)
        return question

    return rule


async def test_a_practice_begins_on_what_the_rule_picks(store):
    channel = await a_channel(store)

    situation = await store.practice(a_caller(), picks("q2"), NOON)

    attempt = situation.attempt
    assert (situation.question_id, situation.round, situation.channel) == ("q2", None, channel)
    assert attempt.key == AttemptKey(practice_id=attempt.id)
    assert (attempt.words, attempt.revealed_at, attempt.grade) == ("", None, None)
    assert await store.situation(a_caller(), attempt.key) == situation


async def test_practice_needs_no_channel(store):
    for caller in (a_caller(channel=None), a_caller(channel="unknown")):
        situation = await store.practice(caller, picks("q2"), NOON)
        graded = await grade(store, situation.attempt.key, caller)

        assert graded.situation.channel is None


async def test_the_same_question_gives_the_open_practice_back(store):
    first = await store.practice(a_caller(), picks("q2"), NOON)
    await store.keep_words(a_caller(), first.attempt.key, "half an answer", NOON)

    again = await store.practice(a_caller(), picks("q2"), NOON + HOUR)
    named = await store.practice(a_caller(), picks("other"), NOON + HOUR, "q2")

    assert again.attempt.id == named.attempt.id == first.attempt.id
    assert again.attempt.words == "half an answer"


async def test_another_question_replaces_the_open_practice_and_its_key(store):
    first = await store.practice(a_caller(), picks("q2"), NOON)

    second = await store.practice(a_caller(), picks("q3"), NOON)

    assert second.attempt.id != first.attempt.id
    with pytest.raises(StaleKeyError):
        await store.reveal(a_caller(), first.attempt.key, "words", SURE, NOON)
    assert len((await store.export(a_caller()))["attempts"]) == 1


async def test_the_key_of_a_replaced_practice_is_never_given_again(store):
    keys = [(await store.practice(a_caller(), picks(f"q{i}"), NOON)).attempt.key for i in range(5)]

    assert len(set(keys)) == 5


async def test_a_graded_practice_is_kept_beside_the_next_one(store):
    first = await store.practice(a_caller(), picks("q2"), NOON)
    await grade(store, first.attempt.key)

    second = await store.practice(a_caller(), picks("q2"), NOON + HOUR)

    assert second.attempt.id != first.attempt.id
    assert len((await store.export(a_caller()))["attempts"]) == 2


async def test_a_rule_is_told_what_may_be_asked(store):
    key = await a_round(store, question="open")
    done = await store.practice(a_caller(), picks("q2"), NOON)
    await grade(store, done.attempt.key)
    begun = await store.practice(a_caller(), picks("q3"), NOON)
    told = []

    await store.practice(a_caller(), picks("q3", told), NOON)
    await grade(store, key)
    await store.practice(a_caller(), picks("q3", told), NOON)

    before, after = told
    assert set(before.memories) == {"q2"}
    assert before.barred == {"open"}
    assert before.open == begun.attempt
    assert set(after.memories) == {"q2", "open"}
    assert after.barred == frozenset()


async def test_open_rounds_are_barred_where_a_member_plays_and_avoided_in_the_workspace(store):
    await a_round(store, question="here")
    played = await a_round(store, a_caller(channel="C2"), question="played")
    await grade(store, played, a_caller(channel="C2"))
    await store.claim_answers(["slack"], NOON + DAY, lambda *_: None)
    await open_a_round(store, now=NOON + DAY, question="new")
    await a_round(store, a_caller(channel="C3"), now=NOON + DAY, question="there")
    await a_round(store, a_caller(workspace="T2"), now=NOON + DAY, question="elsewhere")
    told = []

    await store.practice(a_caller(), picks("q2", told), NOON + DAY)

    [recall] = told
    assert (recall.barred, recall.elsewhere) == ({"new"}, {"there"})


async def test_a_closed_round_bars_nothing(store):
    await a_round(store, question="here")
    await a_round(store, a_caller(channel="C2"), question="there")
    told = []

    await store.practice(a_caller(), picks("q2", told), NOON)
    await store.claim_answers(["slack"], NOON + DAY, lambda *_: None)
    await store.practice(a_caller(), picks("q2", told), NOON + DAY)

    assert [recall.barred for recall in told] == [{"here"}, frozenset()]
    assert [recall.elsewhere for recall in told] == [{"there"}, frozenset()]


async def test_the_question_of_an_open_round_is_not_practised(store):
    await a_round(store, question="open")

    with pytest.raises(NoQuestionError):
        await store.practice(a_caller(), picks("q2"), NOON, "open")


async def test_a_rule_that_finds_nothing_keeps_nothing(store):
    def nothing(_recall):
        raise NoQuestionError

    with pytest.raises(NoQuestionError):
        await store.practice(a_caller(), nothing, NOON)

    assert await store.export(a_caller()) == {}


async def test_many_presses_at_once_are_one_practice(store):
    begun = await asyncio.gather(
        *(store.practice(a_caller(), picks("q2"), NOON) for _ in range(20))
    )

    assert len({situation.attempt.id for situation in begun}) == 1


async def test_many_questions_at_once_leave_one_open(store):
    await asyncio.gather(*(store.practice(a_caller(), picks(f"q{i}"), NOON) for i in range(20)))

    assert len((await store.export(a_caller()))["attempts"]) == 1


async def test_a_practice_is_graded_again_from_the_memory_before(store):
    practised = await store.practice(a_caller(), picks("q2"), NOON)
    key = practised.attempt.key
    first = await grade(store, key)

    again = await store.grade(a_caller(), key, a_rule(), NOON)

    assert again.due_at == first.due_at
