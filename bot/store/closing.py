"""Closing rounds: their answers owed, and what the channel remembers moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from bot.core.memory import Memory
from bot.core.models import (
    ChannelId,
    ChannelState,
    DeliveryState,
    Kind,
    Platform,
    QuestionId,
    RoundId,
)
from bot.core.views import CloseRule, RoundView
from bot.store import memories
from bot.store.owed import owe_rows, owed_row
from bot.store.rounds import VIEW, tallies, view_of
from bot.store.tables import deliveries, rounds

TOO_LATE = "the round closed before it could be posted"

_DUE = (
    VIEW.where(
        rounds.c.platform == bindparam("platform"),
        rounds.c.closed_at.is_(None),
        rounds.c.closes_at <= bindparam("now"),
    )
    .order_by(rounds.c.closes_at)
    .limit(bindparam("limit_"))
    .with_for_update(of=rounds, skip_locked=True)
)
_CLOSE = (
    update(rounds)
    .where(rounds.c.id.in_(bindparam("ids", expanding=True)))
    .values(closed_at=bindparam("now"))
)
# Its card shows that it is closed, so it is edited at once.
_EDIT = (
    update(rounds)
    .where(
        rounds.c.id.in_(bindparam("ids", expanding=True)),
        rounds.c.message.is_not(None),
    )
    .values(edit_due_at=bindparam("now"))
)
_GIVE_UP = (
    update(deliveries)
    .where(
        deliveries.c.round_id.in_(bindparam("ids", expanding=True)),
        deliveries.c.kind == Kind.DAILY,
        deliveries.c.state == DeliveryState.PENDING,
    )
    .values(state=DeliveryState.SKIPPED, due_at=None, error=TOO_LATE)
)


def claim_answers(
    connection: Connection,
    platforms: Collection[Platform],
    now: datetime,
    rule: CloseRule,
    limit: int = 500,
) -> int:
    """
    Close the rounds whose time has come and owe their answers.

    A round whose card was never posted is closed without one, and its card is not sent any more.
    """
    views = _take(connection, platforms, now, limit)
    ids = [view.round.id for view in views]
    if not ids:
        return 0
    connection.execute(_CLOSE, {"ids": ids, "now": now})
    connection.execute(_EDIT, {"ids": ids, "now": now})
    connection.execute(_GIVE_UP, {"ids": ids})
    owe_rows(
        connection,
        [
            owed_row(view.channel, Kind.ANSWER, view.round.local_on, now, round_id=view.round.id)
            for view in views
            if view.round.posted_at is not None and view.channel.state is not ChannelState.GONE
        ],
    )
    _remember(connection, views, rule, now)
    return len(views)


def _take(
    connection: Connection, platforms: Collection[Platform], now: datetime, limit: int
) -> list[RoundView]:
    """Lock rounds whose time has come, with how they went."""
    rows: list[Sequence[Any]] = []
    for platform in sorted(platforms):
        wanted = {"platform": platform, "now": now, "limit_": limit - len(rows)}
        rows += connection.execute(_DUE, wanted).all()
    counted = tallies(connection, [RoundId(row[0]) for row in rows])
    return [view_of(row, counted[row[0]]) for row in rows]


def _remember(
    connection: Connection, views: Sequence[RoundView], rule: CloseRule, now: datetime
) -> None:
    """Move what the channels remember; after a while away, two rounds may be of one question."""
    known = memories.of_channels(connection, [view.channel.id for view in views])
    kept: dict[tuple[ChannelId, QuestionId], Memory] = {}
    for view in views:
        key = view.round.channel_id, view.round.question_id
        before = kept.get(key) or known.get(key[0], {}).get(key[1])
        memory = rule(view, before, now)
        if memory is not None:
            kept[key] = memory
    memories.keep_channel_memories(connection, ((*key, memory) for key, memory in kept.items()))
