"""
The calendar against its traps, against an oracle, and against every zone there is.

The oracle never asks zoneinfo about a local time: it walks stretches of constant offset from UTC,
as a clock on a wall would, and knows nothing of folds.
"""

import copy
import pickle
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.calendar import (
    Occurrence,
    Schedule,
    local_date,
    month_of,
    next_occurrence,
    occurrence_on,
    previous_week,
    week_of,
)

DAILY = frozenset(range(7))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
ZONES = sorted(available_timezones())  # links too: 599 names with tzdata 2026.6
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]


def a_schedule(at: str = "09:30", zone: str = "Europe/Berlin", days: str = "0123456") -> Schedule:
    return Schedule(time.fromisoformat(at), ZoneInfo(zone), frozenset(int(day) for day in days))


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def dates(schedule: Schedule, after: str, count: int) -> list[str]:
    """List the local dates of the next few occurrences."""
    found, moment = [], utc(after)
    for _ in range(count):
        occurrence = next_occurrence(schedule, moment)
        found.append(occurrence.on.isoformat())
        moment = occurrence.at
    return found


# --- A table of traps -----------------------------------------------------------------------------

TRAPS = [
    # What it is, zone, time, local date, moment in UTC (None: no such date)
    ("a plain day", "Europe/Berlin", "09:30", "2026-11-23", "2026-11-23T08:30"),
    ("gap", "America/New_York", "02:30", "2026-03-08", "2026-03-08T07:00"),
    ("first minute of a gap", "America/New_York", "02:00", "2026-03-08", "2026-03-08T07:00"),
    ("last minute of a gap", "America/New_York", "02:59", "2026-03-08", "2026-03-08T07:00"),
    ("just before a gap", "America/New_York", "01:59", "2026-03-08", "2026-03-08T06:59"),
    ("just after a gap", "America/New_York", "03:00", "2026-03-08", "2026-03-08T07:00"),
    ("fold, first time", "America/New_York", "01:30", "2026-11-01", "2026-11-01T05:30"),
    ("first minute of a fold", "America/New_York", "01:00", "2026-11-01", "2026-11-01T05:00"),
    ("just after a fold", "America/New_York", "02:00", "2026-11-01", "2026-11-01T07:00"),
    ("gap of half an hour", "Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:30"),
    ("fold of half an hour", "Australia/Lord_Howe", "01:45", "2026-04-05", "2026-04-04T14:45"),
    ("negative summer time, gap", "Europe/Dublin", "01:30", "2026-03-29", "2026-03-29T01:00"),
    ("negative summer time, fold", "Europe/Dublin", "01:30", "2026-10-25", "2026-10-25T00:30"),
    ("gap at midnight", "Africa/Cairo", "00:00", "2026-04-24", "2026-04-23T22:00"),
    ("gap at midnight, inside", "Africa/Cairo", "00:30", "2026-04-24", "2026-04-23T22:00"),
    ("fold back over midnight", "Africa/Cairo", "23:30", "2026-10-29", "2026-10-29T20:30"),
    ("the day after such a fold", "Africa/Cairo", "00:00", "2026-10-30", "2026-10-29T22:00"),
    ("gap up to midnight", "America/Nuuk", "23:30", "2026-03-28", "2026-03-29T01:00"),
    ("the day after such a gap", "America/Nuuk", "00:00", "2026-03-29", "2026-03-29T01:00"),
    ("gap over midnight, before", "America/Toronto", "23:45", "1919-03-30", "1919-03-31T04:30"),
    ("gap over midnight, after", "America/Toronto", "00:15", "1919-03-31", "1919-03-31T04:30"),
    ("Ramadan", "Africa/Casablanca", "02:30", "2026-03-22", "2026-03-22T02:00"),
    ("fold over midnight, before", "America/St_Johns", "23:30", "1987-10-24", "1987-10-25T02:00"),
    ("fold over midnight, after", "America/St_Johns", "00:00", "1987-10-25", "1987-10-25T02:30"),
    ("gap of two hours", "Antarctica/Troll", "02:30", "2026-03-29", "2026-03-29T01:00"),
    ("offset in seconds", "Africa/Monrovia", "00:30", "1972-01-07", "1972-01-07T00:44:30"),
    ("Samoa skips a date", "Pacific/Apia", "09:00", "2011-12-30", None),
    ("Samoa, the last before", "Pacific/Apia", "23:59", "2011-12-29", "2011-12-30T09:59"),
    ("Samoa, the first after", "Pacific/Apia", "00:00", "2011-12-31", "2011-12-30T10:00"),
    ("Kwajalein skips a date", "Pacific/Kwajalein", "00:00", "1993-08-21", None),
    ("Kiribati skips a date", "Pacific/Kiritimati", "23:30", "1994-12-31", None),
    ("Alaska read a date twice", "America/Juneau", "12:00", "1867-10-18", "1867-10-17T20:57:41"),
    ("farthest east", "Pacific/Kiritimati", "00:00", "2026-01-01", "2025-12-31T10:00"),
    ("farthest west", "Etc/GMT+12", "23:59", "2026-01-01", "2026-01-02T11:59"),
    ("leap day", "Asia/Kathmandu", "00:00", "2028-02-29", "2028-02-28T18:15"),
    ("beyond the tables", "America/Nuuk", "23:30", "2099-03-28", "2099-03-29T01:00"),
]


