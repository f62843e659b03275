"""
The calendar, end to end: ``python -m tests.scheduler.sweep``.

A whole year passes for a channel in every IANA zone at each of seven awkward times, through tick,
store and post; each local date has to get exactly one post. Tests run a part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from bot.core import calendar
from bot.core.calendar import Schedule
from bot.core.models import (
    Caller,
    Channel,
    DeliveryId,
    MessageRef,
    Platform,
    Settings,
)
from bot.core.ports import Pace, Parcel, Store
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.store import Store as RealStore
from tests.builders import setup
from tests.fakes.channel_server import AT_ONCE
from tests.scheduler.harness import MovedClock, a_bot

TIMES = ("00:00", "00:30", "01:00", "02:00", "02:30", "03:00", "23:59")
QUARTERS = tuple(timedelta(minutes=15 * n) for n in range(96)) + tuple(
    timedelta(minutes=15 * n + 14) for n in range(96)
)
"""The minutes of a UTC day at which one of the seven times comes somewhere."""


@dataclass
class Recorder:
    """A messenger that keeps, per channel, the moments and dates of its dailies."""

    clock: MovedClock
    dates: dict[DeliveryId, date] = field(default_factory=dict)
    posted: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    platform: Platform = Platform.WEB
    pace: Pace = AT_ONCE

    async def post(self, parcel: Parcel) -> MessageRef:
        if parcel.kind == "daily":
            self.posted[parcel.to.channel].append(self.clock())
        return MessageRef(str(parcel.id))

    async def find(self, _parcel: Parcel) -> None:
        raise AssertionError("nothing was lost, so nobody looks")

    async def edit(self, *_: object) -> None:
        pass

    async def permissions(self, _to: object) -> list[str]:
        return []


async def sweep(
    store: Store, zones: Iterable[str], begin: date, days: int, *, is_short: bool = False
) -> list[str]:
    """
    Let the days pass; gives what is wrong.

    The short form beats only when something should come due, and every six hours.
    """
    clock = MovedClock(datetime.combine(begin, time_of_day(), UTC) - timedelta(days=1))
    recorder = Recorder(clock)
    places = [(zone, at) for zone in sorted(zones) for at in TIMES]
    async with a_bot(store, recorder, clock=clock) as bot:  # type: ignore[arg-type]  # it keeps its own pace
        for zone, at in places:
            await _set_up(store, zone, at, clock())
        for moment in _wanted(places, begin, days) if is_short else _moments(begin, days):
            await bot.beat_at(moment)
        for zone, at in places:
            await store.pause(_caller(zone, at))
    return [fault for zone, at in places for fault in _faults(recorder, zone, at, begin, days)]


def _moments(begin: date, days: int) -> Iterator[datetime]:
    """Every moment at which something may come due, to the minute; two days more at each end."""
    for n in range(-1, days + 2):
        midnight = datetime.combine(begin, time_of_day(), UTC) + timedelta(days=n)
        yield from (midnight + quarter for quarter in sorted(QUARTERS))


def _wanted(places: Iterable[tuple[str, str]], begin: date, days: int) -> list[datetime]:
    """Every moment at which something should come due, and every six hours."""
    midnight = datetime.combine(begin, time_of_day(), UTC)
    moments = {midnight + timedelta(hours=6 * n) for n in range(-3, 4 * days + 9)}
    for zone, at in places:
        for n in range(days + 1):
            on = begin + timedelta(days=n)
            moments.add(
                first_reading(ZoneInfo(zone), on, time_of_day.fromisoformat(at)) or midnight
            )
    return sorted(moments)


def _caller(zone: str, at: str) -> Caller:
    return Caller(Platform.WEB, zone, "U1", "Admin", f"{zone} {at}", is_admin=True)


async def _set_up(store: Store, zone: str, at: str, now: datetime) -> Channel:
    schedule = Schedule(time_of_day.fromisoformat(at), ZoneInfo(zone), frozenset(range(7)))
    first = calendar.next_occurrence(schedule, now).at
    rule = setup(Settings(schedule), first, now + timedelta(days=9_999))
    return await store.keep_settings(_caller(zone, at), rule, now)


def _faults(recorder: Recorder, zone: str, at: str, begin: date, days: int) -> Iterator[str]:
    """Compare the posts of one channel with an own reading of the zone's clock."""
    there = ZoneInfo(zone)
    got = Counter(recorder.posted[f"{zone} {at}"])
    for n in range(days):
        on = begin + timedelta(days=n)
        want = first_reading(there, on, time_of_day.fromisoformat(at))
        moments = [moment for moment in got if want is not None and moment == want]
        if want is None:
            continue
        if sum(got[moment] for moment in moments) != 1:
            yield f"{zone} {at} on {on}: wanted one at {want}, got {dict(got)}"
    dates = Counter(moment.astimezone(there).date() for moment in got.elements())
    yield from (
        f"{zone} {at} on {on}: {n} posts"
        for on, n in dates.items()
        if _is_too_many(there, on, at, n)
    )


