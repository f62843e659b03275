"""What is remembered of a question and when it fades: FSRS, one review a day."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fsrs import Card, Rating, Scheduler, State

from bot.core.grading import Grade

__all__ = ["Memory", "Rating", "rating", "retrievability", "review"]

# A daily quiz has no use for steps of minutes, and fuzz would give each process another date.
_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known about one memory: FSRS's numbers, when it was reviewed and when it fades."""

    state: int
    stability: float
    difficulty: float
    due_at: datetime
    reviewed_at: datetime


def rating(grade: Grade, ticked: int | None, key_points: int) -> Rating:
    """
    Translate a grade into FSRS's words.

    Partly is Hard with at least half the key points, else Again. Ticks that nobody gave (None: a
    plain reply) count as Hard, because the member did remember something.
    """
    match grade:
        case Grade.MISSED:
            return Rating.Again
        case Grade.GOT_IT:
            return Rating.Good
        case Grade.PARTLY:
            return Rating.Hard if ticked is None or 2 * ticked >= key_points else Rating.Again


def review(memory: Memory | None, rating: Rating, now: datetime) -> Memory:
    """
    Give the memory after a review; None stands for a question never seen.

    A changed grade is a new review of the memory from before, which the caller keeps.
    Raises ValueError when *now* has no zone.
    """
    now = _utc(now)
    card, _ = _SCHEDULER.review_card(_card(memory, now), rating, now)
    assert card.stability is not None and card.difficulty is not None  # set by every review
    return Memory(int(card.state), card.stability, card.difficulty, card.due, now)


def retrievability(memory: Memory, now: datetime) -> float:
    """Estimate the chance, 0 to 1, that the answer is still remembered; in steps of a day."""
    now = _utc(now)
    return float(_SCHEDULER.get_card_retrievability(_card(memory, now), now))


def _card(memory: Memory | None, now: datetime) -> Card:
    """Build FSRS's card, always with an id and a due date: without, it sleeps or asks the clock."""
    if memory is None:
        return Card(card_id=0, due=now)
    state = State(memory.state)
    return Card(
        card_id=0,
        state=state,
        step=None if state is State.Review else 0,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at,
        last_review=memory.reviewed_at,
    )


def _utc(moment: datetime) -> datetime:
    """Put a moment into `timezone.utc`, the only zone FSRS takes (not even `ZoneInfo("UTC")`)."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a zone: {moment}")
    return moment.astimezone(UTC)