@pytest.mark.parametrize(
    ("zone", "at", "on", "moment"), [row[1:] for row in TRAPS], ids=[row[0] for row in TRAPS]
)
def test_a_local_time_becomes_the_moment_its_clock_first_reads_it_or_later(
    zone: str, at: str, on: str, moment: str | None
):
    schedule = a_schedule(at, zone)

    found = occurrence_on(schedule, date.fromisoformat(on))

    assert found == (utc(moment) if moment else None)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "at", "on", "moment"), [row[1:] for row in TRAPS], ids=[row[0] for row in TRAPS]
)
def test_the_oracle_agrees_with_the_table(zone: str, at: str, on: str, moment: str | None):
    day = date.fromisoformat(on)

    assert expected(around(ZoneInfo(zone), day), day, time.fromisoformat(at)) == (
        utc(moment) if moment else None
    )


# --- Next -----------------------------------------------------------------------------------------


def test_next_is_strictly_after():
    schedule = a_schedule("09:30", "UTC")

    assert next_occurrence(schedule, utc("2026-11-22T09:29:59.999999")).at == utc(
        "2026-11-22T09:30"
    )
    assert next_occurrence(schedule, utc("2026-11-22T09:30")).at == utc("2026-11-23T09:30")


def test_next_tells_the_local_date_and_the_moment_in_utc():
    schedule = a_schedule("00:30", "Asia/Tokyo")

    occurrence = next_occurrence(schedule, utc("2026-11-22T12:00"))

    assert occurrence == Occurrence(date(2026, 11, 23), utc("2026-11-22T15:30"))
    assert occurrence.at.tzinfo is UTC


def test_after_may_be_in_any_zone():
    schedule = a_schedule("09:30", "Europe/Berlin")
    moment = datetime(2026, 11, 22, 3, 30, tzinfo=ZoneInfo("America/New_York"))

    assert next_occurrence(schedule, moment) == next_occurrence(schedule, moment.astimezone(UTC))


def test_only_the_scheduled_days_come_round():
    assert dates(a_schedule(days="04"), "2026-11-22T12:00", 4) == [
        "2026-11-23",
        "2026-11-27",
        "2026-11-30",
        "2026-12-04",
    ]


def test_the_scheduled_day_is_the_local_one():
    monday_in_tokyo = a_schedule("08:00", "Asia/Tokyo", days="0")

    assert next_occurrence(monday_in_tokyo, utc("2026-11-22T12:00")).at == utc("2026-11-22T23:00")


def test_a_skipped_date_is_skipped():
    assert dates(a_schedule("12:00", "Pacific/Apia"), "2011-12-28T00:00", 4) == [
        "2011-12-28",
        "2011-12-29",
        "2011-12-31",
        "2012-01-01",
    ]


def test_a_weekly_schedule_whose_date_is_skipped_waits_a_week():
    fridays = a_schedule("12:00", "Pacific/Apia", days="4")

    assert dates(fridays, "2011-12-22T00:00", 3) == ["2011-12-23", "2012-01-06", "2012-01-13"]


@pytest.mark.parametrize("at", ["22:30", "23:00", "23:30", "23:59", "00:00", "00:30"])
def test_a_gap_that_swallows_the_end_of_a_day_neither_loses_nor_doubles_a_date(at: str):
    assert dates(a_schedule(at, "America/Nuuk"), "2026-03-27T12:00", 4) == (
        ["2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30"]
        if at > "12:00"
        else ["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"]
    )


