"""Small builders: a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core import duties
from bot.core.calendar import Schedule
from bot.core.grading import Grade
from bot.core.memory import Memory, Rating, review
from bot.core.models import (
    AttemptKey,
    Caller,
    Channel,
    Confidence,
    MessageRef,
    Platform,
    QuestionId,
    Settings,
)
from bot.core.ports import Store
from bot.core.views import Asked, Graded, GradeRule, Setup, SetupRule, Situation, Verdict

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday, 2026-W48."""
MONDAY = NOON.date()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
EVERY_DAY = frozenset(range(7))
ALL_PLATFORMS = tuple(Platform)
WEEK = "2026-W48"


def a_caller(member: str = "U1", **changes: Any) -> Caller:
    """Ann's like: a member in a channel of a Slack workspace, who is an admin."""
    plain = Caller(
        platform=Platform.SLACK,
        workspace="T1",
        member=member,
        name=f"Name of {member}",
        channel="C1",
        channel_name="general",
        is_admin=True,
    )
    return replace(plain, **changes)


def a_schedule(at: str = "12:00", zone: str = "UTC", days: frozenset[int] = EVERY_DAY) -> Schedule:
    """Every day at noon, UTC."""
    return Schedule(time.fromisoformat(at), ZoneInfo(zone), days)


def some_settings(**changes: Any) -> Settings:
    """A daily at noon UTC, of all levels and topics; a digest on Mondays at nine."""
    return replace(Settings(a_schedule()), **changes)


async def a_channel(
    store: Store, caller: Caller | None = None, *, now: datetime = NOON, **settings: Any
) -> Channel:
    """Set up the caller's channel: its daily is due *now* and each day, its digest in a week."""
    settings = {"schedule": a_schedule(f"{now:%H:%M}")} | settings
    rule = setup(some_settings(**settings), now, now + 7 * DAY)
    return await store.keep_settings(caller or a_caller(), rule, now)


def setup(settings: Settings, next_daily_at: datetime, next_digest_at: datetime) -> SetupRule:
    """Keep this, whatever the channel is."""
    return lambda _channel: Setup(settings, next_daily_at, next_digest_at)


async def open_a_round(
    store: Store, *, now: datetime = NOON, question: str = "q1", posted: bool = True
) -> None:
    """Claim all dailies that are due at *now*, each with *question*, and deliver them."""
    await store.claim_dailies(ALL_PLATFORMS, now, duties.daily_plan, always(question))
    if posted:
        await deliver_all(store, now)


async def deliver_all(store: Store, now: datetime = NOON) -> None:
    """Deliver all that is due at *now*."""
    while leases := await store.lease(ALL_PLATFORMS, now, MINUTE):
        for lease in leases:
            await store.delivered(lease.delivery.id, MessageRef(f"m{lease.delivery.id}"), now)


async def the_round(store: Store, caller: Caller | None = None, now: datetime = NOON) -> AttemptKey:
    """The key of the round open in the caller's channel."""
    situation = await store.open_round(caller or a_caller(), now)
    assert situation is not None and situation.round is not None
    return AttemptKey(round_id=situation.round.id)


async def a_round(
    store: Store, caller: Caller | None = None, *, now: datetime = NOON, question: str = "q1"
) -> AttemptKey:
    """Set up the caller's channel, open and post a round there; gives its key."""
    await a_channel(store, caller, now=now)
    await open_a_round(store, now=now, question=question)
    return await the_round(store, caller, now)


async def grade(
    store: Store,
    key: AttemptKey,
    caller: Caller | None = None,
    grade: Grade = Grade.GOT_IT,
    *,
    now: datetime = NOON,
    points: int = 20,
    ticked: frozenset[int] | None = None,
) -> Graded:
    """Reveal and grade as one member does."""
    caller = caller or a_caller()
    await store.reveal(caller, key, "words", Confidence.SURE, now)
    return await store.grade(caller, key, a_rule(grade, now, points=points, ticked=ticked), now)


def a_rule(
    grade: Grade = Grade.GOT_IT,
    now: datetime = NOON,
    *,
    points: int = 20,
    ticked: frozenset[int] | None = None,
) -> GradeRule:
    """A rule that gives *grade* and *points* whatever the situation."""
    rating = {Grade.MISSED: Rating.Again, Grade.PARTLY: Rating.Hard, Grade.GOT_IT: Rating.Good}

    def rule(_situation: Situation, before: Memory | None) -> Verdict:
        return Verdict(grade, ticked, points, review(before, rating[grade], now))

    return rule


def always(question: str) -> Any:
    """A pick that picks *question* for every channel and date."""

    def pick(_asked: Asked, _on: date) -> QuestionId:
        return QuestionId(question)

    return pick
