"""The short form of the sweep; the long one is ``python -m tests.scheduler.sweep``."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.ports import Store
from bot.store.database import Database
from bot.store.store import Store as RealStore
from tests.scheduler.sweep import all_zones, changes_of_clocks, first_reading, sweep

YEAR = 2026


@pytest.mark.parametrize("months", [range(1, 4), range(4, 10), range(10, 13)])
async def test_every_way_in_which_a_clock_changes_gives_one_post_a_date(
    sqlite_url: str, months: range
):
    database, faults = Database(sqlite_url), list[str]()
    days = [day for day in sorted(changes_of_clocks(YEAR).items()) if day[0].month in months]

    for on, zones in days:
        begin = on - timedelta(days=1)
        faults += await sweep(RealStore(database), zones, begin, 3, is_short=True)

    await database.close()
    assert len(days) >= 4
    assert faults == []


async def test_zones_that_never_change_give_one_post_a_date(store: Store):
    zones = all_zones()[::150]

    assert await sweep(store, zones, date(YEAR, 2, 27), 3, is_short=True) == []


@pytest.mark.parametrize(
    ("zone", "on", "at", "moment"),
    [
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),
        ("America/Nuuk", "2026-03-28", "23:59", "2026-03-29T01:00"),
        ("Asia/Kolkata", "2026-03-28", "00:30", "2026-03-27T19:00"),
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00"),
    ],
)
def test_the_sweeps_own_reading_of_clocks(zone: str, on: str, at: str, moment: str):
    read = first_reading(ZoneInfo(zone), date.fromisoformat(on), time.fromisoformat(at))

    assert read == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_the_short_form_sees_clocks_go_forward_and_back_at_many_hours():
    changes = changes_of_clocks(YEAR)

    assert 10 < sum(map(len, changes.values())) < 40
    assert {on.month for on in changes} >= {3, 4, 10}