def test_inside_a_fold_the_second_reading_does_not_count():
    schedule = a_schedule("01:30", "America/New_York")

    first = next_occurrence(schedule, utc("2026-11-01T05:00"))
    between = next_occurrence(schedule, utc("2026-11-01T06:00"))

    assert first == Occurrence(date(2026, 11, 1), utc("2026-11-01T05:30"))
    assert between == Occurrence(date(2026, 11, 2), utc("2026-11-02T06:30"))


def test_a_fold_that_returns_to_yesterday_does_not_bring_yesterday_back():
    # St John's went from 00:01 on the 25th back to 23:01 on the 24th.
    schedule = a_schedule("23:30", "America/St_Johns")

    again = next_occurrence(schedule, utc("2007-11-04T02:45"))

    assert dates(schedule, "1987-10-23T12:00", 3) == ["1987-10-23", "1987-10-24", "1987-10-25"]
    assert again.on == date(2007, 11, 4)


def test_just_after_a_gap_the_time_inside_it_is_over():
    schedule = a_schedule("02:30", "America/New_York")

    assert next_occurrence(schedule, utc("2026-03-08T06:59:59")).at == utc("2026-03-08T07:00")
    assert next_occurrence(schedule, utc("2026-03-08T07:00")).at == utc("2026-03-09T06:30")


def test_a_time_taken_from_the_second_half_of_a_fold_means_the_same_time():
    folded = Schedule(time(1, 25, fold=1), ZoneInfo("America/New_York"), DAILY)

    assert occurrence_on(folded, date(2026, 11, 1)) == utc("2026-11-01T05:25")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
@pytest.mark.parametrize("after", [LAST_MOMENT, LAST_MOMENT - DAY / 2, LAST_MOMENT - DAY])
def test_the_end_of_the_calendar_is_a_clear_error(zone: str, after: datetime):
    with pytest.raises(ValueError, match="calendar ends"):
        next_occurrence(a_schedule("00:30", zone, days="5"), after)


def test_the_start_of_the_calendar_is_a_clear_error_or_a_date():
    early = datetime.min.replace(tzinfo=UTC)

    assert next_occurrence(a_schedule(zone="Asia/Tokyo"), early).on == date(1, 1, 1)
    with pytest.raises(ValueError, match="calendar ends"):
        next_occurrence(a_schedule(zone="America/New_York"), early)


def test_a_moment_without_a_zone_is_refused():
    naive = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - naive on purpose

    with pytest.raises(ValueError, match="needs a zone"):
        next_occurrence(a_schedule(), naive)
    with pytest.raises(ValueError, match="needs a zone"):
        local_date(naive, ZoneInfo("UTC"))


# --- Schedules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "days", "why"),
    [
        (time(9, 30), frozenset(), "at least one day"),
        (time(9, 30), frozenset({7}), "0 .Monday. to 6"),
        (time(9, 30), frozenset({0, -1}), "0 .Monday. to 6"),
        (time(9, 30, 1), DAILY, "without seconds"),
        (time(9, 30, 0, 1), DAILY, "without seconds"),
        (time(9, 30, tzinfo=UTC), DAILY, "no zone of its own"),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(at: time, days: frozenset[int], why: str):
    with pytest.raises(ValueError, match=why):
        Schedule(at, ZoneInfo("UTC"), days)


def test_equal_schedules_are_interchangeable_and_cannot_be_changed():
    schedule = a_schedule()

    assert pickle.loads(pickle.dumps(schedule)) == copy.deepcopy(schedule) == a_schedule()
    assert hash(schedule) == hash(a_schedule())
    with pytest.raises(FrozenInstanceError):
        schedule.at = time(10)  # type: ignore[misc]  # on purpose


# --- Weeks and months -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "week", "month"),
    [
        ("2026-11-22", "2026-W47", "2026-11"),
        ("2026-11-23", "2026-W48", "2026-11"),
        ("2027-01-01", "2026-W53", "2027-01"),
        ("2024-12-30", "2025-W01", "2024-12"),
        ("0999-06-01", "0999-W22", "0999-06"),
    ],
)
def test_weeks_are_iso_weeks_and_months_are_calendar_months(on: str, week: str, month: str):
    assert week_of(date.fromisoformat(on)) == week
    assert month_of(date.fromisoformat(on)) == month


