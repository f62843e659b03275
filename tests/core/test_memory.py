"""What FSRS is asked, and the traps around it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import fsrs.card
import fsrs.scheduler
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.grading import Grade
from bot.core.memory import Memory, Rating, rating, retrievability, review

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)

ratings = st.sampled_from([Rating.Again, Rating.Hard, Rating.Good])
waits = st.timedeltas(timedelta(), timedelta(days=400))


def reviewed(*ratings: Rating, first: datetime = NOON) -> Memory:
    """Build a memory that was always reviewed when it was due."""
    memory, now = None, first
    for given_rating in ratings:
        memory = review(memory, given_rating, now)
        now = memory.due_at
    assert memory is not None
    return memory


# --- From a grade to a rating ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grade", "ticked", "key_points", "expected"),
    [
        (Grade.MISSED, 0, 4, Rating.Again),
        (Grade.MISSED, 3, 4, Rating.Again),
        (Grade.MISSED, None, 4, Rating.Again),
        (Grade.PARTLY, 1, 4, Rating.Again),
        (Grade.PARTLY, 2, 4, Rating.Hard),
        (Grade.PARTLY, 3, 4, Rating.Hard),
        (Grade.PARTLY, 2, 5, Rating.Again),
        (Grade.PARTLY, 3, 5, Rating.Hard),
        (Grade.PARTLY, 0, 2, Rating.Again),
        (Grade.PARTLY, None, 4, Rating.Hard),
        (Grade.GOT_IT, 4, 4, Rating.Good),
        (Grade.GOT_IT, 0, 4, Rating.Good),
        (Grade.GOT_IT, None, 4, Rating.Good),
    ],
)
def test_a_grade_becomes_a_rating(
    grade: Grade, ticked: int | None, key_points: int, expected: Rating
):
    assert rating(grade, ticked, key_points) is expected


# --- Reviews --------------------------------------------------------------------------------------


def test_the_first_good_review_comes_back_in_days_and_the_next_ones_ever_later():
    first = reviewed(Rating.Good)
    second = review(first, Rating.Good, first.due_at)

    assert first.due_at - NOON == 2 * DAY
    assert second.due_at - second.reviewed_at == 11 * DAY
    assert first.reviewed_at == NOON


def test_a_missed_question_comes_back_the_next_day():
    assert reviewed(Rating.Again).due_at == NOON + DAY


def test_the_better_the_rating_the_later_it_comes_back():
    learned = reviewed(Rating.Good, Rating.Good)

    again, hard, good = (
        review(learned, given_rating, learned.due_at)
        for given_rating in (Rating.Again, Rating.Hard, Rating.Good)
    )

    assert again.due_at < hard.due_at < good.due_at
    assert again.stability < learned.stability < good.stability
    assert again.difficulty > hard.difficulty > good.difficulty


def test_no_review_waits_for_minutes():
    for first in (Rating.Again, Rating.Hard, Rating.Good):
        for second in (Rating.Again, Rating.Hard, Rating.Good):
            memory = reviewed(first, second)

            assert memory.due_at - memory.reviewed_at >= DAY
            assert memory.state == fsrs.State.Review


def test_the_same_review_gives_the_same_memory_every_time():
    long = reviewed(*[Rating.Good] * 5)  # fuzz would spread this one over days

    assert len({review(long, Rating.Good, long.due_at) for _ in range(50)}) == 1


def test_a_changed_grade_is_a_new_review_of_the_memory_from_before():
    before = reviewed(Rating.Good)
    kept = Memory(
        before.state, before.stability, before.difficulty, before.due_at, before.reviewed_at
    )

    review(before, Rating.Good, NOON + 2 * DAY)
    changed = review(before, Rating.Again, NOON + 2 * DAY)

    assert before == kept
    assert changed == review(kept, Rating.Again, NOON + 2 * DAY)


def test_practice_on_the_same_day_is_a_review_too():
    once = reviewed(Rating.Good)

    assert review(once, Rating.Good, NOON + timedelta(minutes=5)).stability >= once.stability


@pytest.mark.parametrize("state", list(fsrs.State))
def test_every_state_that_may_be_stored_can_be_reviewed(state: fsrs.State):
    stored = Memory(int(state), 5.0, 5.0, NOON, NOON - 5 * DAY)

    assert review(stored, Rating.Good, NOON).due_at > NOON


# --- The clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Europe/Berlin"])
def test_moments_may_come_in_any_zone_and_leave_in_utc(zone: str):
    here = NOON.astimezone(ZoneInfo(zone))
    utc = reviewed(Rating.Good)
    local = Memory(
        utc.state,
        utc.stability,
        utc.difficulty,
        utc.due_at.astimezone(ZoneInfo(zone)),
        utc.reviewed_at.astimezone(ZoneInfo(zone)),
    )

    first, second = review(None, Rating.Good, here), review(local, Rating.Good, here + 2 * DAY)

    assert first == utc
    assert second == review(utc, Rating.Good, NOON + 2 * DAY)
    assert first.due_at.tzinfo is first.reviewed_at.tzinfo is UTC
    assert second.due_at.tzinfo is second.reviewed_at.tzinfo is UTC
    assert retrievability(local, here + 9 * DAY) == retrievability(utc, NOON + 9 * DAY)


def test_a_moment_without_a_zone_is_refused():
    naive = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - naive on purpose

    with pytest.raises(ValueError, match="needs a zone"):
        review(None, Rating.Good, naive)
    with pytest.raises(ValueError, match="needs a zone"):
        retrievability(reviewed(Rating.Good), naive)


@pytest.mark.parametrize("back", [timedelta(seconds=1), DAY, 1000 * DAY])
def test_a_clock_that_went_back_is_survived(back: timedelta):
    memory = reviewed(Rating.Good)

    again = review(memory, Rating.Good, NOON - back)

    assert again.due_at > NOON - back
    assert retrievability(memory, NOON - back) == 1.0


def test_nothing_sleeps_or_reads_a_clock(monkeypatch: pytest.MonkeyPatch):
    class NoClock(datetime):
        @classmethod
        def now(cls, *_: object) -> datetime:
            raise AssertionError("asked the clock")

    def no_sleep(_: float) -> None:
        raise AssertionError("slept")

    monkeypatch.setattr(fsrs.card, "datetime", NoClock)
    monkeypatch.setattr(fsrs.scheduler, "datetime", NoClock)
    monkeypatch.setattr(fsrs.card.time, "sleep", no_sleep)

    memory = review(None, Rating.Good, NOON)
    review(memory, Rating.Good, NOON + DAY)
    retrievability(memory, NOON + DAY)


# --- Retrievability -------------------------------------------------------------------------------


def test_what_was_just_learned_is_remembered_and_fades_to_nine_tenths_when_stable_for_so_long():
    memory = Memory(2, 10.0, 5.0, NOON + 10 * DAY, NOON)

    chances = [retrievability(memory, NOON + n * DAY) for n in (0, 1, 10, 100)]

    assert chances[0] == 1.0
    assert chances[2] == pytest.approx(0.9)
    assert all(later < earlier for earlier, later in pairwise(chances))


@settings(deadline=None)
@given(st.lists(st.tuples(ratings, waits), min_size=1, max_size=12))
def test_any_history_leaves_a_memory_that_makes_sense(history: list[tuple[Rating, timedelta]]):
    memory, now = None, NOON
    for given_rating, wait in history:
        now += wait
        memory = review(memory, given_rating, now)

        assert memory.stability > 0
        assert 1 <= memory.difficulty <= 10
        assert memory.due_at >= now + DAY
        assert memory.reviewed_at == now
        assert 0 < retrievability(memory, now + wait) <= 1
