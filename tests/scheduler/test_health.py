"""What a host is told of the scheduler: when it beat last, and why nothing is posted."""

import json
from datetime import timedelta

import pytest

from bot.scheduler.health import SILENCE, Health
from tests.builders import MINUTE, NOON

SECOND = timedelta(seconds=1)


def test_a_scheduler_that_beats_has_no_problem():
    health = Health()
    health.well(NOON)

    assert health.problem(NOON + SILENCE, NOON - MINUTE) == ""


@pytest.mark.parametrize("beat_at", [None, NOON])
def test_one_that_was_silent_for_more_than_a_minute_since_it_started_or_beat_has_one(beat_at):
    health = Health(beat_at=beat_at)

    assert health.problem(NOON + MINUTE, NOON) == ""
    assert health.problem(NOON + MINUTE + SECOND, NOON) == ("The tick has been silent for 0:01:01.")


def test_an_outage_is_told_with_its_reason_until_it_is_over():
    health = Health()
    health.ill("The disk is full.", NOON)

    told = health.problem(NOON + MINUTE, NOON)
    health.well(NOON + 2 * MINUTE)
    health.well(NOON + 2 * MINUTE + SECOND)

    assert told == "Nothing can be posted since 12:00:00 UTC: The disk is full."
    assert health.problem(NOON + 2 * MINUTE + SECOND, NOON) == ""


def test_its_facts_are_ready_for_json():
    health = Health()
    assert json.loads(json.dumps(health.facts()))["beat"] is None
    health.well(NOON)
    health.sent, health.last_lateness, health.clock_offset = 3, 2 * SECOND, -SECOND

    assert health.facts() == {
        "beat": "2026-11-23T12:00:00+00:00",
        "clock_offset_seconds": -1.0,
        "sent": 3,
        "failed": 0,
        "last_late_seconds": 2.0,
    }