@pytest.mark.parametrize(
    ("period", "before"),
    [("2026-W47", "2026-W46"), ("2027-W01", "2026-W53"), ("2026-W01", "2025-W52")],
)
def test_the_week_before_may_be_in_the_year_before(period: str, before: str):
    assert previous_week(period) == before


@pytest.mark.parametrize("period", ["2026-11", "2026-11-22", "all", "", "2026-W54", "2026W47"])
def test_only_a_week_has_a_week_before(period: str):
    with pytest.raises(ValueError, match=r"[Ii]nvalid"):
        previous_week(period)


@settings(deadline=None)
@given(st.dates(min_value=date(2, 1, 1)))
def test_a_week_later_the_previous_week_is_this_week(on: date):
    assert previous_week(week_of(on)) == week_of(on - 7 * DAY)


def test_a_local_date_is_the_one_on_the_wall():
    moment = utc("2026-11-22T12:00")

    assert local_date(moment, ZoneInfo("Pacific/Kiritimati")) == date(2026, 11, 23)
    assert local_date(moment, ZoneInfo("Etc/GMT+12")) == date(2026, 11, 22)
    assert local_date(moment.astimezone(timezone(HOUR)), ZoneInfo("UTC")) == date(2026, 11, 22)


# --- An oracle ------------------------------------------------------------------------------------

Stretch = tuple[int, int, int]  # from and until, in seconds of 1970; offset, in seconds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS = 24 * 60 * 60


def stretches(zone: ZoneInfo, first: datetime, last: datetime) -> list[Stretch]:
    """Cut a span of time where the zone's offset changes, to the second."""

    def offset(moment: datetime) -> int:
        found = moment.astimezone(zone).utcoffset()
        assert found is not None
        return found.days * SECONDS + found.seconds

    cuts, moment, here = [first], first, offset(first)
    while moment < last:
        later = min(moment + DAY / 2, last)
        there = offset(later)
        if here != there:
            low, high = moment, later
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == here else (low, middle)
            cuts.append(high)
        moment, here = later, there
    return [
        (int((start - EPOCH).total_seconds()), int((end - EPOCH).total_seconds()), offset(start))
        for start, end in pairwise([*cuts, last])
    ]


def around(zone: ZoneInfo, on: date) -> list[Stretch]:
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return stretches(zone, midnight - 3 * DAY, midnight + 4 * DAY)


def expected(clock: list[Stretch], on: date, at: time) -> datetime | None:
    """Watch the clock on the wall until it reads the time or later; None if it never shows *on*."""
    midnight = (on.toordinal() - EPOCH.toordinal()) * SECONDS
    wanted = midnight + at.hour * 3600 + at.minute * 60
    shown, found = False, None
    for start, end, offset in clock:
        if end + offset > midnight:
            shown = shown or start + offset < midnight + SECONDS
            if found is None and end + offset > wanted:
                found = max(start, wanted - offset)
    assert found is not None
    return EPOCH + timedelta(seconds=found) if shown else None


