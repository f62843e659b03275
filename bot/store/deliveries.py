"""Deliveries: what became of each message the bot owes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.core.calendar import local_date
from bot.core.models import (
    Caller,
    ChannelState,
    Delivery,
    DeliveryId,
    DeliveryState,
    Kind,
    MessageRef,
)
from bot.store import channels as channel_store
from bot.store.channels import channel_of, find_channel
from bot.store.owed import ERROR_MAX, owe
from bot.store.rounds import ask_edit
from bot.store.tables import channels, deliveries, rounds
from bot.store.text import fit

COLUMNS = (
    deliveries.c.id,
    deliveries.c.kind,
    deliveries.c.local_on,
    deliveries.c.state,
    deliveries.c.round_id,
    deliveries.c.tries,
    deliveries.c.due_at,
    deliveries.c.message,
    deliveries.c.error,
    deliveries.c.created_at,
    deliveries.c.sent_at,
    deliveries.c.detail,
)
WIDTH = len(COLUMNS)
SELECT = select(*COLUMNS, *channel_store.COLUMNS).join(
    channels, channels.c.id == deliveries.c.channel_id
)
_ONE = SELECT.where(deliveries.c.id == bindparam("delivery"))
_LOCK = _ONE.with_for_update(of=deliveries)
_LAST = (
    SELECT.where(deliveries.c.channel_id == bindparam("channel"))
    .order_by(deliveries.c.id.desc())
    .limit(bindparam("limit_"))
)

# Every post ends in these three: built once, so that they are compiled once.
_SENT = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"), deliveries.c.state != DeliveryState.SENT)
    .values(
        state=DeliveryState.SENT,
        due_at=None,
        message=bindparam("ref"),
        sent_at=bindparam("now"),
        error="",
    )
    .returning(deliveries.c.kind, deliveries.c.round_id, deliveries.c.channel_id)
)
_POSTED = (
    update(rounds)
    .where(rounds.c.id == bindparam("round"), rounds.c.posted_at.is_(None))
    .values(posted_at=bindparam("now"), message=bindparam("ref"))
    .returning(rounds.c.closed_at)
)
_HEAL = (
    update(channels)
    .where(channels.c.id == bindparam("channel"), channels.c.failing_since.is_not(None))
    .values(failing_since=None, failing_reason="")
)


def delivery_of(row: Sequence[Any]) -> Delivery:
    """Read a delivery from a row of `SELECT`."""
    id_, kind, local_on, state, round_id, tries, due_at, message, error = row[:9]
    created_at, sent_at, detail = row[9:WIDTH]
    return Delivery(
        id=id_,
        kind=Kind(kind),
        channel=channel_of(row[WIDTH:]),
        local_on=local_on,
        state=DeliveryState(state),
        round_id=round_id,
        tries=tries,
        due_at=due_at,
        message=message,
        error=error,
        created_at=created_at,
        sent_at=sent_at,
        detail=detail,
    )


def get_delivery(connection: Connection, delivery: DeliveryId) -> Delivery:
    """One delivery, which is there."""
    return delivery_of(connection.execute(_ONE, {"delivery": delivery}).one())


def last_deliveries(connection: Connection, caller: Caller, limit: int = 10) -> list[Delivery]:
    """The newest deliveries of the caller's channel, newest first."""
    channel = find_channel(connection, caller)
    if channel is None:
        return []
    rows = connection.execute(_LAST, {"channel": channel.id, "limit_": limit})
    return [delivery_of(row) for row in rows]


def delivered(
    connection: Connection, delivery: DeliveryId, message: MessageRef, now: datetime
) -> None:
    """
    Settle a delivery as SENT; a daily's round is then posted, a failing channel heals.

    A second time changes nothing. A round that has closed meanwhile owes its answer from now on.
    """
    sent = connection.execute(
        _SENT, {"delivery": delivery, "ref": message, "now": now}
    ).one_or_none()
    if sent is None:
        return
    kind, round_id, channel_id = sent
    if kind == Kind.DAILY and round_id is not None:
        posted = {"round": round_id, "ref": message, "now": now}
        closed_at = connection.execute(_POSTED, posted).scalar_one_or_none()
        if closed_at is not None:
            _owe_answer(connection, delivery, now)
    if kind != Kind.NOTICE:
        connection.execute(_HEAL, {"channel": channel_id})


def _owe_answer(connection: Connection, daily: DeliveryId, now: datetime) -> None:
    """A card that was found after its round had closed shows it, and gets its answer."""
    found = get_delivery(connection, daily)
    if found.round_id is not None and found.channel.state is not ChannelState.GONE:
        ask_edit(connection, found.round_id, now)
        owe(connection, found.channel, Kind.ANSWER, found.local_on, now, round_id=found.round_id)


def put_back(
    connection: Connection,
    delivery: DeliveryId,
    due_at: datetime,
    error: str,
    *,
    unknown: bool,
    tries: int | None = None,
) -> None:
    """
    Try again at *due_at*; *unknown* keeps it SENDING, so that the next one looks first.

    Does nothing when it was settled meanwhile or, with the *tries* of the lease, taken by another.
    """
    held = _lock(connection, delivery)
    if held is None or not _is_held(held, tries):
        return
    state = DeliveryState.SENDING if unknown else DeliveryState.PENDING
    _settle(connection, held, {"state": state, "due_at": due_at, "error": error})


def failed(
    connection: Connection,
    delivery: DeliveryId,
    error: str,
    advice: str,
    now: datetime,
    tries: int | None = None,
) -> None:
    """
    Settle a delivery as FAILED and mark its channel failing.

    The first failure since the channel was well owes its admin a notice (detail: *advice*). A
    failed notice says nothing about the channel. Does nothing where `put_back` would not.
    """
    held = _lock(connection, delivery)
    if held is None or not _is_held(held, tries):
        return
    _settle(connection, held, {"state": DeliveryState.FAILED, "error": error})
    if held.kind is Kind.NOTICE:
        return
    first = connection.execute(
        update(channels)
        .where(channels.c.id == held.channel.id, channels.c.failing_since.is_(None))
        .values(failing_since=now)
    )
    connection.execute(
        update(channels)
        .where(channels.c.id == held.channel.id)
        .values(failing_reason=fit(error, ERROR_MAX))
    )
    if first.rowcount and held.channel.state is not ChannelState.GONE:
        on = local_date(now, held.channel.zone)
        owe(connection, held.channel, Kind.NOTICE, on, now, detail=advice)


def skipped(
    connection: Connection, delivery: DeliveryId, why: str, tries: int | None = None
) -> None:
    """
    Settle a delivery as SKIPPED: nobody wants it any more, and nothing is wrong with its channel.

    Does nothing where `put_back` would not.
    """
    held = _lock(connection, delivery)
    if held is not None and _is_held(held, tries):
        _settle(connection, held, {"state": DeliveryState.SKIPPED, "error": why})


def _lock(connection: Connection, delivery: DeliveryId) -> Delivery | None:
    row = connection.execute(_LOCK, {"delivery": delivery}).one_or_none()
    return delivery_of(row) if row else None


def _is_held(delivery: Delivery, tries: int | None) -> bool:
    """Whether a delivery is still with whoever took it for the *tries*-th time."""
    return delivery.state is DeliveryState.SENDING and tries in (None, delivery.tries)


def _settle(connection: Connection, delivery: Delivery, values: dict[str, Any]) -> None:
    """Change a delivery; it is due no more unless *values* say when."""
    values = {"due_at": None} | values
    values["error"] = fit(values["error"], ERROR_MAX)
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))
