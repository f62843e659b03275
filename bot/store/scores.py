"""Points of members in a channel and a period: leaderboards are read from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from bot.core.calendar import month_of, week_of
from bot.core.leaderboard import Score, Standing, rank, rank_of
from bot.core.models import Caller, ChannelId, MemberId
from bot.core.views import Board
from bot.store.channels import find_channel
from bot.store.dialects import Insert, PerDialect
from bot.store.people import find_member
from bot.store.tables import members, scores

ALL = "all"


def _add_to(insert: Any) -> Insert:
    built: Insert = insert.on_conflict_do_update(
        index_elements=["channel_id", "period", "member_id"],
        set_={
            "points": scores.c.points + insert.excluded.points,
            "attempts": scores.c.attempts + insert.excluded.attempts,
        },
    )
    return built


_ADD = PerDialect(scores, _add_to)
_HERE = (
    scores.c.channel_id == bindparam("channel"),
    scores.c.period == bindparam("period"),
)
_TOP = (
    select(scores.c.member_id, members.c.name, scores.c.points, scores.c.attempts)
    .join(members, members.c.id == scores.c.member_id)
    .where(*_HERE, scores.c.shown.is_(True))
    .order_by(scores.c.points.desc(), scores.c.member_id.desc())
    .limit(bindparam("limit_"))
)
_shown = scores.alias("shown_scores")
_ON_BOARD = (
    select(func.count())
    .select_from(_shown)
    .where(
        _shown.c.channel_id == bindparam("channel"),
        _shown.c.period == bindparam("period"),
        _shown.c.shown.is_(True),
    )
)
_PLAYERS = select(_ON_BOARD.scalar_subquery())
_BETTER = _ON_BOARD.where(_shown.c.points > scores.c.points).correlate(scores).scalar_subquery()
_STANDING = (
    select(members.c.name, scores.c.points, scores.c.attempts, _BETTER)
    .join(members, members.c.id == scores.c.member_id)
    .where(*_HERE, scores.c.member_id == bindparam("member"))
)


def add_points(
    connection: Connection,
    channel_id: ChannelId,
    member_id: MemberId,
    on: date,
    *,
    points: int,
    attempts: int,
    shown: bool,
) -> None:
    """Add points (or take them, below 0) to the week, the month and all time of a local date."""
    row = {
        "channel_id": channel_id,
        "member_id": member_id,
        "points": points,
        "attempts": attempts,
        "shown": shown,
    }
    periods = (week_of(on), month_of(on), ALL)
    connection.execute(_ADD(connection), [row | {"period": period} for period in periods])


def top(
    connection: Connection, channel_id: ChannelId, period: str, limit: int
) -> tuple[Standing, ...]:
    """The best of a channel in a period."""
    wanted = {"channel": channel_id, "period": period, "limit_": limit}
    rows = connection.execute(_TOP, wanted)
    return tuple(rank(Score(*row) for row in rows))


def players(connection: Connection, channel_id: ChannelId, period: str) -> int:
    """How many are on the board of a channel in a period."""
    wanted = {"channel": channel_id, "period": period}
    count: int = connection.execute(_PLAYERS, wanted).scalar_one()
    return count


def find_standing(
    connection: Connection, channel_id: ChannelId, period: str, member_id: MemberId
) -> Standing | None:
    """Where one member stands; a hidden one hears where they would."""
    wanted = {"channel": channel_id, "period": period, "member": member_id}
    row = connection.execute(_STANDING, wanted).one_or_none()
    if row is None:
        return None
    name, points, tries, better = row
    return Standing(rank_of(better), member_id, name, points, tries)


def board(connection: Connection, caller: Caller, period: str, limit: int = 10) -> Board:
    """The leaderboard of the caller's channel for a period such as ``2026-W47`` or ``all``."""
    channel = find_channel(connection, caller)
    if channel is None:
        return Board(period)
    person = find_member(connection, caller)
    return Board(
        period,
        standings=top(connection, channel.id, period, limit),
        own=find_standing(connection, channel.id, period, person.id) if person else None,
        players=players(connection, channel.id, period),
    )


def ranks(
    connection: Connection, channel_id: ChannelId, period: str, member_ids: Iterable[MemberId]
) -> dict[MemberId, int]:
    """The ranks of those of *member_ids* who are on the board of a period."""
    wanted: Sequence[MemberId] = list(member_ids)
    rows = connection.execute(
        select(scores.c.member_id, _BETTER).where(
            *_HERE, scores.c.shown.is_(True), scores.c.member_id.in_(wanted)
        ),
        {"channel": channel_id, "period": period},
    )
    return {MemberId(member): rank_of(better) for member, better in rows}
