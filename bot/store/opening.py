"""Opening rounds: the history for the pick, the round, its delivery, the earlier round closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    FromClause,
    Select,
    Text,
    Update,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from bot.core.models import Channel, ChannelId, DeliveryState, Kind, QuestionId
from bot.core.views import Asked
from bot.store.dialects import Insert
from bot.store.given import for_given, given, given_ids, insert_given
from bot.store.memories import of_channels
from bot.store.tables import Moment, channels, deliveries, rounds

SEPARATOR = ","
"""No id of a question has one in it."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A round that is to be opened."""

    channel: Channel
    question_id: QuestionId
    on: date
    closes_at: datetime
    is_scheduled: bool = True


def _history(wanted: FromClause) -> Select[Any]:
    """
    Select what channels were asked; a round that closed without being posted was not asked.

    One line for each channel: they come back for years, and a row for each question would take
    longer than all the rest of a claim.
    """
    asked = (
        select(rounds.c.channel_id, rounds.c.question_id)
        .where(
            rounds.c.channel_id.in_(select(wanted.c.id)),
            or_(rounds.c.posted_at.is_not(None), rounds.c.closed_at.is_(None)),
        )
        .order_by(rounds.c.channel_id, rounds.c.local_on)
        .subquery("asked")
    )
    ids = func.aggregate_strings(asked.c.question_id, SEPARATOR)
    return select(asked.c.channel_id, ids).group_by(asked.c.channel_id)


def _end_earlier(wanted: FromClause) -> Update:
    return (
        update(rounds)
        .where(
            rounds.c.channel_id.in_(select(wanted.c.id)),
            rounds.c.closed_at.is_(None),
            rounds.c.closes_at > bindparam("now"),
        )
        .values(closes_at=bindparam("now"))
    )


def _add(wanted: FromClause, insert: Any) -> Insert:
    """Insert rounds of one local date, but for channels that have one for it."""
    rows = (
        select(
            channels.c.id,
            channels.c.platform,
            wanted.c.question,
            bindparam("on", type_=Date),
            bindparam("closes_at", type_=Moment),
            bindparam("scheduled", type_=Boolean),
        )
        .select_from(wanted)
        .join(channels, channels.c.id == wanted.c.id)
        .where(true())
    )
    columns = ["channel_id", "platform", "question_id", "local_on", "closes_at", "scheduled"]
    built: Insert = (
        insert.from_select(columns, rows)
        .on_conflict_do_nothing(index_elements=["channel_id", "local_on"])
        .returning(rounds.c.id, rounds.c.channel_id)
    )
    return built


def _owe(wanted: FromClause, insert: Any) -> Insert:
    """Owe the dailies of new rounds, even where their date was recorded as skipped before."""
    now = bindparam("now", type_=Moment)
    columns = {
        "channel_id": channels.c.id,
        "platform": channels.c.platform,
        "workspace": channels.c.workspace,
        "kind": literal(Kind.DAILY.value),
        "local_on": bindparam("on", type_=Date),
        "round_id": wanted.c.round,
        "state": literal(DeliveryState.PENDING.value),
        "due_at": now,
        "created_at": now,
    }
    # Not joined to the new rounds: PostgreSQL has no statistics of them yet, and reads them all.
    rows = (
        select(*columns.values())
        .select_from(wanted)
        .join(channels, channels.c.id == wanted.c.id)
        .where(true())
    )
    into = insert.from_select(list(columns), rows)
    changed = ("round_id", "state", "due_at", "error", "created_at")
    built: Insert = into.on_conflict_do_update(
        index_elements=["channel_id", "kind", "local_on"],
        set_={name: into.excluded[name] for name in changed},
        where=deliveries.c.state == DeliveryState.SKIPPED,
    )
    return built


def _move_on(wanted: FromClause) -> Update:
    return (
        update(channels)
        .where(channels.c.id.in_(select(wanted.c.id)))
        .values(
            last_on=func.coalesce(bindparam("on", type_=Date), channels.c.last_on),
            next_daily_at=bindparam("next_at"),
        )
    )


_HISTORY = for_given(_history, id=BigInteger())
_END_EARLIER = for_given(_end_earlier, id=BigInteger())
_ADD = insert_given(rounds, _add, id=BigInteger(), question=Text())
_OWE = insert_given(deliveries, _owe, id=BigInteger(), round=BigInteger())
_MOVE_ON = for_given(_move_on, id=BigInteger())


def asked_in(connection: Connection, found: Sequence[Channel]) -> dict[ChannelId, Asked]:
    """What channels were asked and remember, for picking."""
    ids = [channel.id for channel in found]
    lines = connection.execute(_HISTORY(connection), given_ids(ids)).all()
    history = {channel_id: line.split(SEPARATOR) for channel_id, line in lines}
    remembered = of_channels(connection, ids)
    return {
        channel.id: Asked(channel, history.get(channel.id, ()), remembered.get(channel.id, {}))
        for channel in found
    }


def open_rounds(connection: Connection, openings: Sequence[Opening], now: datetime) -> int:
    """
    Open rounds and owe their dailies at once; a round still open there closes at *now*.

    A channel that has a round for the date keeps that one. The number of rounds opened.
    """
    if not openings:
        return 0
    ids = given_ids(opening.channel.id for opening in openings)
    connection.execute(_END_EARLIER(connection), ids | {"now": now})
    alike: dict[tuple[date, datetime, bool], list[dict[str, Any]]] = defaultdict(list)
    for opening in openings:
        row = {"id": opening.channel.id, "question": opening.question_id}
        alike[opening.on, opening.closes_at, opening.is_scheduled].append(row)
    opened = 0
    for (on, closes_at, scheduled), rows in alike.items():
        wanted = given(rows) | {"on": on, "closes_at": closes_at, "scheduled": scheduled}
        added = connection.execute(_ADD(connection), wanted).all()
        owed = [{"id": channel_id, "round": id_} for id_, channel_id in added]
        connection.execute(_OWE(connection), given(owed) | {"on": on, "now": now})
        opened += len(added)
    return opened


def move_on(
    connection: Connection, moves: Iterable[tuple[ChannelId, date | None, datetime | None]]
) -> None:
    """Set the newest round's date, where there is one, and the next daily of channels."""
    together: dict[tuple[date | None, datetime | None], list[ChannelId]] = defaultdict(list)
    for channel_id, on, next_at in moves:
        together[on, next_at].append(channel_id)
    for (on, next_at), ids in together.items():
        wanted = given_ids(ids) | {"on": on, "next_at": next_at}
        connection.execute(_MOVE_ON(connection), wanted)