def test_the_oracle_agrees_with_a_clock_read_minute_by_minute():
    for name, day in [
        ("America/Nuuk", date(2026, 3, 28)),
        ("America/New_York", date(2026, 11, 1)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
        ("Africa/Cairo", date(2026, 10, 29)),
        ("Pacific/Apia", date(2011, 12, 30)),
    ]:
        zone, clock = ZoneInfo(name), around(ZoneInfo(name), day)
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - 2 * DAY
        minutes = [start + timedelta(minutes=n) for n in range(5 * 24 * 60)]
        wall = [(minute, minute.astimezone(zone).replace(tzinfo=None)) for minute in minutes]
        for on in (day - DAY, day, day + DAY):
            shown = any(reading.date() == on for _, reading in wall)
            for at in HALF_HOURS:
                seen = next(m for m, reading in wall if reading >= datetime.combine(on, at))
                assert expected(clock, on, at) == (seen if shown else None), (name, on, at)


# --- Properties -----------------------------------------------------------------------------------

zones = st.sampled_from(ZONES).map(ZoneInfo)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
days = st.frozensets(st.integers(0, 6), min_size=1)
local_dates = st.dates(date(1970, 1, 2), date(2099, 12, 30))


@st.composite
def days_of_change(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    """Draw a zone and a local date within a day of a change of its offset, if it has any."""
    zone, year = draw(zones), draw(st.integers(1970, 2099))
    clock = stretches(zone, datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, tzinfo=UTC))
    seconds, _, _ = draw(st.sampled_from(clock[1:] or clock))
    return zone, local_date(EPOCH + timedelta(seconds=seconds), zone) + draw(
        st.integers(-1, 1)
    ) * DAY


@settings(max_examples=300, deadline=None)
@given(days_of_change(), times)
@example((ZoneInfo("Pacific/Apia"), date(2011, 12, 30)), time(9))
def test_around_a_change_the_moment_is_what_the_clock_on_the_wall_shows(
    place: tuple[ZoneInfo, date], at: time
):
    zone, on = place

    found = occurrence_on(Schedule(at, zone, DAILY), on)

    assert found == expected(around(zone, on), on, at)


@settings(max_examples=200, deadline=None)
@given(days_of_change(), times, days, st.timedeltas(-2 * DAY, 2 * DAY))
def test_next_is_after_on_a_scheduled_day_and_the_first_such(
    place: tuple[ZoneInfo, date], at: time, weekdays: frozenset[int], shift: timedelta
):
    zone, on = place
    schedule = Schedule(at, zone, weekdays)
    after = datetime(on.year, on.month, on.day, 12, tzinfo=UTC) + shift

    found = next_occurrence(schedule, after)

    candidates = [on + n * DAY for n in range(-4, 18)]
    moments = {day: occurrence_on(schedule, day) for day in candidates}
    first = min(
        (moment, day)
        for day, moment in moments.items()
        if moment and moment > after and day.weekday() in weekdays
    )
    assert (found.at, found.on) == first


@settings(deadline=None)
@given(zones, local_dates, times, days)
def test_following_next_gives_every_scheduled_date_once_and_in_order(
    zone: ZoneInfo, on: date, at: time, weekdays: frozenset[int]
):
    schedule = Schedule(at, zone, weekdays)
    moment = datetime(on.year, on.month, on.day, tzinfo=UTC)

    seen = []
    for _ in range(10):
        seen.append(next_occurrence(schedule, moment))
        moment = seen[-1].at

    assert all(a.on < b.on and a.at < b.at for a, b in pairwise(seen))
    for before, after in pairwise(seen):
        between = [before.on + n * DAY for n in range(1, (after.on - before.on).days)]
        missing = [day for day in between if day.weekday() in weekdays]
        assert all(occurrence_on(schedule, day) is None for day in missing)


# --- The sweep ------------------------------------------------------------------------------------

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
START = datetime(2025, 12, 28, tzinfo=UTC)
END = datetime(2028, 1, 4, tzinfo=UTC)


def walk(schedule: Schedule, clock: list[Stretch], first: date, last: date) -> Iterator[str]:
    """Follow next_occurrence from date to date and tell where it leaves the oracle."""
    before = expected(clock, first - DAY, schedule.at)
    assert before is not None
    moment, on = before, first
    while on <= last:
        wanted = expected(clock, on, schedule.at)
        if wanted is not None:
            found = next_occurrence(schedule, moment)
            if found.on != on or found.at != wanted:
                yield f"{schedule.zone.key} {schedule.at:%H:%M} {on}: {found}, not {wanted}"
            moment = wanted
        on += DAY


@pytest.mark.long
def test_no_zone_ever_misses_or_doubles_a_date_in_2026_and_2027():
    """
    Every zone, every half hour, both years.

    Zones whose offsets are alike all through the two years are one family and differ in nothing
    but their name: its first walks all dates at all 48 times (at one time, if its offset never
    changes: then no date differs from the next), and every other zone walks, at all 48 times, the
    dates near each change and new year, where its own file might still mislead.
    """
    faults: list[str] = []
    families: set[tuple[Stretch, ...]] = set()
    for n, name in enumerate(ZONES):
        zone = ZoneInfo(name)
        daily = [Schedule(at, zone, DAILY) for at in HALF_HOURS]
        clock = stretches(zone, START, END)
        changes = [(EPOCH + timedelta(seconds=start)).date() for start, _, _ in clock[1:]]
        spans = [(day - DAY, day + DAY) for day in (*changes, FIRST)]
        if tuple(clock) not in families:
            families.add(tuple(clock))
            faults += walk(daily[n % 48], clock, FIRST, LAST)
            spans = [(FIRST, LAST)] if changes else spans
        for schedule in daily:
            for first, last in spans:
                faults += walk(schedule, clock, first, last)

    assert len(ZONES) > 500
    assert faults == []
