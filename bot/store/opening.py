"""Opening rounds: the question picked, the round, its delivery, and the earlier round closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, bindparam, func, or_, select, update

from bot.core.errors import AlreadyPostedError, NoQuestionError, NotSetUpError
from bot.core.models import (
    Caller,
    Channel,
    ChannelId,
    ChannelState,
    Delivery,
    DeliveryState,
    Kind,
    QuestionId,
)
from bot.core.views import Asked, PickRule
from bot.store.channels import lock_channel
from bot.store.deliveries import get_delivery
from bot.store.dialects import Insert, PerDialect
from bot.store.memories import of_channels
from bot.store.owed import owed_row
from bot.store.tables import channels, deliveries, rounds

# A round that closed without ever being posted was not asked.
_HISTORY = (
    select(rounds.c.channel_id, rounds.c.local_on, rounds.c.question_id)
    .where(
        rounds.c.channel_id.in_(bindparam("channels", expanding=True)),
        or_(rounds.c.posted_at.is_not(None), rounds.c.closed_at.is_(None)),
    )
    .order_by(rounds.c.channel_id, rounds.c.local_on)
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A round that is to be opened."""

    channel: Channel
    question_id: QuestionId
    on: date
    closes_at: datetime


def _returning_key(insert: Any) -> Insert:
    built: Insert = insert.on_conflict_do_nothing(
        index_elements=["channel_id", "local_on"]
    ).returning(rounds.c.id, rounds.c.channel_id)
    return built


def _instead_of_skipped(insert: Any) -> Insert:
    """Owe the daily of a new round, even where that date was recorded as skipped before."""
    built: Insert = insert.on_conflict_do_update(
        index_elements=["channel_id", "kind", "local_on"],
        set_={
            name: insert.excluded[name]
            for name in ("round_id", "state", "due_at", "error", "created_at")
        },
        where=deliveries.c.state == DeliveryState.SKIPPED,
    )
    return built


_ADD = PerDialect(rounds, _returning_key)
_OWE = PerDialect(deliveries, _instead_of_skipped)
_END_EARLIER = (
    update(rounds)
    .where(
        rounds.c.channel_id.in_(bindparam("channels", expanding=True)),
        rounds.c.closed_at.is_(None),
        rounds.c.closes_at > bindparam("now"),
    )
    .values(closes_at=bindparam("now"))
)
_DAILY_OF = select(deliveries.c.id).where(
    deliveries.c.channel_id == bindparam("channel"),
    deliveries.c.kind == Kind.DAILY,
    deliveries.c.local_on == bindparam("on"),
)
_AGAIN = (
    update(deliveries)
    .where(
        deliveries.c.channel_id == bindparam("channel"),
        deliveries.c.kind == Kind.DAILY,
        deliveries.c.local_on == bindparam("on"),
        deliveries.c.state == DeliveryState.FAILED,
        deliveries.c.round_id.in_(
            select(rounds.c.id).where(
                rounds.c.closed_at.is_(None), rounds.c.closes_at > bindparam("now")
            )
        ),
    )
    .values(
        state=DeliveryState.SENDING, due_at=bindparam("now"), created_at=bindparam("now"), tries=0
    )
    .returning(deliveries.c.id)
)
_MOVE_ON = (
    update(channels)
    .where(channels.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        last_on=func.coalesce(bindparam("on", type_=Date), channels.c.last_on),
        next_daily_at=bindparam("next_at"),
    )
)


def asked_in(connection: Connection, found: Sequence[Channel]) -> dict[ChannelId, Asked]:
    """What channels were asked and remember, for picking."""
    ids = [channel.id for channel in found]
    history: dict[ChannelId, list[tuple[date, QuestionId]]] = defaultdict(list)
    for channel_id, on, question_id in connection.execute(_HISTORY, {"channels": ids}):
        history[channel_id].append((on, question_id))
    remembered = of_channels(connection, ids)
    return {
        channel.id: Asked(
            channel, tuple(history.get(channel.id, ())), remembered.get(channel.id, {})
        )
        for channel in found
    }


def open_rounds(connection: Connection, openings: Sequence[Opening], now: datetime) -> int:
    """
    Open rounds and owe their dailies at once; a round still open there closes at *now*.

    A channel that has a round for the date keeps that one. The number of rounds opened.
    """
    if not openings:
        return 0
    channel_ids = [opening.channel.id for opening in openings]
    connection.execute(_END_EARLIER, {"channels": channel_ids, "now": now})
    added = connection.execute(_ADD(connection), [_round_row(opening) for opening in openings])
    round_ids = {channel_id: id_ for id_, channel_id in added}
    owed = [
        owed_row(opening.channel, Kind.DAILY, opening.on, now, round_id=round_ids[id_])
        for opening in openings
        if (id_ := opening.channel.id) in round_ids
    ]
    if owed:
        connection.execute(_OWE(connection), owed)
    return len(owed)


def post_now(
    connection: Connection,
    caller: Caller,
    on: date,
    closes_at: datetime,
    next_daily_at: datetime,
    pick: PickRule,
    now: datetime,
) -> Delivery:
    """
    Owe the daily of local date *on* at once, closing any round still open there.

    One of that date that failed is owed again. Raises AlreadyPostedError for any other round of
    *on* or a later date, NoQuestionError when *pick* finds none, NotSetUpError for a NEW or unknown
    channel.
    """
    channel = lock_channel(connection, caller)
    if channel is None or channel.state in (ChannelState.NEW, ChannelState.GONE):
        raise NotSetUpError
    if channel.last_on is not None and channel.last_on >= on:
        return _owe_again(connection, channel, on, now)
    question_id = pick(asked_in(connection, [channel])[channel.id], on)
    if question_id is None:
        raise NoQuestionError
    if not open_rounds(connection, [Opening(channel, question_id, on, closes_at)], now):
        raise AlreadyPostedError(on)
    move_on(connection, [(channel.id, on, next_daily_at if channel.next_daily_at else None)])
    return get_delivery(connection, connection.execute(_DAILY_OF, _key(channel, on)).scalar_one())


def _owe_again(connection: Connection, channel: Channel, on: date, now: datetime) -> Delivery:
    """
    Owe a daily that failed once more while its round is open; look first, for it may be there.

    Raises AlreadyPostedError when there is no such daily.
    """
    id_ = connection.scalar(_AGAIN, _key(channel, on) | {"now": now})
    if id_ is None:
        raise AlreadyPostedError(on)
    return get_delivery(connection, id_)


def move_on(
    connection: Connection, moves: Iterable[tuple[ChannelId, date | None, datetime | None]]
) -> None:
    """Set the newest round's date, where there is one, and the next daily of channels."""
    together: dict[tuple[date | None, datetime | None], list[ChannelId]] = defaultdict(list)
    for channel_id, on, next_at in moves:
        together[on, next_at].append(channel_id)
    for (on, next_at), ids in together.items():
        connection.execute(_MOVE_ON, {"ids": ids, "on": on, "next_at": next_at})


def _key(channel: Channel, on: date) -> dict[str, Any]:
    return {"channel": channel.id, "on": on}


def _round_row(opening: Opening) -> dict[str, Any]:
    return {
        "channel_id": opening.channel.id,
        "platform": opening.channel.address.platform,
        "question_id": opening.question_id,
        "local_on": opening.on,
        "closes_at": opening.closes_at,
    }
