"""What both sides of the crash test agree on: the clock, the channels, the spans."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from bot.core import calendar, duties
from bot.core.calendar import Schedule
from bot.core.models import Caller, Kind, Platform, Settings
from bot.scheduler.patience import Patience, Timer

BEGINS_AT = datetime(2026, 7, 4, 21, tzinfo=UTC)
"""A Saturday evening: a week ends soon. No zone below changes its clock in this summer."""
ZONES = (
    "Pacific/Kiritimati", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "UTC",
    "America/Sao_Paulo", "America/New_York", "America/Los_Angeles", "Pacific/Pago_Pago",
)  # fmt: skip
# Real seconds, on a machine that has time; `slack` makes all of them longer on one that has not.
TIMEOUT = 0.35
"""How long a call to the platform may take."""
SLOW = 0.5
"""How long a slow platform takes: longer than anybody waits for it."""
TAKEN = 0.75
"""How long after it was sent a post is taken, or never."""
SETTLE = 0.8
MARGIN = 1.0
LEASE = 2.2


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: a clock so many times faster than the real one, and so many channels."""

    speed: float
    channels: int
    began_at: float
    """By the machine's monotonic clock, which all processes share."""
    slack: float = 1.0

    def now(self) -> datetime:
        """The moved clock."""
        return self.at(time.monotonic())

    def at(self, moment: float) -> datetime:
        """What the moved clock says at a moment of the machine's."""
        return BEGINS_AT + timedelta(seconds=(moment - self.began_at) * self.speed)

    def span(self, seconds: float) -> timedelta:
        """Real seconds, with the slack, by the moved clock."""
        return timedelta(seconds=seconds * self.slack * self.speed)

    def patience(self) -> Patience:
        """Short spans, in the same order as the real ones."""
        return Patience(
            lease=self.span(LEASE),
            margin=self.span(MARGIN),
            timeout=timedelta(seconds=TIMEOUT * self.slack),
            settle=self.span(SETTLE),
            first_pause=self.span(0.1),
            longest_pause=self.span(0.4),
            tries=10_000,
            farewell=timedelta(seconds=2),
        )

    def timer(self) -> Timer:
        """Spans of the moved clock."""

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds / self.speed)

        return Timer(now=lambda: time.monotonic() * self.speed, sleep=sleep)

    def places(self) -> list[tuple[Caller, Settings]]:
        """The channels, spread over the zones and the first hours of their days."""
        return [_place(number) for number in range(self.channels)]


def _place(number: int) -> tuple[Caller, Settings]:
    zone = ZoneInfo(ZONES[number % len(ZONES)])
    at = time_of_day(number * 7 % 6, number * 13 % 60)
    caller = Caller(
        Platform.SLACK,
        f"T{number % 5}",
        "U1",
        "Player",
        f"C{number}",
        f"channel {number}",
        is_admin=True,
    )
    return caller, Settings(Schedule(at, zone, frozenset(range(7))), digest_at=time_of_day(7))


def expected(settings: Settings, begin: datetime, end: datetime) -> dict[Kind, list[date]]:
    """
    The local dates of what a channel is owed within (begin, end], by plain wall-clock arithmetic.

    An answer is owed when the next daily comes. Digests are owed at most: only if somebody played.
    """
    zone = settings.schedule.zone
    first = begin.astimezone(zone).date() - timedelta(days=1)
    days = [first + timedelta(days=n) for n in range((end - begin).days + 4)]

    def falls(on: date, at: time_of_day) -> bool:
        return begin < datetime.combine(on, at, zone).astimezone(UTC) <= end

    dailies = [on for on in days if falls(on, settings.schedule.at)]
    mondays = [on for on in days if on.weekday() == 0 and falls(on, settings.digest_at)]
    return {
        Kind.DAILY: dailies,
        Kind.ANSWER: dailies[:-1],
        Kind.DIGEST: [duties.week_start(on - timedelta(days=1)) for on in mondays],
    }


def first_moments(settings: Settings) -> tuple[datetime, datetime]:
    """When a new channel owes its first daily and digest."""
    daily = calendar.next_occurrence(settings.schedule, BEGINS_AT).at
    return daily, calendar.next_occurrence(settings.digest, BEGINS_AT).at
