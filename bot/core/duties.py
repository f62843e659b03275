"""What a channel owes when its time has come: dailies, digests, and what it learns at a close."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from bot.core.calendar import Occurrence, Schedule, local_date, next_occurrence
from bot.core.memory import Memory, Rating, review
from bot.core.models import Channel, ChannelState, Delivery, Kind, Settings, Tally
from bot.core.views import DailyPlan, DigestPlan, RoundView, Setup

LOOK_BACK = timedelta(days=14)
"""How far back missed dates are recorded as skipped."""
DIGEST_GRACE = timedelta(days=1)
DAILY_GRACE = timedelta(hours=1)
"""How long a daily owed in time may be under way past midnight: pacing and retries take a while."""
WANTED = {
    Kind.HELLO: timedelta(days=7),
    Kind.ANSWER: timedelta(days=7),
    Kind.DIGEST: DIGEST_GRACE,
    Kind.SHARE: timedelta(hours=1),
    Kind.NOTICE: timedelta(days=7),
}
"""How long after it was owed anybody wants a delivery; dailies go by their date."""
_INSTANT = timedelta(microseconds=1)


def next_daily(schedule: Schedule, now: datetime, last_on: date | None) -> Occurrence:
    """The next daily after *now* on a later local date than the newest round's."""
    occurrence = next_occurrence(schedule, now)
    while last_on is not None and occurrence.on <= last_on:
        occurrence = next_occurrence(schedule, occurrence.at)
    return occurrence


def closing(settings: Settings, now: datetime, on: date) -> datetime:
    """When a round posted at *now* for local date *on* closes: with the next one at the latest."""
    following = next_daily(settings.schedule, now, on).at
    if settings.open_for is None:
        return following
    return min(now + settings.open_for, following)


def daily_plan(channel: Channel, now: datetime) -> DailyPlan:
    """
    What a channel whose ``next_daily_at`` has come owes: today's daily, older ones skipped.

    A gap can push a daily past midnight; it is then wanted on the date on which it falls.
    """
    assert channel.next_daily_at is not None  # the claim selects by it
    return _daily_plan(channel.settings, channel.next_daily_at, channel.last_on, now)


@lru_cache(maxsize=1024)  # at nine in the morning thousands of channels are alike
def _daily_plan(
    settings: Settings, due_at: datetime, last_on: date | None, now: datetime
) -> DailyPlan:
    schedule, zone = settings.schedule, settings.schedule.zone
    today = local_date(now, zone)
    post_on, skipped = None, list[date]()
    occurrence = next_occurrence(schedule, max(due_at, now - LOOK_BACK) - _INSTANT)
    while occurrence.at <= now:
        if last_on is None or occurrence.on > last_on:
            if local_date(occurrence.at, zone) >= today:
                skipped += [post_on] if post_on else []
                post_on = occurrence.on
            else:
                skipped.append(occurrence.on)
        occurrence = next_occurrence(schedule, occurrence.at)
    return DailyPlan(
        post_on=post_on,
        closes_at=closing(settings, now, post_on) if post_on else None,
        skipped=tuple(skipped),
        next_at=next_daily(schedule, now, post_on or last_on).at,
    )


def plan_now(channel: Channel, now: datetime) -> DailyPlan:
    """What a channel owes when an admin asks for today's daily at once."""
    settings, on = channel.settings, local_date(now, channel.zone)
    is_active = channel.state is ChannelState.ACTIVE
    return DailyPlan(
        post_on=on,
        closes_at=closing(settings, now, on),
        skipped=(),
        next_at=next_daily(settings.schedule, now, on).at,
        is_scheduled=is_active and on.weekday() in settings.schedule.days,
    )


def setup(settings: Settings, channel: Channel | None, now: datetime) -> Setup:
    """What to keep when a channel is given *settings*; one that is paused stays so."""
    if channel is not None and channel.state is ChannelState.PAUSED:
        return Setup(settings)
    return going_on(settings, channel, now)


def going_on(settings: Settings, channel: Channel | None, now: datetime) -> Setup:
    """
    What to keep when a channel posts by itself from now on.

    What is due and not claimed yet stays due: the claim knows what of it is still wanted.
    """
    daily = next_daily(settings.schedule, now, channel.last_on if channel else None).at
    digest = next_occurrence(settings.digest, now).at
    if channel is not None:
        daily = _overdue(settings.schedule, channel.next_daily_at, now) or daily
        digest = _overdue(settings.digest, channel.next_digest_at, now) or digest
    return Setup(settings, daily, digest)


def _overdue(schedule: Schedule, due_at: datetime | None, now: datetime) -> datetime | None:
    """What was due and not claimed, as far as *schedule* has a turn between then and now."""
    if due_at is None or next_occurrence(schedule, due_at - _INSTANT).at > now:
        return None
    return due_at


def wanted_until(delivery: Delivery, closes_at: datetime | None) -> datetime:
    """
    From when on nobody wants *delivery* any more; *closes_at* is when its round closes.

    A daily is wanted on its local date, or the one on which it was owed: for an hour at least, and
    never once its round has closed.
    """
    assert delivery.created_at is not None  # the store sets it
    if delivery.kind is not Kind.DAILY:
        return delivery.created_at + WANTED[delivery.kind]
    zone = delivery.channel.zone
    last = max(delivery.local_on, local_date(delivery.created_at, zone))
    midnight = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    until = max(midnight, delivery.created_at + DAILY_GRACE)
    return min(until, closes_at) if closes_at else until


def digest_plan(channel: Channel, now: datetime) -> DigestPlan:
    """
    What a channel whose ``next_digest_at`` has come owes.

    Until Thursday a digest reports the week before, from Friday on its own week. More than a day
    late it is not posted.
    """
    assert channel.next_digest_at is not None  # the claim selects by it
    schedule = channel.settings.digest
    due = next_occurrence(schedule, max(channel.next_digest_at, now - LOOK_BACK) - _INSTANT)
    while (later := next_occurrence(schedule, due.at)).at <= now:
        due = later
    if due.at > now:
        return DigestPlan(None, due.at)
    late = now - due.at > DIGEST_GRACE
    return DigestPlan(None if late else week_start(due.on - timedelta(days=4)), later.at)


def week_start(on: date) -> date:
    """The Monday of the week of *on*."""
    return on - timedelta(days=on.weekday())


def channel_memory(view: RoundView, memory: Memory | None, now: datetime) -> Memory | None:
    """
    What the channel as a whole remembers after a round; None when nobody graded.

    A partly counts half. Three quarters of the most are Good, two fifths Hard, less is Again.
    """
    if not view.tally.graded:
        return None
    return review(memory, _rating(view.tally), now)


def _rating(tally: Tally) -> Rating:
    share = (tally.got_it + tally.partly / 2) / tally.graded
    if share >= 0.75:
        return Rating.Good
    return Rating.Hard if share >= 0.4 else Rating.Again
