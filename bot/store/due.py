"""What a tick finds due, in one query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, exists, select

from bot.core.models import Platform
from bot.core.views import Due
from bot.store.tables import channels, deliveries, rounds

_PLATFORMS: BindParameter[Any] = bindparam("platforms", expanding=True)


def _any(platform: ColumnElement[Any], *when: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a row of the served platforms meets a condition; an index leads to the first."""
    return exists().where(platform.in_(_PLATFORMS), *when)


_NOW: BindParameter[Any] = bindparam("now")
_DUE = select(
    _any(channels.c.platform, channels.c.next_daily_at <= _NOW),
    _any(channels.c.platform, channels.c.next_digest_at <= _NOW),
    _any(rounds.c.platform, rounds.c.closed_at.is_(None), rounds.c.closes_at <= _NOW),
    _any(deliveries.c.platform, deliveries.c.due_at <= _NOW),
    _any(rounds.c.platform, rounds.c.edit_due_at <= _NOW, rounds.c.message.is_not(None)),
)


def due(connection: Connection, platforms: Collection[Platform], now: datetime) -> Due:
    """What there is to claim: one query, every part by an index."""
    row = connection.execute(_DUE, {"platforms": sorted(platforms), "now": now}).one()
    return Due(*map(bool, row))
