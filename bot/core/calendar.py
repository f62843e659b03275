"""When a schedule comes round next, in UTC, and what the local weeks and months are called."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_WEEK = frozenset(range(7))
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    A time of day in a zone, on some days of the week (Monday is 0).

    Raises ValueError for no days, days out of range, seconds, or a time with a zone of its own.
    """

    at: time
    zone: ZoneInfo
    days: frozenset[int]

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("a schedule needs at least one day")
        if not self.days <= _WEEK:
            raise ValueError(f"days are 0 (Monday) to 6 (Sunday), not {sorted(self.days)}")
        if self.at.tzinfo is not None:
            raise ValueError("the time of a schedule has no zone of its own")
        if self.at.second or self.at.microsecond:
            raise ValueError("a schedule is kept to the minute, without seconds")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """
    One turn of a schedule: the local date it belongs to and the moment it falls on, in UTC.

    A gap at the end of a day can push `at` past midnight; it still belongs to `on`.
    """

    on: date
    at: datetime


def next_occurrence(schedule: Schedule, after: datetime) -> Occurrence:
    """
    Find the first turn of *schedule* strictly after a moment.

    Raises ValueError when *after* has no zone or the calendar ends (years 1 and 9999).
    """
    try:
        # Earlier dates are over: when `after` reads its own date, their time has been passed.
        on = local_date(after, schedule.zone)
        while True:
            if on.weekday() in schedule.days:
                at = occurrence_on(schedule, on)
                if at is not None and at > after:
                    return Occurrence(on, at)
            on += _DAY
    except OverflowError:
        raise ValueError(f"the calendar ends near {after}") from None


def occurrence_on(schedule: Schedule, on: date) -> datetime | None:
    """
    Give the first moment the local clock of a date reads the schedule's time, or later.

    So a time in a gap moves to the first instant after it, and a time in a fold is its first
    occurrence. None when the zone skipped that date altogether. Ignores the schedule's days.
    """
    return _moment(schedule.zone, schedule.at, on)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Give the date in *zone* at a moment; raises ValueError when the moment has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a zone: {moment}")
    return moment.astimezone(zone).date()


def week_of(on: date) -> str:
    """Name the ISO week of a date, like `2026-W47`."""
    year, week, _ = on.isocalendar()
    return f"{year:04}-W{week:02}"


def month_of(on: date) -> str:
    """Name the month of a date, like `2026-11`."""
    return f"{on.year:04}-{on.month:02}"


def previous_week(period: str) -> str:
    """Name the week before one named like `2026-W47`; raises ValueError for any other name."""
    return week_of(date.fromisoformat(f"{period}-1") - _DAY)


@lru_cache(maxsize=8192)  # thousands of channels share a few hundred zones and times
def _moment(zone: ZoneInfo, at: time, on: date) -> datetime | None:
    """Do the work of occurrence_on."""
    local = datetime.combine(on, at.replace(fold=0), zone)
    moment = local.astimezone(UTC)
    if local.replace(fold=1).astimezone(UTC) >= moment:  # PEP 495: smaller only in a gap
        return moment
    first_of_day = _after_gap(datetime.combine(on, time(), zone))
    return _after_gap(local) if local_date(first_of_day, zone) == on else None


def _after_gap(local: datetime) -> datetime:
    """Search, to the second, the moment at which the clock jumps over *local* (if it does)."""
    wall = local.replace(tzinfo=None)
    early, late = local.replace(fold=1).astimezone(UTC), local.astimezone(UTC)
    while late - early > _SECOND:
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(local.tzinfo).replace(tzinfo=None) < wall:
            early = middle
        else:
            late = middle
    return late
