"""Attempts before the grade: words, the reveal, ticks."""

from __future__ import annotations

import pytest

from bot.core.errors import NotRevealedError, RoundClosedError, StaleKeyError
from bot.core.models import WORDS_MAX, AttemptId, AttemptKey, Confidence, MessageRef, RoundId
from tests.builders import (
    DAY,
    HOUR,
    NOON,
    a_caller,
    a_channel,
    a_round,
    grade,
    open_a_round,
)

SURE = Confidence.SURE


async def test_the_open_round_is_found_in_its_channel(store):
    key = await a_round(store)

    situation = await store.open_round(a_caller("U9"), NOON)

    assert situation.round.id == key.round_id
    assert (situation.question_id, situation.member_id, situation.attempt) == ("q1", None, None)
    assert situation.channel == await store.find_channel(a_caller())
    assert await store.open_round(a_caller(channel="C2"), NOON) is None
    assert await store.open_round(a_caller(channel=None), NOON) is None
    assert await store.open_round(a_caller(), NOON + DAY) is None


async def test_a_round_whose_card_is_not_posted_yet_is_not_the_open_round(store):
    await a_channel(store)
    await open_a_round(store, posted=False)

    assert await store.open_round(a_caller(), NOON) is None


async def test_a_round_is_found_by_its_card(store):
    key = await a_round(store)
    round_ = (await store.open_round(a_caller(), NOON)).round

    assert (await store.find_round(a_caller(), round_.message)).id == key.round_id
    assert await store.find_round(a_caller(), MessageRef("m999")) is None
    assert await store.find_round(a_caller(channel="C2"), round_.message) is None
    assert await store.find_round(a_caller(workspace="T2"), round_.message) is None


async def test_a_reveal_keeps_words_and_confidence(store):
    key = await a_round(store)

    revealed = await store.reveal(a_caller(), key, "  my words ", SURE, NOON)

    attempt = revealed.attempt
    assert (attempt.words, attempt.confidence, attempt.revealed_at) == ("my words", SURE, NOON)
    assert (attempt.key, attempt.question_id, attempt.grade) == (key, "q1", None)
    assert await store.situation(a_caller(), key) == revealed
    assert (await store.open_round(a_caller(), NOON)) == revealed


async def test_a_second_reveal_changes_nothing(store):
    key = await a_round(store)
    first = await store.reveal(a_caller(), key, "first", SURE, NOON)

    second = await store.reveal(a_caller(), key, "second", Confidence.GUESS, NOON + HOUR)

    assert second == first


async def test_words_kept_before_the_reveal_stay_unless_there_are_newer_ones(store):
    key = await a_round(store)
    await store.keep_words(a_caller(), key, "early", NOON)
    await store.keep_words(a_caller("U2"), key, "early", NOON)

    kept = await store.reveal(a_caller(), key, "  ", None, NOON)
    newer = await store.reveal(a_caller("U2"), key, "late", None, NOON)

    assert (kept.attempt.words, newer.attempt.words) == ("early", "late")


async def test_words_are_not_a_reveal_and_the_newest_are_kept(store):
    key = await a_round(store)

    await store.keep_words(a_caller(), key, "one", NOON)
    situation = await store.keep_words(a_caller(), key, "two", NOON)

    assert (situation.attempt.words, situation.attempt.revealed_at) == ("two", None)
    assert await store.situation(a_caller(), key) == situation


async def test_words_after_the_reveal_are_ignored(store):
    key = await a_round(store)
    revealed = await store.reveal(a_caller(), key, "before", SURE, NOON)

    assert await store.keep_words(a_caller(), key, "after", NOON) == revealed


async def test_words_are_kept_as_they_are_but_cut(store):
    key = await a_round(store)
    odd = "'; DROP TABLE attempts; -- \u202e\u0000<@U1> 🟡 \ud83d" + "x" * 5000

    situation = await store.reveal(a_caller(), key, odd, SURE, NOON)

    kept = situation.attempt.words
    assert kept.startswith("'; DROP TABLE attempts; -- \u202e<@U1> 🟡 ?xxx")
    assert len(kept) == WORDS_MAX
    assert (await store.situation(a_caller(), key)).attempt.words == kept


