"""Attempts before the grade: words, the reveal, ticks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from bot.core.errors import NotRevealedError
from bot.core.models import (
    WORDS_MAX,
    Attempt,
    AttemptId,
    AttemptKey,
    Caller,
    Confidence,
    MemberId,
)
from bot.core.views import Situation
from bot.store.people import Person, add_member, lock_member, rename
from bot.store.rounds import bits_of
from bot.store.situations import ADD_ATTEMPT, Place, count_again, find_place
from bot.store.tables import attempts
from bot.store.text import fit

_CHANGE = {
    "words": update(attempts)
    .where(attempts.c.id == bindparam("attempt"))
    .values(words=bindparam("words_")),
    "reveal": update(attempts)
    .where(attempts.c.id == bindparam("attempt"))
    .values(
        words=bindparam("words_"),
        confidence=bindparam("confidence_"),
        revealed_at=bindparam("revealed_at_"),
    ),
    "ticks": update(attempts)
    .where(attempts.c.id == bindparam("attempt"))
    .values(ticked=bindparam("ticked_")),
}


def keep_words(
    connection: Connection, caller: Caller, key: AttemptKey, words: str, now: datetime
) -> Situation:
    """Keep the caller's words without a reveal; ignored once revealed."""
    person, at = _arrive(connection, caller, key, now)
    attempt = at.situation.attempt
    if attempt is not None and attempt.revealed_at is not None:
        return at.situation
    at.situation.refuse_closed(now)
    words = fit(words.strip(), WORDS_MAX)
    if attempt is None:
        attempt = _add(connection, person.id, at, now, words)
    else:
        connection.execute(_CHANGE["words"], {"attempt": attempt.id, "words_": words})
        attempt = replace(attempt, words=words)
    return replace(at.situation, attempt=attempt)


def reveal(
    connection: Connection,
    caller: Caller,
    key: AttemptKey,
    words: str,
    confidence: Confidence | None,
    now: datetime,
) -> Situation:
    """
    Keep the words and that the answer was seen; a second reveal changes nothing.

    Empty *words* leave words kept before. Raises RoundClosedError when the round is no longer open
    and the answer was not revealed before.
    """
    person, at = _arrive(connection, caller, key, now)
    attempt = at.situation.attempt
    if attempt is not None and attempt.revealed_at is not None:
        return at.situation
    at.situation.refuse_closed(now)
    words = fit(words.strip(), WORDS_MAX) or (attempt.words if attempt else "")
    if attempt is None:
        attempt = _add(connection, person.id, at, now, words, confidence, revealed_at=now)
    else:
        change = {"words_": words, "confidence_": confidence, "revealed_at_": now}
        connection.execute(_CHANGE["reveal"], {"attempt": attempt.id} | change)
        attempt = replace(attempt, words=words, confidence=confidence, revealed_at=now)
    count_again(connection, [at], now)
    return replace(at.situation, attempt=attempt)


def tick(
    connection: Connection, caller: Caller, key: AttemptKey, ticked: frozenset[int], now: datetime
) -> Situation:
    """
    Keep which key points the caller ticks; raises NotRevealedError before the reveal.

    After the grade they belong to it, so a closed round raises RoundClosedError.
    """
    _, at = _arrive(connection, caller, key, now)
    attempt = at.situation.attempt
    if attempt is None or attempt.revealed_at is None:
        raise NotRevealedError(key)
    if attempt.grade is not None:
        at.situation.refuse_closed(now)
    connection.execute(_CHANGE["ticks"], {"attempt": attempt.id, "ticked_": bits_of(ticked)})
    return replace(at.situation, attempt=replace(attempt, ticked=ticked))


def _arrive(
    connection: Connection, caller: Caller, key: AttemptKey, now: datetime
) -> tuple[Person, Place]:
    """Lock the caller and see where they stand; a wrong key adds nobody."""
    person = lock_member(connection, caller)
    at = find_place(connection, caller, key, hold=True)
    if person is None:
        person = add_member(connection, caller, now)
        return person, find_place(connection, caller, key, hold=True)
    rename(connection, person, caller)
    return person, at


def _add(
    connection: Connection,
    member_id: MemberId,
    at: Place,
    now: datetime,
    words: str,
    confidence: Confidence | None = None,
    revealed_at: datetime | None = None,
) -> Attempt:
    """Add the first attempt of a member at a round."""
    assert at.situation.round is not None  # a practice is there before its key is
    round_ = at.situation.round
    row = {
        "member_id": member_id,
        "channel_id": round_.channel_id,
        "round_id": round_.id,
        "question_id": round_.question_id,
        "words": words,
        "confidence": confidence,
        "revealed_at": revealed_at,
        "created_at": now,
    }
    return Attempt(
        id=AttemptId(connection.execute(ADD_ATTEMPT, row).scalar_one()),
        key=AttemptKey(round_id=round_.id),
        member_id=member_id,
        question_id=round_.question_id,
        words=words,
        confidence=confidence,
        revealed_at=revealed_at,
    )
