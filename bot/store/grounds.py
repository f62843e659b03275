"""What grades are reckoned from, read for many members in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    func,
    null,
    select,
)
from sqlalchemy.types import TypeEngine

from bot.core.memory import Memory
from bot.core.models import AttemptKey, Caller
from bot.core.points import Streak
from bot.core.views import GradeRule
from bot.store.dialects import is_sqlite
from bot.store.given import for_given, given
from bot.store.memories import columns as memory_columns
from bot.store.memories import memory_of
from bot.store.situations import COLUMNS, WIDTH, Place, of_practices, of_rounds, place_of
from bot.store.streaks import COLUMNS as STREAK
from bot.store.tables import attempts, members, memories, rounds, streaks, workspaces


@dataclass(frozen=True, slots=True)
class Call:
    """One grade that somebody wants kept."""

    caller: Caller
    key: AttemptKey
    rule: GradeRule
    now: datetime

    @property
    def who(self) -> tuple[str, str, str]:
        """The member whose grade it is."""
        return self.caller.platform, self.caller.workspace, self.caller.member


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a member stands with a key, and what this may change."""

    place: Place
    memory: Memory | None
    streak: Streak
    previous_on: date | None
    """The local date of the posted round before this one."""


_WHO: dict[str, TypeEngine[Any]] = {
    "n": Integer(),
    "platform": Text(),
    "workspace": Text(),
    "member": Text(),
}
_earlier = rounds.alias("earlier")
_PREVIOUS_ON = (
    select(func.max(_earlier.c.local_on))
    .where(
        _earlier.c.channel_id == rounds.c.channel_id,
        _earlier.c.local_on < rounds.c.local_on,
        _earlier.c.posted_at.is_not(None),
    )
    .correlate(rounds)
    .scalar_subquery()
)
_MEMORY = memory_columns(memories)


def _lock(wanted: FromClause) -> Select[Any]:
    """Lock members, always in one order: so nobody waits in a ring."""
    return (
        select(members.c.id)
        .select_from(wanted)
        .join(
            workspaces,
            and_(
                workspaces.c.platform == wanted.c.platform,
                workspaces.c.external_id == wanted.c.workspace,
            ),
        )
        .join(
            members,
            and_(
                members.c.workspace_id == workspaces.c.id,
                members.c.external_id == wanted.c.member,
            ),
        )
        .order_by(members.c.id)
        .with_for_update(key_share=True, of=members)
    )


def _of_rounds(wanted: FromClause) -> Select[Any]:
    found = of_rounds(wanted.join(rounds, rounds.c.id == wanted.c.key), wanted.c)
    return (
        select(*COLUMNS, *_MEMORY, *STREAK, _PREVIOUS_ON, wanted.c.n)
        .select_from(
            found.outerjoin(
                memories,
                and_(
                    memories.c.member_id == members.c.id,
                    memories.c.question_id == rounds.c.question_id,
                ),
            ).outerjoin(
                streaks,
                and_(
                    streaks.c.channel_id == rounds.c.channel_id,
                    streaks.c.member_id == members.c.id,
                ),
            )
        )
        .with_for_update(read=True, key_share=True, of=rounds)
    )


def _of_practices(wanted: FromClause) -> Select[Any]:
    found = of_practices(wanted.join(attempts, attempts.c.id == wanted.c.key), wanted.c)
    nothing = [null() for _ in (*STREAK, _PREVIOUS_ON)]
    return select(*COLUMNS, *_MEMORY, *nothing, wanted.c.n).select_from(
        found.outerjoin(
            memories,
            and_(
                memories.c.member_id == members.c.id,
                memories.c.question_id == attempts.c.question_id,
            ),
        )
    )


_LOCK = for_given(_lock, **_WHO)
_ROUNDS = for_given(_of_rounds, **_WHO, key=BigInteger())
_PRACTICES = for_given(_of_practices, **_WHO, key=BigInteger())


def find_grounds(connection: Connection, calls: Sequence[Call]) -> dict[int, Ground]:
    """
    Lock the callers and read what their grades are reckoned from, by the place in *calls*.

    A key that leads nowhere, or is not the caller's, has none.
    """
    rows = [_row(n, call) for n, call in enumerate(calls)]
    if not is_sqlite(connection):  # there, the one writer is lock enough
        connection.execute(_LOCK(connection), given(rows))
    found: dict[int, Ground] = {}
    for statement, is_practice in ((_ROUNDS, False), (_PRACTICES, True)):
        some = [
            row
            for row, call in zip(rows, calls, strict=True)
            if (call.key.round_id is None) is is_practice
        ]
        if some:
            for row in connection.execute(statement(connection), given(some)).all():
                found[row[-1]] = _ground_of(row)
    return found


def _row(n: int, call: Call) -> dict[str, Any]:
    platform, workspace, member = call.who
    key = call.key.round_id or call.key.practice_id or 0
    return {"n": n, "platform": platform, "workspace": workspace, "member": member, "key": key}


def _ground_of(row: Sequence[Any]) -> Ground:
    streak_at = WIDTH + len(_MEMORY)
    memory, streak = row[WIDTH:streak_at], row[streak_at : streak_at + len(STREAK)]
    return Ground(
        place_of(row),
        memory_of(memory) if memory[0] is not None else None,
        Streak(*streak) if streak[0] is not None else Streak(),
        row[-2],
    )
