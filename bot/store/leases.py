"""Leases: taking deliveries for sending, fairly between workspaces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, true, update

from bot.core.models import Delivery, DeliveryState, Kind, Platform, RoundId
from bot.core.views import Lease, RoundView
from bot.store.deliveries import SELECT, delivery_of
from bot.store.rounds import round_views
from bot.store.tables import Moment, deliveries

WINDOW = 8
"""How many times the limit is looked through for other workspaces."""


def _due(with_busy: bool) -> Select[Any]:
    """Select the due deliveries in the order they are taken: each workspace's first, then on."""
    free = deliveries.c.workspace.not_in(bindparam("busy", expanding=True))
    oldest = (
        select(deliveries.c.id, deliveries.c.workspace, deliveries.c.due_at)
        .where(
            deliveries.c.platform == bindparam("platform"),
            deliveries.c.due_at <= bindparam("now"),
            deliveries.c.kind.in_(bindparam("kinds", expanding=True)),
            free if with_busy else true(),
        )
        .order_by(deliveries.c.due_at)
        .limit(bindparam("window"))
        .subquery()
    )
    # Of those due at the same moment the one owed first: an answer before the next question.
    first = (oldest.c.due_at, oldest.c.id)
    turn = func.row_number().over(partition_by=oldest.c.workspace, order_by=first)
    queue = select(oldest.c.id, oldest.c.due_at, turn.label("turn")).subquery()
    return (
        SELECT.add_columns(deliveries.c.first_tried_at)
        .join(queue, queue.c.id == deliveries.c.id)
        # Again on the row itself: another process may have taken it since the queue was read.
        .where(deliveries.c.due_at <= bindparam("now"))
        .order_by(queue.c.turn, queue.c.due_at, queue.c.id)
        .limit(bindparam("limit_"))
        .with_for_update(of=deliveries, skip_locked=True)
    )


_DUE = {with_busy: _due(with_busy) for with_busy in (False, True)}
_TAKE = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=DeliveryState.SENDING,
        due_at=bindparam("until"),
        tries=deliveries.c.tries + 1,
        first_tried_at=func.coalesce(deliveries.c.first_tried_at, bindparam("first", type_=Moment)),
    )
)


def lease(
    connection: Connection,
    platforms: Collection[Platform],
    now: datetime,
    lease: timedelta,
    limit: int = 100,
    busy: Collection[str] = (),
    kinds: Collection[Kind] = tuple(Kind),
) -> list[Lease]:
    """
    Take deliveries of some *kinds* that are pending and due, or whose lease ran out while sending.

    Oldest first, and in turns: where several workspaces wait, none gets more than its share of
    *limit*. Workspaces in *busy* are passed over. Each is SENDING until its lease ends.
    """
    taken: list[Lease] = []
    shares = [-(-limit // max(1, len(platforms))), limit]  # what one platform leaves, others get
    for share, platform in product(shares, sorted(platforms)):
        wanted = min(share, limit - len(taken))
        if wanted:
            taken += _take(connection, platform, now, now + lease, wanted, busy, kinds)
    return taken


def _take(
    connection: Connection,
    platform: Platform,
    now: datetime,
    until: datetime,
    limit: int,
    busy: Collection[str],
    kinds: Collection[Kind],
) -> list[Lease]:
    """Take deliveries of one platform."""
    wanted: dict[str, Any] = {
        "platform": platform,
        "now": now,
        "kinds": sorted(kinds),
        "limit_": limit,
        "window": WINDOW * limit,
    }
    if busy:
        wanted["busy"] = sorted(busy)
    rows = connection.execute(_DUE[bool(busy)], wanted).all()
    ids = [row[0] for row in rows]
    connection.execute(_TAKE, {"ids": ids, "until": until, "first": now})
    found = [delivery_of(row) for row in rows]
    views = round_views(connection, [each.round_id for each in found if each.round_id is not None])
    return [
        _lease_of(delivery, row[-1] or now, until, views)
        for delivery, row in zip(found, rows, strict=True)
    ]


def _lease_of(
    found: Delivery, first_tried_at: datetime, until: datetime, views: Mapping[RoundId, RoundView]
) -> Lease:
    delivery = replace(found, state=DeliveryState.SENDING, due_at=until, tries=found.tries + 1)
    return Lease(
        delivery,
        look_first=found.state is DeliveryState.SENDING,
        first_tried_at=first_tried_at,
        view=None if found.round_id is None else views[found.round_id],
    )
