"""Health: an outage has one beginning and one end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.scheduler.health import Health
from tests.builders import MINUTE, NOON

SECOND = timedelta(seconds=1)


def test_an_outage_is_logged_when_it_begins_and_not_again(caplog: pytest.LogCaptureFixture):
    health = Health()

    for _ in range(3):
        health.ill("The disk is full.", NOON)

    assert [record.getMessage() for record in caplog.records] == [
        "Nothing can be posted until the database is back. The disk is full."
    ]
    assert (health.down_since, health.trouble) == (NOON, "The disk is full.")


def test_one_beat_that_works_does_not_end_an_outage_for_a_full_disk_can_be_read(
    caplog: pytest.LogCaptureFixture,
):
    health = Health()

    for _ in range(5):
        health.ill("The disk is full.", NOON)
        health.well(NOON)

    assert len(caplog.records) == 1
    assert health.down_since == NOON


def test_two_beats_that_work_end_it_as_of_the_first(caplog: pytest.LogCaptureFixture):
    health = Health()
    health.ill("It is away.", NOON)

    health.well(NOON + MINUTE)
    health.well(NOON + MINUTE + SECOND)

    assert caplog.records[-1].getMessage() == "The database is back after 0:01:00."
    assert (health.down_since, health.trouble) == (None, "")


def test_a_second_outage_is_told_again(caplog: pytest.LogCaptureFixture):
    health = Health()

    for _ in range(2):
        health.ill("It is away.", NOON)
        health.well(NOON)
        health.well(NOON)

    assert len(caplog.records) == 4


def test_while_all_is_well_nothing_is_logged(caplog: pytest.LogCaptureFixture):
    health = Health()

    health.well(NOON)
    health.well(NOON + MINUTE)

    assert not caplog.records
    assert health.beat_at == NOON + MINUTE
    assert health.problem(NOON + MINUTE, NOON) == ""


def test_a_tick_that_hangs_is_a_problem():
    health = Health()
    health.well(NOON)

    assert "silent" in health.problem(NOON + 5 * MINUTE, NOON)