async def test_a_closed_round_reveals_nothing_new(store):
    key = await a_round(store)
    await store.keep_words(a_caller("U2"), key, "mine", NOON)
    revealed = await store.reveal(a_caller(), key, "words", SURE, NOON)

    for member in ("U2", "U3"):
        with pytest.raises(RoundClosedError):
            await store.reveal(a_caller(member), key, "late", SURE, NOON + DAY)
        with pytest.raises(RoundClosedError):
            await store.keep_words(a_caller(member), key, "late", NOON + DAY)
    assert await store.reveal(a_caller(), key, "again", SURE, NOON + DAY) == revealed


async def test_ticks_are_kept_after_the_reveal_alone(store):
    key = await a_round(store)
    with pytest.raises(NotRevealedError):
        await store.tick(a_caller(), key, frozenset({1}), NOON)
    await store.keep_words(a_caller(), key, "words", NOON)
    with pytest.raises(NotRevealedError):
        await store.tick(a_caller(), key, frozenset({1}), NOON)
    await store.reveal(a_caller(), key, "", SURE, NOON)

    await store.tick(a_caller(), key, frozenset({0, 5}), NOON)

    assert (await store.situation(a_caller(), key)).attempt.ticked == {0, 5}
    cleared = await store.tick(a_caller(), key, frozenset(), NOON)
    assert cleared.attempt.ticked == frozenset()


async def test_ticks_of_a_grade_stand_once_the_round_has_closed(store):
    key = await a_round(store)
    await grade(store, key, ticked=frozenset({0}))

    with pytest.raises(RoundClosedError):
        await store.tick(a_caller(), key, frozenset({0, 1}), NOON + DAY)


async def test_the_newest_name_is_kept_by_what_writes(store):
    key = await a_round(store)
    await store.reveal(a_caller(name="Ann"), key, "words", SURE, NOON)

    await store.tick(a_caller(name="Ann Smith"), key, frozenset({1}), NOON)
    await store.tick(a_caller(name=""), key, frozenset({1}), NOON)
    await store.situation(a_caller(name="Reader"), key)

    assert (await store.export(a_caller()))["member"]["name"] == "Ann Smith"


# --- keys of others


@pytest.fixture(
    params=[
        {"workspace": "T2"},
        {"platform": "discord"},
    ]
)
def stranger(request):
    return a_caller(**request.param)


async def test_a_round_of_another_workspace_does_not_exist(store, stranger):
    key = await a_round(store)
    await a_channel(store, stranger)

    for attempt_it in (
        lambda: store.situation(stranger, key),
        lambda: store.reveal(stranger, key, "words", SURE, NOON),
        lambda: store.keep_words(stranger, key, "words", NOON),
        lambda: store.tick(stranger, key, frozenset(), NOON),
        lambda: store.grade(stranger, key, None, NOON),
    ):
        with pytest.raises(StaleKeyError):
            await attempt_it()


async def test_a_practice_of_another_member_does_not_exist(store):
    mine = await store.practice(a_caller(), always_picks("q2"), NOON)
    key = mine.attempt.key

    for thief in (a_caller("U2"), a_caller(workspace="T2"), a_caller(platform="discord")):
        with pytest.raises(StaleKeyError):
            await store.situation(thief, key)
        with pytest.raises(StaleKeyError):
            await store.reveal(thief, key, "words", SURE, NOON)


async def test_the_number_of_a_round_attempt_is_no_practice_key(store):
    key = await a_round(store)
    revealed = await store.reveal(a_caller(), key, "words", SURE, NOON)

    with pytest.raises(StaleKeyError):
        await store.situation(a_caller(), AttemptKey(practice_id=revealed.attempt.id))


async def test_keys_that_lead_nowhere_are_stale_and_add_nobody(store):
    for key in (
        AttemptKey(round_id=RoundId(999)),
        AttemptKey(practice_id=AttemptId(999)),
        AttemptKey(round_id=RoundId(10**18 - 1)),
        AttemptKey(round_id=RoundId(0)),
    ):
        with pytest.raises(StaleKeyError):
            await store.reveal(a_caller(), key, "words", SURE, NOON)
    assert await store.export(a_caller()) == {}


def always_picks(question):
    return lambda _recall: question
