"""Where a member stands with a round or a practice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    and_,
    bindparam,
    insert,
    select,
)

from bot.core.errors import StaleKeyError
from bot.core.grading import Grade
from bot.core.models import (
    Attempt,
    AttemptKey,
    Caller,
    Confidence,
    MemberId,
    QuestionId,
)
from bot.core.views import Situation
from bot.store import channels as channel_store
from bot.store import rounds as round_store
from bot.store.channels import channel_of
from bot.store.people import place
from bot.store.rounds import EDIT_EVERY, ask_edits, round_of, ticked_of
from bot.store.tables import attempts, channels, members, rounds, workspaces

ATTEMPT = (
    attempts.c.id,
    attempts.c.round_id,
    attempts.c.member_id,
    attempts.c.question_id,
    attempts.c.words,
    attempts.c.confidence,
    attempts.c.revealed_at,
    attempts.c.ticked,
    attempts.c.grade,
    attempts.c.points,
    attempts.c.graded_at,
)
ADD_ATTEMPT = insert(attempts).returning(attempts.c.id)
# What a use case needs besides the situation it gives back.
_BESIDES = (
    members.c.id,
    members.c.name,
    members.c.hidden,
    attempts.c.memory_before,
    rounds.c.edit_due_at,
    rounds.c.edited_at,
)
COLUMNS = (*_BESIDES, *ATTEMPT, *round_store.COLUMNS, *channel_store.COLUMNS)
WIDTH = len(COLUMNS)
_ROUND_AT = len(_BESIDES) + len(ATTEMPT)
_CHANNEL_AT = _ROUND_AT + round_store.WIDTH


def of_rounds(start: FromClause, who: Any) -> FromClause:
    """
    Join to rounds, which *start* ends with, all of `COLUMNS`.

    *who* has the platform's names of workspace and member, as parameters or as columns of *start*.
    """
    return (
        start.join(channels, channels.c.id == rounds.c.channel_id)
        .join(workspaces, and_(workspaces.c.id == channels.c.workspace_id, *_is_in(who)))
        .outerjoin(members, _is_member(who))
        .outerjoin(
            attempts,
            and_(attempts.c.round_id == rounds.c.id, attempts.c.member_id == members.c.id),
        )
    )


def of_practices(start: FromClause, who: Any) -> FromClause:
    """Join the same to practice attempts, which *start* ends with; only to the member's own."""
    return (
        start.join(
            members, and_(members.c.id == attempts.c.member_id, attempts.c.round_id.is_(None))
        )
        .join(workspaces, and_(_is_member(who), *_is_in(who)))
        .outerjoin(rounds, rounds.c.id == attempts.c.round_id)
        .outerjoin(channels, channels.c.id == attempts.c.channel_id)
    )


def _is_in(who: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return workspaces.c.platform == who.platform, workspaces.c.external_id == who.workspace


def _is_member(who: Any) -> ColumnElement[bool]:
    return and_(members.c.workspace_id == workspaces.c.id, members.c.external_id == who.member)


class _Caller:
    """The caller as parameters: give `place(caller)` for them."""

    platform: BindParameter[str] = bindparam("platform")
    workspace: BindParameter[str] = bindparam("workspace")
    member: BindParameter[str] = bindparam("member")


_ROUND = (
    select(*COLUMNS).select_from(of_rounds(rounds, _Caller)).where(rounds.c.id == bindparam("key"))
)
# Whoever writes holds the round: an edit of its card, claimed meanwhile, would not count them.
_HELD_ROUND = _ROUND.with_for_update(read=True, key_share=True, of=rounds)
_OPEN_ROUND = (
    select(*COLUMNS)
    .select_from(of_rounds(rounds, _Caller))
    .where(
        channels.c.external_id == bindparam("channel"),
        rounds.c.closed_at.is_(None),
        rounds.c.closes_at > bindparam("now"),
        rounds.c.posted_at.is_not(None),
    )
    .order_by(rounds.c.local_on.desc())
    .limit(1)
)
_PRACTICE = (
    select(*COLUMNS)
    .select_from(of_practices(attempts, _Caller))
    .where(attempts.c.id == bindparam("key"))
)


@dataclass(frozen=True, slots=True)
class Place:
    """A situation, with what the store keeps beside it."""

    situation: Situation
    name: str
    hidden: bool
    memory_before: str | None
    edit_due_at: datetime | None
    edited_at: datetime | None


def attempt_of(row: Sequence[Any]) -> Attempt | None:
    """Read an attempt from a row of `ATTEMPT`; None where the join found none."""
    (id_, round_id, member_id, question, words, confidence, revealed_at) = row[:7]
    ticked, grade, points, graded_at = row[7 : len(ATTEMPT)]
    if id_ is None:
        return None
    return Attempt(
        id=id_,
        key=AttemptKey(round_id=round_id) if round_id else AttemptKey(practice_id=id_),
        member_id=member_id,
        question_id=question,
        words=words,
        confidence=confidence and Confidence(confidence),
        revealed_at=revealed_at,
        ticked=ticked_of(ticked),
        grade=grade and Grade(grade),
        points=points,
        graded_at=graded_at,
    )


def find_place(
    connection: Connection, caller: Caller, key: AttemptKey, *, hold: bool = False
) -> Place:
    """
    Where the caller stands with *key*; raises StaleKeyError for a key that is not theirs.

    *hold* keeps others from claiming the round until this transaction ends.
    """
    of_round = _HELD_ROUND if hold else _ROUND
    statement = _PRACTICE if key.round_id is None else of_round
    wanted = place(caller) | {"key": key.round_id or key.practice_id or 0}
    row = connection.execute(statement, wanted).one_or_none()
    if row is None:
        raise StaleKeyError(key)
    return place_of(row)


def count_again(connection: Connection, places: Iterable[Place], now: datetime) -> None:
    """
    Make an edit of the rounds' cards due: 30 s after the last one, or at once.

    One that is due by then is left alone, so that members who answer one card at the same time do
    not wait for each other's commit.
    """
    due = {}
    for at in places:
        wanted = max(now, at.edited_at + EDIT_EVERY) if at.edited_at else now
        if at.situation.round and (at.edit_due_at is None or at.edit_due_at > wanted):
            due[at.situation.round.id] = wanted
    ask_edits(connection, due)


def situation(connection: Connection, caller: Caller, key: AttemptKey) -> Situation:
    """Where the caller stands with *key*."""
    return find_place(connection, caller, key).situation


def open_round(connection: Connection, caller: Caller, now: datetime) -> Situation | None:
    """The round open (and posted) in the caller's channel, and the caller's attempt at it."""
    row = connection.execute(_OPEN_ROUND, place(caller) | {"now": now}).one_or_none()
    return place_of(row).situation if row else None


def place_of(row: Sequence[Any]) -> Place:
    """Read a place from a row that begins with `COLUMNS`."""
    member_id, name, hidden, before, edit_due_at, edited_at = row[: len(_BESIDES)]
    attempt = attempt_of(row[len(_BESIDES) : _ROUND_AT])
    round_ = round_of(row[_ROUND_AT:]) if row[_ROUND_AT] is not None else None
    channel = channel_of(row[_CHANNEL_AT:]) if row[_CHANNEL_AT] is not None else None
    asked = round_ or attempt
    assert asked is not None  # the row is of one or the other
    return Place(
        Situation(
            member_id=None if member_id is None else MemberId(member_id),
            question_id=QuestionId(asked.question_id),
            attempt=attempt,
            round=round_,
            channel=channel,
        ),
        name or "",
        bool(hidden),
        before,
        edit_due_at,
        edited_at,
    )
