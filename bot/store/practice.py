"""Practice: one question in private, outside any round."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from bot.core.errors import NoQuestionError
from bot.core.models import Attempt, AttemptId, AttemptKey, Caller, MemberId, QuestionId
from bot.core.views import PracticeRule, Recall, Situation
from bot.store.channels import find_channel
from bot.store.memories import of_member
from bot.store.people import Person, add_member
from bot.store.scores import ALL
from bot.store.situations import ADD_ATTEMPT, ATTEMPT, attempt_of
from bot.store.tables import attempts, channels, rounds, scores

_OPEN = select(*ATTEMPT).where(
    attempts.c.member_id == bindparam("member"),
    attempts.c.round_id.is_(None),
    attempts.c.graded_at.is_(None),
)
_PLAYS = (
    select(scores.c.member_id)
    .where(
        scores.c.channel_id == rounds.c.channel_id,
        scores.c.period == ALL,
        scores.c.member_id == bindparam("member"),
    )
    .correlate(rounds)
    .exists()
)
_OPEN_ROUNDS = (
    select(rounds.c.question_id, or_(channels.c.external_id == bindparam("channel"), _PLAYS))
    .join(channels, channels.c.id == rounds.c.channel_id)
    .outerjoin(
        attempts,
        and_(
            attempts.c.round_id == rounds.c.id,
            attempts.c.member_id == bindparam("member"),
            attempts.c.graded_at.is_not(None),
        ),
    )
    .where(
        channels.c.workspace_id == bindparam("workspace"),
        rounds.c.closed_at.is_(None),
        attempts.c.id.is_(None),
    )
)


def practice(
    connection: Connection,
    caller: Caller,
    rule: PracticeRule,
    now: datetime,
    question: str | None = None,
) -> Situation:
    """
    Begin a practice on *question*, or on what *rule* picks; its answer replaces an open practice
    on another question. The same question again gives the open practice back.

    Raises NoQuestionError for a question of an open round that the member has not graded yet.
    """
    person = add_member(connection, caller, now)
    recall = _recall(connection, caller, person)
    asked = QuestionId(question) if question else rule(recall)
    if asked in recall.barred:
        raise NoQuestionError
    channel = find_channel(connection, caller)
    attempt = recall.open
    if attempt is None or attempt.question_id != asked:
        # A new row, not the old one changed: an old form's key must not grade another question.
        if attempt is not None:
            connection.execute(delete(attempts).where(attempts.c.id == attempt.id))
        attempt = _add(connection, person.id, channel and channel.id, asked, now)
    return Situation(person.id, asked, attempt, channel=channel)


def _recall(connection: Connection, caller: Caller, person: Person) -> Recall:
    wanted = {
        "member": person.id,
        "workspace": person.workspace_id,
        "channel": caller.channel or "",
    }
    row = connection.execute(_OPEN, {"member": person.id}).one_or_none()
    open_rounds = connection.execute(_OPEN_ROUNDS, wanted).all()
    return Recall(
        memories=of_member(connection, person.id),
        barred=frozenset(QuestionId(question) for question, is_near in open_rounds if is_near),
        open=attempt_of(row) if row else None,
        elsewhere=frozenset(
            QuestionId(question) for question, is_near in open_rounds if not is_near
        ),
    )


def _add(
    connection: Connection,
    member_id: MemberId,
    channel_id: Any,
    question_id: QuestionId,
    now: datetime,
) -> Attempt:
    row = {
        "member_id": member_id,
        "channel_id": channel_id,
        "question_id": question_id,
        "created_at": now,
    }
    id_ = AttemptId(connection.execute(ADD_ATTEMPT, row).scalar_one())
    return Attempt(id_, AttemptKey(practice_id=id_), member_id, question_id)
