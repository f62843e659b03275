"""Owing a delivery, and letting go of one: what every other noun needs of deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, update

from bot.core.models import Channel, ChannelId, DeliveryId, DeliveryState, Kind, RoundId
from bot.store.dialects import insert_or_ignore, insert_with
from bot.store.tables import deliveries
from bot.store.text import fit

ERROR_MAX = 300
DETAIL_MAX = 1_000

_KEY = ["channel_id", "kind", "local_on"]
_OWE = insert_or_ignore(deliveries, *_KEY)
_OWE_ONE = insert_with(
    deliveries,
    lambda insert: insert.on_conflict_do_nothing(index_elements=_KEY).returning(deliveries.c.id),
)


def owed_row(
    channel: Channel,
    kind: Kind,
    local_on: date,
    now: datetime,
    *,
    round_id: RoundId | None = None,
    detail: str = "",
) -> dict[str, Any]:
    """Write a delivery that is due at once as a row."""
    return {
        "channel_id": channel.id,
        "platform": channel.address.platform,
        "workspace": channel.address.workspace,
        "kind": kind,
        "local_on": local_on,
        "round_id": round_id,
        "state": DeliveryState.PENDING,
        "due_at": now,
        "detail": fit(detail, DETAIL_MAX),
        "error": "",
        "created_at": now,
    }


def skipped_row(
    channel: Channel, kind: Kind, local_on: date, now: datetime, why: str
) -> dict[str, Any]:
    """Write a delivery that was not made, and never will be, as a row."""
    row = owed_row(channel, kind, local_on, now)
    return row | {"state": DeliveryState.SKIPPED, "due_at": None, "error": fit(why, ERROR_MAX)}


def owe_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep deliveries, but for those that are owed already."""
    if rows:
        connection.execute(_OWE(connection), rows)


def owe(
    connection: Connection,
    channel: Channel,
    kind: Kind,
    local_on: date,
    now: datetime,
    *,
    round_id: RoundId | None = None,
    detail: str = "",
) -> DeliveryId | None:
    """Owe a delivery at once; None if the channel was owed it before."""
    row = owed_row(channel, kind, local_on, now, round_id=round_id, detail=detail)
    return connection.execute(_OWE_ONE(connection), row).scalar_one_or_none()


def skip_waiting(connection: Connection, channel_id: ChannelId, why: str) -> None:
    """Settle the dailies and digests that a channel is owed as SKIPPED, but for one under way."""
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.channel_id == channel_id,
            deliveries.c.kind.in_([Kind.DAILY, Kind.DIGEST]),
            deliveries.c.state == DeliveryState.PENDING,
        )
        .values(state=DeliveryState.SKIPPED, due_at=None, error=why)
    )


def drop_unsent(connection: Connection, channel_ids: Sequence[ChannelId], why: str) -> None:
    """Settle all that channels are still owed as FAILED."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.channel_id.in_(channel_ids), deliveries.c.due_at.is_not(None))
        .values(state=DeliveryState.FAILED, due_at=None, error=why)
    )
