"""What the scheduler knows of its own health: told in the log once per outage, read by others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.models import Delivery, DeliveryState, Kind, Platform

SILENCE = timedelta(minutes=1)
"""After so long without a beat the tick hangs."""

Count = Callable[[Platform, Kind, DeliveryState, timedelta | None], None]
"""Counts a delivery that came to its end, and how long one that was sent had been owed."""

logger = logging.getLogger(__name__)


def uncounted(
    _platform: Platform, _kind: Kind, _state: DeliveryState, _late: timedelta | None
) -> None:
    """Count nothing."""


@dataclass(slots=True)
class Health:
    """One process's health; the scheduler writes it, the health page and metrics read it."""

    beat_at: datetime | None = None
    """When the tick last looked what is due, and could."""
    down_since: datetime | None = None
    """Since when the database cannot be used."""
    trouble: str = ""
    """Why, in a sentence."""
    clock_offset: timedelta | None = None
    """How far the database's clock is ahead of this process's."""
    claimed: int = 0
    sent: int = 0
    failed: int = 0
    edited: int = 0
    last_lateness: timedelta | None = None
    """How long the last delivery that was sent had been owed."""

    count: Count = uncounted
    _well_since: datetime | None = None

    def settled(self, delivery: Delivery, state: DeliveryState, now: datetime) -> None:
        """Count a delivery that came to its end at *now*, and how long it had been owed if sent."""
        owed_at, late = delivery.created_at, None
        if state is DeliveryState.SENT:
            self.sent += 1
            late = self.last_lateness = now - owed_at if owed_at else None
        elif state is DeliveryState.FAILED:
            self.failed += 1
        self.count(delivery.channel.address.platform, delivery.kind, state, late)

    def ill(self, why: str, now: datetime) -> None:
        """The database cannot be used; only the first time of an outage is logged."""
        self.trouble = why
        self._well_since = None
        if self.down_since is None:
            self.down_since = now
            logger.error("Nothing can be posted until the database is back. %s", why)

    def well(self, now: datetime) -> None:
        """
        A beat went through. The outage is over when nothing failed until the next one does too:
        a full disk can still be read, so one beat may find nothing wrong.
        """
        self.beat_at = now
        if self.down_since is None:
            return
        if self._well_since is None:
            self._well_since = now
            return
        logger.warning("The database is back after %s.", _span(self._well_since - self.down_since))
        self.down_since = self._well_since = None
        self.trouble = ""

    def problem(self, now: datetime, started_at: datetime) -> str:
        """Why nothing is posted at *now*, in a sentence; empty while all is well."""
        if self.down_since is not None:
            return f"Nothing can be posted since {self.down_since:%H:%M:%S} UTC: {self.trouble}"
        silence = now - (self.beat_at or started_at)
        return f"The tick has been silent for {_span(silence)}." if silence > SILENCE else ""

    def facts(self) -> dict[str, Any]:
        """What a host may want to see of a scheduler that is well."""
        late, offset = self.last_lateness, self.clock_offset
        return {
            "beat": self.beat_at and self.beat_at.isoformat(timespec="seconds"),
            "clock_offset_seconds": offset and offset.total_seconds(),
            "sent": self.sent,
            "failed": self.failed,
            "last_late_seconds": late and late.total_seconds(),
        }


def _span(length: timedelta) -> str:
    return str(timedelta(seconds=round(length.total_seconds())))