def first_reading(zone: ZoneInfo, on: date, at: time_of_day) -> datetime | None:
    """The first minute at which a wall clock in *zone* shows *at* on *on*, or later after a gap."""
    wanted = datetime.combine(on, at)
    moment = datetime.combine(on, at, UTC) - timedelta(hours=16)
    seen_that_day = False
    step = timedelta(minutes=1)
    # Skip to shortly before: offsets never exceed 15 hours.
    local = moment.astimezone(zone).replace(tzinfo=None)
    while local < wanted - timedelta(hours=3):
        moment += min(wanted - timedelta(hours=3) - local, timedelta(hours=20)) or step
        local = moment.astimezone(zone).replace(tzinfo=None)
    while local < wanted:
        moment += step
        local = moment.astimezone(zone).replace(tzinfo=None)
        seen_that_day |= local.date() == on
    return moment if seen_that_day or local.date() == on or _existed(zone, on) else None


def _existed(zone: ZoneInfo, on: date) -> bool:
    """Whether a wall clock in *zone* ever showed that date."""
    noon = datetime.combine(on, time_of_day(12), zone)
    return noon.astimezone(UTC).astimezone(zone).date() == on


def _is_too_many(zone: ZoneInfo, on: date, at: str, posts: int) -> bool:
    """A second post on a date is right only when a gap moved the one of the evening before there."""
    return posts > 1 and not (
        posts == 2
        and (before := first_reading(zone, on - timedelta(days=1), time_of_day.fromisoformat(at)))
        and before.astimezone(zone).date() == on
    )


def all_zones() -> list[str]:
    """Every IANA zone here."""
    return sorted(available_timezones() - {"localtime"})


def distinct_zones(year: int) -> list[str]:
    """One zone of each set whose clocks show the same all through a year and a day around it."""
    alike: dict[tuple[object, ...], str] = {}
    for name in all_zones():
        zone = ZoneInfo(name)
        begin = _offset(zone, datetime(year - 1, 12, 30, tzinfo=UTC))
        alike.setdefault((begin, *_changes(zone, year)), name)
    return sorted(alike.values())


Change = tuple[datetime, timedelta, timedelta]
"""A change of a zone's clock: the local time half an hour before or less, offsets before and after."""


@cache
def changes_of_clocks(year: int) -> dict[date, list[str]]:
    """By local date, zones whose clock changes then: one for each hour, way and size of it."""
    ways: dict[tuple[time_of_day, timedelta], tuple[date, str]] = {}
    for name in all_zones():
        for at, before, after in _changes(ZoneInfo(name), year):
            ways.setdefault((at.time(), after - before), (at.date(), name))
    days: dict[date, list[str]] = defaultdict(list)
    for on, name in ways.values():
        days[on].append(name)
    return days


def _changes(zone: ZoneInfo, year: int) -> Iterator[Change]:
    moment = datetime(year, 1, 1, tzinfo=UTC)
    here = _offset(zone, moment)
    while moment.year == year:
        later = moment + timedelta(days=1)
        there = _offset(zone, later)
        if here != there:
            yield from _changes_within(zone, moment, later)
        moment, here = later, there


def _changes_within(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Change]:
    while begin < end:
        later = begin + timedelta(minutes=30)
        here, there = _offset(zone, begin), _offset(zone, later)
        if here != there:
            yield begin.astimezone(zone).replace(tzinfo=None), here, there
        begin = later


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def main() -> int:
    """Run all of it, or what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.scheduler.sweep", description=__doc__)
    parser.add_argument("--year", type=int, default=2026)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--zones", default="", help="comma-separated; default: every one")
    parser.add_argument("--distinct", action="store_true", help="one zone of those that are alike")
    parser.add_argument("--jumping", action="store_true", help="beat only when something is due")
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # the clock is far away from the database's
    zones = distinct_zones(options.year) if options.distinct else all_zones()
    zones = options.zones.split(",") if options.zones else zones
    began_at = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fq-sweep-") as folder:
        url = f"sqlite:///{Path(folder) / 'sweep.db'}"
        migrate(url)
        begin = date(options.year, 1, 1)
        faults = asyncio.run(_run(url, zones, begin, options.days, is_short=options.jumping))
    for fault in faults:
        print("FAULT", fault)
    print(
        f"{len(zones)} zones, {len(TIMES)} times, {options.days} days: "
        f"{len(zones) * len(TIMES) * options.days} posts, {len(faults)} faults, "
        f"{time.monotonic() - began_at:.0f} s"
    )
    return 1 if faults else 0


async def _run(url: str, zones: list[str], begin: date, days: int, *, is_short: bool) -> list[str]:
    database = Database(url)
    faults = await sweep(RealStore(database), zones, begin, days, is_short=is_short)
    await database.close()
    return faults


if __name__ == "__main__":
    sys.exit(main())
