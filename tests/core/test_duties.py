"""What a channel owes when its time has come."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import duties
from bot.core.calendar import Schedule, local_date
from bot.core.models import (
    Address,
    Channel,
    ChannelId,
    ChannelState,
    Delivery,
    DeliveryId,
    DeliveryState,
    Kind,
    Platform,
    QuestionId,
    Round,
    RoundId,
    Settings,
    Tally,
)
from bot.core.views import RoundView

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = frozenset(range(5))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_channel(
    *, zone: ZoneInfo = BERLIN, days: frozenset[int] = WEEKDAYS, post: time = time(9, 30), **changes
) -> Channel:
    schedule = Schedule(post, zone, days)
    chosen = Settings(schedule, digest_day=0, digest_at=time(9))
    fresh = Channel(
        ChannelId(1), Address(Platform.WEB, "w", "c"), "#c", ChannelState.ACTIVE, chosen
    )
    return replace(fresh, **changes)


# 2026-11-23 is a Monday; 09:30 in Berlin is 08:30 UTC.


def test_a_daily_on_time_is_posted_and_the_next_one_set():
    plan = duties.daily_plan(
        a_channel(next_daily_at=at("2026-11-23T08:30")), at("2026-11-23T08:30")
    )

    assert plan.post_on == date(2026, 11, 23)
    assert plan.skipped == ()
    assert plan.next_at == plan.closes_at == at("2026-11-24T08:30")


@pytest.mark.parametrize("late", [timedelta(minutes=1), timedelta(hours=3), timedelta(hours=14)])
def test_a_daily_is_made_up_within_its_local_day(late):
    plan = duties.daily_plan(
        a_channel(next_daily_at=at("2026-11-23T08:30")), at("2026-11-23T08:30") + late
    )

    assert plan.post_on == date(2026, 11, 23)


def test_a_daily_of_yesterday_is_skipped_not_posted_late():
    plan = duties.daily_plan(
        a_channel(next_daily_at=at("2026-11-23T08:30")), at("2026-11-24T07:00")
    )

    assert plan.post_on is None
    assert plan.skipped == (date(2026, 11, 23),)
    assert plan.next_at == at("2026-11-24T08:30")


def test_three_days_down_give_one_daily_and_no_pile():
    plan = duties.daily_plan(
        a_channel(next_daily_at=at("2026-11-23T08:30")), at("2026-11-26T10:00")
    )

    assert plan.post_on == date(2026, 11, 26)
    assert plan.skipped == (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25))


def test_a_year_down_is_caught_up_in_a_moment():
    plan = duties.daily_plan(
        a_channel(next_daily_at=at("2025-11-24T08:30")), at("2026-11-26T10:00")
    )

    assert plan.post_on == date(2026, 11, 26)
    assert len(plan.skipped) <= 14


def test_a_date_that_has_its_round_is_never_owed_again():
    channel = a_channel(next_daily_at=at("2026-11-23T08:30"), last_on=date(2026, 11, 23))

    plan = duties.daily_plan(channel, at("2026-11-23T09:00"))

    assert plan.post_on is None
    assert plan.skipped == ()
    assert plan.next_at == at("2026-11-24T08:30")


def test_after_a_question_of_friday_the_next_is_on_monday():
    plan = duties.daily_plan(
        a_channel(next_daily_at=at("2026-11-27T08:30")), at("2026-11-27T08:31")
    )

    assert plan.next_at == plan.closes_at == at("2026-11-30T08:30")


def test_a_round_closes_after_the_time_that_was_chosen():
    channel = a_channel(next_daily_at=at("2026-11-23T08:30"))
    channel = replace(channel, settings=replace(channel.settings, open_for=timedelta(hours=8)))

    plan = duties.daily_plan(channel, at("2026-11-23T08:31"))

    assert plan.closes_at == at("2026-11-23T16:31")


def test_a_round_never_promises_to_be_open_longer_than_until_the_next_question():
    channel = a_channel(next_daily_at=at("2026-11-23T08:30"))
    channel = replace(channel, settings=replace(channel.settings, open_for=timedelta(days=2)))

    plan = duties.daily_plan(channel, at("2026-11-23T08:31"))

    assert plan.closes_at == plan.next_at == at("2026-11-24T08:30")


def test_moving_the_zone_west_over_midnight_owes_no_second_daily_on_an_earlier_date():
    # Posted on the 24th in Auckland; in Los Angeles it is still the 23rd.
    west = a_channel(zone=ZoneInfo("America/Los_Angeles"), last_on=date(2026, 11, 24))

    upcoming = duties.next_daily(west.settings.schedule, at("2026-11-23T23:00"), west.last_on)

    assert upcoming.on == date(2026, 11, 25)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [
            "Europe/Berlin",
            "America/New_York",
            "Pacific/Apia",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "America/Sao_Paulo",
        ]
    ),
    st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None)),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.lists(st.integers(1, 100 * 60), min_size=1, max_size=60),
)
def test_whenever_the_tick_comes_each_date_is_owed_once_and_only_on_its_own_day(
    zone, post, days, gaps
):
    now = at("2026-03-01T00:00")
    channel = a_channel(zone=ZoneInfo(zone), days=days, post=post)
    channel = replace(
        channel, next_daily_at=duties.next_daily(channel.settings.schedule, now, None).at
    )
    owed: list[date] = []

    for minutes in gaps:
        now += timedelta(minutes=minutes)
        if channel.next_daily_at and channel.next_daily_at <= now:
            plan = duties.daily_plan(channel, now)
            assert plan.next_at is not None
            assert plan.next_at > now
            if plan.post_on:
                assert plan.post_on >= local_date(now, channel.zone)
                owed.append(plan.post_on)
            channel = replace(
                channel, next_daily_at=plan.next_at, last_on=plan.post_on or channel.last_on
            )

    assert owed == sorted(set(owed))
    assert {on.weekday() for on in owed} <= days


def test_a_digest_on_a_monday_reports_the_week_before():
    plan = duties.digest_plan(
        a_channel(next_digest_at=at("2026-11-23T08:00")), at("2026-11-23T08:00")
    )

    assert plan.week_on == date(2026, 11, 16)
    assert plan.next_at == at("2026-11-30T08:00")


def test_a_digest_on_a_friday_reports_its_own_week():
    channel = a_channel(next_digest_at=at("2026-11-27T15:00"))
    channel = replace(channel, settings=replace(channel.settings, digest_day=4, digest_at=time(16)))

    assert duties.digest_plan(channel, at("2026-11-27T15:00")).week_on == date(2026, 11, 23)


@pytest.mark.parametrize("day", range(7))
def test_a_digest_reports_most_of_a_week_whatever_its_day(day):
    due_at = at("2026-11-23T08:00") + timedelta(days=day)  # from a Monday on
    channel = a_channel(next_digest_at=due_at)
    channel = replace(channel, settings=replace(channel.settings, digest_day=day))

    plan = duties.digest_plan(channel, due_at)

    assert plan.week_on == date(2026, 11, 16 if day <= 3 else 23)


def test_a_digest_is_made_up_within_a_day_and_not_later():
    channel = a_channel(next_digest_at=at("2026-11-23T08:00"))

    assert duties.digest_plan(channel, at("2026-11-24T07:59")).week_on == date(2026, 11, 16)
    assert duties.digest_plan(channel, at("2026-11-24T08:01")).week_on is None


def test_weeks_down_give_one_digest():
    plan = duties.digest_plan(
        a_channel(next_digest_at=at("2026-11-02T08:00")), at("2026-11-23T09:00")
    )

    assert plan.week_on == date(2026, 11, 16)
    assert plan.next_at == at("2026-11-30T08:00")


def a_view(tally: Tally) -> RoundView:
    round_ = Round(
        RoundId(1), ChannelId(1), QuestionId("q"), date(2026, 11, 23), at("2026-11-24T08:30")
    )
    return RoundView(round_, a_channel(), tally)


def test_a_round_nobody_graded_teaches_the_channel_nothing():
    assert duties.channel_memory(a_view(Tally(tried=3)), None, at("2026-11-24T08:30")) is None


def test_the_better_a_round_went_the_later_its_question_returns():
    now = at("2026-11-24T08:30")
    went = [Tally(4, 0, 0, 4), Tally(4, 1, 2, 1), Tally(4, 4, 0, 0)]

    dues = [
        memory.due_at
        for tally in went
        if (memory := duties.channel_memory(a_view(tally), None, now))
    ]

    assert len(dues) == 3
    assert dues == sorted(dues)
    assert dues[-1] > dues[0]


def test_a_daily_that_a_gap_moves_over_midnight_is_posted_not_skipped():
    # In Nuuk the clock goes from 23:00 to 00:00 on 2026-03-28: 23:30 falls on the 29th at 00:00.
    nuuk = a_channel(zone=ZoneInfo("America/Nuuk"), days=frozenset(range(7)), post=time(23, 30))
    due_at = duties.next_daily(nuuk.settings.schedule, at("2026-03-28T12:00"), None).at

    plan = duties.daily_plan(replace(nuuk, next_daily_at=due_at), due_at + timedelta(seconds=1))

    assert plan.post_on == date(2026, 3, 28)
    assert plan.skipped == ()


# --- until when anybody wants a delivery


def a_delivery(kind: Kind, created_at: datetime, on: date = date(2026, 11, 23)) -> Delivery:
    return Delivery(
        DeliveryId(1), kind, a_channel(), on, DeliveryState.PENDING, created_at=created_at
    )


@pytest.mark.parametrize(
    ("created_at", "closes_at", "until"),
    [
        ("2026-11-23T08:30", None, "2026-11-23T23:00"),  # midnight in Berlin
        ("2026-11-23T22:40", None, "2026-11-23T23:40"),  # an hour at least
        ("2026-11-23T08:30", "2026-11-23T12:00", "2026-11-23T12:00"),
        ("2026-11-23T08:30", "2026-11-24T08:30", "2026-11-23T23:00"),
        ("2026-11-23T23:10", None, "2026-11-24T23:00"),  # owed past midnight, for the day before
        ("2026-11-22T22:10", None, "2026-11-23T23:00"),  # owed ahead of its date
    ],
)
def test_a_daily_is_wanted_on_its_day_and_never_once_its_round_has_closed(
    created_at, closes_at, until
):
    closes = at(closes_at) if closes_at else None

    assert duties.wanted_until(a_delivery(Kind.DAILY, at(created_at)), closes) == at(until)


@pytest.mark.parametrize(
    ("kind", "length"),
    [
        (Kind.HELLO, timedelta(days=7)),
        (Kind.ANSWER, timedelta(days=7)),
        (Kind.DIGEST, timedelta(days=1)),
        (Kind.SHARE, timedelta(hours=1)),
        (Kind.NOTICE, timedelta(days=7)),
    ],
)
def test_everything_else_is_wanted_for_a_while_after_it_was_owed(kind, length):
    owed_at = at("2026-11-23T08:30")

    assert duties.wanted_until(a_delivery(kind, owed_at), owed_at) == owed_at + length


def test_dates_are_recorded_as_skipped_for_two_weeks_back():
    plan = duties.daily_plan(
        a_channel(days=frozenset(range(7)), next_daily_at=at("2026-10-01T07:30")),
        at("2026-11-23T08:30"),
    )

    assert plan.skipped == tuple(date(2026, 11, 9) + timedelta(days=i) for i in range(14))


def test_after_nothing_was_posted_the_next_date_follows_the_newest_round():
    ahead = a_channel(next_daily_at=at("2026-11-23T08:30"), last_on=date(2026, 11, 24))

    plan = duties.daily_plan(ahead, at("2026-11-23T08:30"))

    assert (plan.post_on, plan.next_at) == (None, at("2026-11-25T08:30"))
