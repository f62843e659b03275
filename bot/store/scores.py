"""Points of members in a channel and a period: leaderboards are read from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    select,
)

from bot.core.calendar import month_of, week_of
from bot.core.leaderboard import Score, Standing, rank, rank_of
from bot.core.models import Caller, ChannelId, MemberId
from bot.core.views import Board
from bot.store.channels import find_channel
from bot.store.given import KeepRows, for_given, given
from bot.store.people import find_member
from bot.store.tables import members, scores

ALL = "all"


_ADD = KeepRows(
    scores,
    *("channel_id", "period", "member_id"),
    changes=lambda added: {
        "points": scores.c.points + added.points,
        "attempts": scores.c.attempts + added.attempts,
    },
)
_HERE = (
    scores.c.channel_id == bindparam("channel"),
    scores.c.period == bindparam("period"),
)
# Who played and earned nothing is on no list that others see: it would say who missed.
_SHOWN = (*_HERE, scores.c.shown.is_(True), scores.c.points > 0)
_TOP = (
    select(scores.c.member_id, members.c.name, scores.c.points, scores.c.attempts)
    .join(members, members.c.id == scores.c.member_id)
    .where(*_SHOWN)
    .order_by(scores.c.points.desc(), scores.c.member_id.desc())
    .limit(bindparam("limit_"))
)
_others = scores.alias("others")
_BETTER = (
    select(func.count())
    .select_from(_others)
    .where(
        _others.c.channel_id == scores.c.channel_id,
        _others.c.period == scores.c.period,
        _others.c.shown.is_(True),
        _others.c.points > scores.c.points,
    )
    .correlate(scores)
    .scalar_subquery()
)
_PLAYERS = select(func.count()).select_from(scores).where(*_HERE, scores.c.shown.is_(True))
_STANDING = (
    select(members.c.name, scores.c.points, scores.c.attempts, _BETTER)
    .join(members, members.c.id == scores.c.member_id)
    .where(*_HERE, scores.c.member_id == bindparam("member"))
)


def _standings(wanted: FromClause) -> Select[Any]:
    """Select the standings of given members in given channels and periods."""
    return (
        select(
            wanted.c.n,
            scores.c.member_id,
            members.c.name,
            scores.c.points,
            scores.c.attempts,
            _BETTER,
        )
        .select_from(wanted)
        .join(
            scores,
            and_(
                scores.c.channel_id == wanted.c.channel,
                scores.c.period == wanted.c.period,
                scores.c.member_id == wanted.c.member,
            ),
        )
        .join(members, members.c.id == scores.c.member_id)
    )


def _players(wanted: FromClause) -> Select[Any]:
    """Count the players of given boards."""
    count = (
        select(func.count())
        .select_from(_others)
        .where(
            _others.c.channel_id == wanted.c.channel,
            _others.c.period == wanted.c.period,
            _others.c.shown.is_(True),
        )
        .correlate(wanted)
        .scalar_subquery()
    )
    return select(wanted.c.channel, wanted.c.period, count)


_STANDINGS = for_given(
    _standings, n=Integer(), channel=BigInteger(), period=Text(), member=BigInteger()
)
_COUNTS = for_given(_players, channel=BigInteger(), period=Text())


@dataclass(frozen=True, slots=True)
class Earned:
    """What a grade moves in the scores: points (below 0: taken back), and one attempt or none."""

    channel_id: ChannelId
    member_id: MemberId
    on: date
    points: int
    attempts: int
    shown: bool


def add_points(connection: Connection, earned: Iterable[Earned]) -> None:
    """Add to the week, the month and all time of the local dates."""
    rows = [
        {
            "channel_id": one.channel_id,
            "period": period,
            "member_id": one.member_id,
            "points": one.points,
            "attempts": one.attempts,
            "shown": one.shown,
        }
        for one in earned
        for period in (week_of(one.on), month_of(one.on), ALL)
    ]
    _ADD(connection, rows)


def top(
    connection: Connection, channel_id: ChannelId, period: str, limit: int
) -> tuple[Standing, ...]:
    """The best of a channel in a period: those with points."""
    wanted = {"channel": channel_id, "period": period, "limit_": limit}
    rows = connection.execute(_TOP, wanted)
    return tuple(rank(Score(*row) for row in rows))


def players(connection: Connection, channel_id: ChannelId, period: str) -> int:
    """How many have played in a channel in a period, points or none."""
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


def find_standings(
    connection: Connection, wanted: Sequence[tuple[ChannelId, str, MemberId]]
) -> list[Standing | None]:
    """Where many members stand, each in a channel and a period."""
    rows = [
        {"n": n, "channel": channel_id, "period": period, "member": member_id}
        for n, (channel_id, period, member_id) in enumerate(wanted)
    ]
    found: list[Standing | None] = [None] * len(rows)
    standings = connection.execute(_STANDINGS(connection), given(rows)).all()
    for n, member_id, name, points, tries, better in standings:
        found[n] = Standing(rank_of(better), member_id, name, points, tries)
    return found


def count_players(
    connection: Connection, boards: Iterable[tuple[ChannelId, str]]
) -> dict[tuple[ChannelId, str], int]:
    """How many have played in each of several channels and periods."""
    rows = [{"channel": channel_id, "period": period} for channel_id, period in boards]
    counted = connection.execute(_COUNTS(connection), given(rows)).all()
    return {(channel_id, period): count for channel_id, period, count in counted}


def board(connection: Connection, caller: Caller, period: str, limit: int = 10) -> Board:
    """The leaderboard of the caller's channel for a period such as ``2026-W47`` or ``all``."""
    channel = find_channel(connection, caller)
    if channel is None:
        return Board(period)
    person = find_member(connection, caller)
    own = find_standing(connection, channel.id, period, person.id) if person else None
    return Board(
        period,
        standings=top(connection, channel.id, period, limit),
        own=own,
        players=with_own(
            players(connection, channel.id, period),
            own,
            hidden=person is not None and person.hidden,
        ),
    )


def with_own(counted: int, own: Standing | None, *, hidden: bool) -> int:
    """How many a member stands among: a hidden one is not counted, but hears where they would."""
    return counted + (hidden and own is not None)


def ranks(
    connection: Connection, channel_id: ChannelId, period: str, member_ids: Iterable[MemberId]
) -> dict[MemberId, int]:
    """The ranks of those of *member_ids* who have points in a period and are shown."""
    wanted: Sequence[MemberId] = list(member_ids)
    rows = connection.execute(
        select(scores.c.member_id, _BETTER).where(*_SHOWN, scores.c.member_id.in_(wanted)),
        {"channel": channel_id, "period": period},
    )
    return {MemberId(member): rank_of(better) for member, better in rows}
