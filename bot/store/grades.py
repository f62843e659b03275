"""Grades: one transaction for the attempt, the memory, the points and the streak."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from bot.core.calendar import week_of
from bot.core.errors import NotRevealedError
from bot.core.memory import Memory
from bot.core.models import Attempt, AttemptKey, Caller, MemberId, Round
from bot.core.points import Streak
from bot.core.views import Graded, GradeRule, Situation, Verdict
from bot.store import memories
from bot.store.people import lock_member, rename
from bot.store.rounds import bits_of
from bot.store.scores import add_points, find_standing, players
from bot.store.situations import Place, count_again, find_place
from bot.store.streaks import count_day, find_streak
from bot.store.tables import attempts

_KEEP = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"))
    .values(
        ticked=bindparam("ticked_"),
        grade=bindparam("grade_"),
        points=bindparam("points_"),
        graded_at=bindparam("graded_at_"),
        memory_before=bindparam("memory_before_"),
    )
)


def grade(
    connection: Connection, caller: Caller, key: AttemptKey, rule: GradeRule, now: datetime
) -> Graded:
    """
    Keep a grade, with its memory, points and streak.

    A later one replaces the first: the points move by the difference, and the memory is reviewed
    from what it was before the attempt, unless another attempt has moved it on since.
    """
    person = lock_member(connection, caller)
    at = find_place(connection, caller, key)
    attempt = at.situation.attempt
    if person is None or attempt is None or attempt.revealed_at is None:
        raise NotRevealedError(key)
    if attempt.grade is not None:
        at.situation.refuse_closed(now)
    rename(connection, person, caller)
    verdict, memory = _review(connection, at, attempt, rule, now)
    graded = _graded(attempt, verdict, at.situation, now)
    situation = replace(at.situation, attempt=graded)
    if situation.round is None:
        return Graded(situation, memory.due_at)
    streak = _count(connection, situation.round, attempt, graded, person.hidden)
    count_again(connection, at, now)
    return _told(connection, situation, situation.round, person.id, memory, streak)


def _review(
    connection: Connection, at: Place, attempt: Attempt, rule: GradeRule, now: datetime
) -> tuple[Verdict, Memory]:
    """Ask the rule, keep the attempt and its memory; give what is remembered now."""
    current = memories.find_memory(connection, attempt.member_id, attempt.question_id)
    before = current if at.memory_before is None else memories.from_json(at.memory_before)
    verdict = rule(at.situation, before)
    connection.execute(
        _KEEP,
        {
            "attempt": attempt.id,
            "ticked_": bits_of(verdict.ticked or ()),
            "grade_": verdict.grade,
            "points_": _points(verdict, at.situation),
            "graded_at_": now,
            "memory_before_": memories.to_json(before),
        },
    )
    moved_on = (
        attempt.graded_at is not None
        and current is not None
        and current.reviewed_at != attempt.graded_at
    )
    if moved_on and current is not None:
        return verdict, current
    memories.keep_memory(connection, attempt.member_id, attempt.question_id, verdict.memory)
    return verdict, verdict.memory


def _graded(attempt: Attempt, verdict: Verdict, situation: Situation, now: datetime) -> Attempt:
    return replace(
        attempt,
        ticked=verdict.ticked or frozenset(),
        grade=verdict.grade,
        points=_points(verdict, situation),
        graded_at=now,
    )


def _points(verdict: Verdict, situation: Situation) -> int:
    """What counts: practice moves the memory, never the leaderboard."""
    return 0 if situation.round is None else verdict.points


def _count(
    connection: Connection, round_: Round, before: Attempt, after: Attempt, hidden: bool
) -> Streak:
    """Move the scores by what this grade changes; a first one counts for the streak too."""
    is_first = before.grade is None
    if is_first or after.points != before.points:
        add_points(
            connection,
            round_.channel_id,
            after.member_id,
            round_.local_on,
            points=after.points - before.points,
            attempts=1 if is_first else 0,
            shown=not hidden,
        )
    if is_first:
        return count_day(connection, round_, after.member_id)
    return find_streak(connection, round_.channel_id, after.member_id)


def _told(
    connection: Connection,
    situation: Situation,
    round_: Round,
    member_id: MemberId,
    memory: Memory,
    streak: Streak,
) -> Graded:
    week = week_of(round_.local_on)
    return Graded(
        situation,
        memory.due_at,
        streak,
        find_standing(connection, round_.channel_id, week, member_id),
        players(connection, round_.channel_id, week),
    )
