"""Rounds: one question open in a channel on a local date, and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from bot.core.errors import StaleKeyError
from bot.core.grading import Grade
from bot.core.models import Caller, MessageRef, Platform, Round, RoundId, Tally
from bot.core.views import RoundView
from bot.store import channels as channel_store
from bot.store.channels import channel_of
from bot.store.people import HERE, place
from bot.store.prepared import Prepared
from bot.store.tables import attempts, channels, rounds, workspaces

EDIT_EVERY = timedelta(seconds=30)
"""At most one edit of a card in this time."""

COLUMNS = (
    rounds.c.id,
    rounds.c.channel_id,
    rounds.c.question_id,
    rounds.c.local_on,
    rounds.c.closes_at,
    rounds.c.posted_at,
    rounds.c.closed_at,
    rounds.c.message,
)
WIDTH = len(COLUMNS)

_BY_MESSAGE = (
    select(*COLUMNS)
    .join(channels, channels.c.id == rounds.c.channel_id)
    .join(workspaces, workspaces.c.id == channels.c.workspace_id)
    .where(
        HERE,
        channels.c.external_id == bindparam("channel"),
        rounds.c.message == bindparam("message"),
    )
    .order_by(rounds.c.id.desc())
    .limit(1)
)
VIEW = select(*COLUMNS, *channel_store.COLUMNS).join(channels, channels.c.id == rounds.c.channel_id)
_VIEW_ONE = VIEW.where(rounds.c.id == bindparam("round"))
_VIEWS = VIEW.where(rounds.c.id.in_(bindparam("rounds", expanding=True)))
_TALLIES = (
    select(attempts.c.round_id, attempts.c.grade, attempts.c.ticked, func.count())
    .where(
        attempts.c.round_id.in_(bindparam("rounds", expanding=True)),
        attempts.c.revealed_at.is_not(None),
    )
    .group_by(attempts.c.round_id, attempts.c.grade, attempts.c.ticked)
)
_DUE_EDITS = (
    VIEW.where(
        rounds.c.platform.in_(bindparam("platforms", expanding=True)),
        rounds.c.edit_due_at <= bindparam("now"),
        rounds.c.message.is_not(None),
        channels.c.workspace.not_in(bindparam("busy", expanding=True)),
    )
    .order_by(rounds.c.edit_due_at)
    .limit(bindparam("limit_"))
    .with_for_update(of=rounds, skip_locked=True)
)
_ASK_EDIT = Prepared(
    update(rounds)
    .where(
        rounds.c.id == bindparam("round"),
        or_(rounds.c.edit_due_at.is_(None), rounds.c.edit_due_at > bindparam("at")),
    )
    .values(edit_due_at=bindparam("at"))
)


_EDITED = (
    update(rounds)
    .where(rounds.c.id == bindparam("round"), rounds.c.edit_due_at == bindparam("until"))
    .values(edit_due_at=bindparam("again_at"))
)


def round_of(row: Sequence[Any]) -> Round:
    """Read a round from a row that begins with `COLUMNS`."""
    return Round(*row[:WIDTH])


def view_of(row: Sequence[Any], tally: Tally) -> RoundView:
    """Read a round with its channel from a row of `VIEW`."""
    return RoundView(round_of(row), channel_of(row[WIDTH:]), tally)


def find_round(connection: Connection, caller: Caller, message: MessageRef) -> Round | None:
    """The round whose card *message* is, in the caller's channel."""
    row = connection.execute(_BY_MESSAGE, place(caller) | {"message": message}).one_or_none()
    return round_of(row) if row else None


def round_view(connection: Connection, round_id: RoundId) -> RoundView:
    """A round with its tally; raises StaleKeyError for one that is gone."""
    row = connection.execute(_VIEW_ONE, {"round": round_id}).one_or_none()
    if row is None:
        raise StaleKeyError(f"r{round_id}")
    return view_of(row, tallies(connection, [round_id])[round_id])


def round_views(connection: Connection, ids: Sequence[RoundId]) -> dict[RoundId, RoundView]:
    """Rounds with their tallies, by their ids."""
    if not ids:
        return {}
    rows = connection.execute(_VIEWS, {"rounds": ids}).all()
    counted = tallies(connection, ids)
    return {row[0]: view_of(row, counted[row[0]]) for row in rows}


def tallies(connection: Connection, round_ids: Iterable[RoundId]) -> dict[RoundId, Tally]:
    """How rounds went, without names; each id has a tally."""
    found: dict[RoundId, list[tuple[str | None, int, int]]] = {id_: [] for id_ in round_ids}
    if found:
        for round_id, *line in connection.execute(_TALLIES, {"rounds": list(found)}):
            found[round_id].append(tuple(line))
    return {round_id: tally_of(lines) for round_id, lines in found.items()}


def tally_of(lines: Iterable[tuple[str | None, int, int]]) -> Tally:
    """
    Add up lines of grade, ticks and how many members had exactly these.

    `ticks` ends with the last key point that anybody had: the store does not know how many there
    are.
    """
    grades: Counter[str | None] = Counter()
    ticks: Counter[int] = Counter()
    for grade, ticked, members in lines:
        grades[grade] += members
        for index in ticked_of(ticked):
            ticks[index] += members
    return Tally(
        tried=grades.total(),
        got_it=grades[Grade.GOT_IT],
        partly=grades[Grade.PARTLY],
        missed=grades[Grade.MISSED],
        ticks=tuple(ticks[index] for index in range(max(ticks, default=-1) + 1)),
    )


def ticked_of(bits: int) -> frozenset[int]:
    """Read ticked key points from bits."""
    return frozenset(index for index in range(bits.bit_length()) if bits >> index & 1)


def bits_of(ticked: Iterable[int]) -> int:
    """Write ticked key points as bits."""
    return sum(1 << index for index in set(ticked))


def ask_edit(connection: Connection, round_id: RoundId, at: datetime) -> None:
    """Make an edit of a card due at *at*, or leave one that is due before."""
    ask_edits(connection, {round_id: at})


def ask_edits(connection: Connection, due: Mapping[RoundId, datetime]) -> None:
    """Make edits of cards due, in an order that keeps others from waiting in a ring."""
    _ASK_EDIT(connection, [{"round": id_, "at": due[id_]} for id_ in sorted(due)])


def claim_edits(
    connection: Connection,
    platforms: Iterable[Platform],
    now: datetime,
    until: datetime,
    limit: int = 100,
    busy: Collection[str] = (),
) -> list[RoundView]:
    """Take cards whose counter is due to be edited, until *until*."""
    wanted = {"platforms": sorted(platforms), "now": now, "limit_": limit, "busy": list(busy)}
    rows = connection.execute(_DUE_EDITS, wanted).all()
    ids = [RoundId(row[0]) for row in rows]
    connection.execute(
        update(rounds).where(rounds.c.id.in_(ids)).values(edit_due_at=until, edited_at=now)
    )
    counted = tallies(connection, ids)
    return [view_of(row, counted[row[0]]) for row in rows]


def edited(
    connection: Connection,
    round_id: RoundId,
    until: datetime,
    now: datetime,
    again_at: datetime | None,
) -> None:
    """
    Settle an edit or put it off, unless another has been asked for since it was claimed.

    That one may have been claimed and made already, by another process, and ours have covered it:
    so one more is made due.
    """
    wanted = {"round": round_id, "until": until, "again_at": again_at}
    if not connection.execute(_EDITED, wanted).rowcount:
        ask_edit(connection, round_id, now + EDIT_EVERY)
