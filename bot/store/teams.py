"""What is kept about a channel as a whole, for ``team`` and the digest."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from bot.core.models import Caller, Channel, ChannelId, MemberId, QuestionId
from bot.core.views import QuestionRecord, TeamRecord, Week
from bot.store.channels import find_channel
from bot.store.memories import of_channel
from bot.store.rounds import tally_of
from bot.store.scores import ALL, players, ranks, top
from bot.store.streaks import carried
from bot.store.tables import attempts, rounds, scores

TOP = 10

# Of closed rounds alone: an open one gives nothing away, not even to somebody who counts.
_CLOSED = (
    rounds.c.channel_id == bindparam("channel"),
    rounds.c.posted_at.is_not(None),
    rounds.c.closed_at.is_not(None),
    rounds.c.local_on.between(bindparam("first_on"), bindparam("last_on")),
)


def _attempts(*columns: Any) -> Select[Any]:
    return (
        select(attempts.c.question_id, *columns)
        .join(rounds, rounds.c.id == attempts.c.round_id)
        .where(*_CLOSED, attempts.c.revealed_at.is_not(None))
    )


_LINES = _attempts(attempts.c.grade, attempts.c.ticked, func.count()).group_by(
    attempts.c.question_id, attempts.c.grade, attempts.c.ticked
)
_MEMBERS = (
    _attempts(func.count(attempts.c.member_id.distinct()))
    .where(attempts.c.graded_at.is_not(None))
    .group_by(attempts.c.question_id)
)
_ROUNDS = select(func.count()).select_from(rounds).where(*_CLOSED)
_POSTED = (
    select(func.count())
    .select_from(rounds)
    .where(
        rounds.c.channel_id == bindparam("channel"),
        rounds.c.posted_at.is_not(None),
        rounds.c.local_on.between(bindparam("first_on"), bindparam("last_on")),
    )
)
_ALL_PLAYERS = (
    select(func.count())
    .select_from(scores)
    .where(scores.c.channel_id == bindparam("channel"), scores.c.period == ALL)
)
# Weeks are named so that the alphabet orders them; months and `all` have no W.
_PLAYED_BEFORE = (
    select(scores.c.member_id)
    .where(
        scores.c.member_id.in_(bindparam("members", expanding=True)),
        scores.c.channel_id == bindparam("channel"),
        scores.c.period.like("%-W%"),
        scores.c.period < bindparam("period"),
    )
    .distinct()
)


def team(connection: Connection, caller: Caller) -> TeamRecord:
    """What is kept about the caller's channel, its open round left out."""
    channel = find_channel(connection, caller)
    if channel is None:
        return TeamRecord(0, 0, (), {})
    span = {"channel": channel.id, "first_on": date.min, "last_on": date.max}
    return TeamRecord(
        players=connection.execute(_ALL_PLAYERS, {"channel": channel.id}).scalar_one(),
        rounds=connection.execute(_ROUNDS, span).scalar_one(),
        records=_records(connection, span),
        memories=of_channel(connection, channel.id),
    )


def week(connection: Connection, channel: Channel, period: str, before: str) -> Week:
    """One week of *channel*; *before* is the period of the week before."""
    first_on = date.fromisoformat(f"{period}-1")
    last_on = first_on + timedelta(days=6)
    span = {"channel": channel.id, "first_on": first_on, "last_on": last_on}
    standings = top(connection, channel.id, period, TOP)
    best = [MemberId(standing.member_id) for standing in standings]
    return Week(
        period=period,
        standings=standings,
        before=ranks(connection, channel.id, before, best),
        newcomers=frozenset(best) - _played_before(connection, channel.id, period, best),
        streaks={id_: carried(connection, channel.id, id_, last_on) for id_ in best},
        players=players(connection, channel.id, period),
        posted_days=connection.execute(_POSTED, span).scalar_one(),
        records=_records(connection, span),
    )


def _records(connection: Connection, span: dict[str, Any]) -> tuple[QuestionRecord, ...]:
    lines: dict[str, list[tuple[str | None, int, int]]] = defaultdict(list)
    for question, grade, ticked, count in connection.execute(_LINES, span):
        lines[question].append((grade, ticked, count))
    return tuple(
        QuestionRecord(QuestionId(question), members, tally_of(lines[question]))
        for question, members in connection.execute(_MEMBERS, span)
    )


def _played_before(
    connection: Connection, channel_id: ChannelId, period: str, member_ids: list[MemberId]
) -> frozenset[MemberId]:
    wanted = {"members": member_ids, "channel": channel_id, "period": period}
    return frozenset(map(MemberId, connection.scalars(_PLAYED_BEFORE, wanted)))
