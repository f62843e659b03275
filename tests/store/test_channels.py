"""Channels: set up, paused, left, come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.errors import NoChannelError, NotSetUpError
from bot.core.models import (
    Address,
    ChannelState,
    DeliveryState,
    Kind,
    Level,
    Platform,
    Settings,
)
from tests.builders import (
    ALL_PLATFORMS,
    DAY,
    HOUR,
    NOON,
    a_caller,
    a_channel,
    a_schedule,
    open_a_round,
    setup,
    some_settings,
)

EVERYTHING_ODD = Settings(
    a_schedule("23:59", "America/St_Johns", frozenset({0, 6})),
    levels=frozenset({Level.ADVANCED, Level.BEGINNER}),
    topics=frozenset({"sessions", "app-context"}),
    open_for=timedelta(hours=7, minutes=5),
    digest_day=4,
    digest_at=time(16, 45),
)


async def test_an_unknown_channel_is_none(store):
    assert await store.find_channel(a_caller()) is None
    assert await store.find_channel(a_caller(channel=None)) is None


async def test_a_joined_channel_is_new_and_owed_a_hello(store):
    channel = await store.join_channel(a_caller(), some_settings(), NOON)

    assert channel.state is ChannelState.NEW
    assert channel.address == Address(Platform.SLACK, "T1", "C1")
    assert channel.name == "general"
    assert channel.settings == some_settings()
    assert (channel.next_daily_at, channel.next_digest_at, channel.last_on) == (None, None, None)
    assert await store.find_channel(a_caller()) == channel
    [hello] = await store.last_deliveries(a_caller())
    assert (hello.kind, hello.state, hello.local_on) == (
        Kind.HELLO,
        DeliveryState.PENDING,
        date(1970, 1, 1),
    )
    assert hello.channel == channel


async def test_joining_again_changes_nothing_but_the_name(store):
    first = await store.join_channel(a_caller(), some_settings(), NOON)

    again = await store.join_channel(
        a_caller("U2", channel_name="flask"), EVERYTHING_ODD, NOON + HOUR
    )

    assert again == replace(first, name="flask")
    assert len(await store.last_deliveries(a_caller())) == 1


async def test_every_setting_is_read_back_as_it_was_kept(store):
    kept = await store.keep_settings(a_caller(), setup(EVERYTHING_ODD, NOON, NOON + DAY), NOON)

    assert kept.settings == EVERYTHING_ODD
    assert kept.zone == ZoneInfo("America/St_Johns")
    assert (kept.next_daily_at, kept.next_digest_at) == (NOON, NOON + DAY)
    assert (kept.state, kept.admin) == (ChannelState.ACTIVE, "U1")
    assert await store.find_channel(a_caller()) == kept


async def test_settings_of_no_level_or_topic_are_read_back_too(store):
    settings = some_settings(levels=frozenset(), topics=frozenset())

    kept = await store.keep_settings(a_caller(), setup(settings, NOON, NOON), NOON)

    assert kept.settings == settings


async def test_keeping_settings_where_the_caller_has_no_channel_is_refused(store):
    with pytest.raises(NoChannelError):
        await store.keep_settings(a_caller(channel=None), setup(some_settings(), NOON, NOON), NOON)
    with pytest.raises(NoChannelError):
        await store.join_channel(a_caller(channel=None), some_settings(), NOON)


async def test_pausing_stops_and_resuming_goes_on(store):
    await a_channel(store)

    paused = await store.pause(a_caller())
    assert (paused.state, paused.next_daily_at) == (ChannelState.PAUSED, None)
    assert not await store.due(ALL_PLATFORMS, NOON + 30 * DAY)

    resumed = await store.resume(a_caller(), setup(some_settings(), NOON + HOUR, NOON + DAY))
    assert (resumed.state, resumed.next_daily_at) == (ChannelState.ACTIVE, NOON + HOUR)


async def test_only_a_channel_that_was_set_up_can_be_paused(store):
    with pytest.raises(NotSetUpError):
        await store.pause(a_caller())
    await store.join_channel(a_caller(), some_settings(), NOON)
    with pytest.raises(NotSetUpError):
        await store.pause(a_caller())


async def test_a_channel_that_is_left_owes_nothing(store):
    channel = await a_channel(store)
    await open_a_round(store, posted=False)

    await store.leave_channel(channel.address)

    gone = await store.find_channel(a_caller())
    assert (gone.state, gone.next_daily_at, gone.next_digest_at) == (ChannelState.GONE, None, None)
    [daily] = await store.last_deliveries(a_caller())
    assert (daily.state, daily.error) == (DeliveryState.FAILED, "the bot left the channel")
    due = await store.due(ALL_PLATFORMS, NOON + 30 * DAY)
    assert not (due.dailies or due.digests or due.deliveries)


async def test_a_channel_that_was_set_up_comes_back_paused_with_its_settings(store):
    channel = await a_channel(store, topics=frozenset({"sessions"}))
    await store.leave_channel(channel.address)

    back = await store.join_channel(a_caller("U2"), some_settings(), NOON + DAY)

    assert back.state is ChannelState.PAUSED
    assert back.settings == channel.settings
    [hello] = await store.last_deliveries(a_caller())
    assert (hello.kind, hello.state) == (Kind.HELLO, DeliveryState.PENDING)


async def test_it_comes_back_paused_even_when_its_admin_was_forgotten(store):
    channel = await a_channel(store)
    await store.forget(a_caller(), NOON)
    await store.leave_channel(channel.address)

    back = await store.join_channel(a_caller("U2"), some_settings(), NOON + DAY)

    assert (back.state, back.admin) == (ChannelState.PAUSED, "")


async def test_a_channel_never_set_up_comes_back_new_and_is_not_greeted_again(store):
    channel = await store.join_channel(a_caller(), some_settings(), NOON)
    await store.leave_channel(channel.address)

    back = await store.join_channel(a_caller(), some_settings(), NOON + DAY)

    assert back.state is ChannelState.NEW
    assert [d.state for d in await store.last_deliveries(a_caller())] == [DeliveryState.FAILED]


async def test_what_was_left_and_set_up_is_known_by_workspace(store):
    here, there, active = a_caller(), a_caller(channel="C2"), a_caller(channel="C3")
    await a_channel(store, here)
    await store.join_channel(there, some_settings(), NOON)
    await a_channel(store, a_caller(workspace="T2"))
    await store.leave_workspace(Platform.SLACK, "T1")
    await store.leave_workspace(Platform.SLACK, "T2")
    await a_channel(store, active)

    left = await store.left_channels(Platform.SLACK, "T1")

    assert left == [Address(Platform.SLACK, "T1", "C1")]


async def test_leaving_what_nobody_knows_is_no_trouble(store):
    await store.leave_channel(Address(Platform.SLACK, "T9", "C9"))
    await store.leave_workspace(Platform.SLACK, "T9")
    await store.forget_workspace(Platform.SLACK, "T9")


async def test_leaving_a_workspace_leaves_its_channels_and_no_other(store):
    here, there = a_caller(), a_caller(channel="C2")
    elsewhere, discord = a_caller(workspace="T2"), a_caller(platform=Platform.DISCORD)
    for caller in (here, there, elsewhere, discord):
        await a_channel(store, caller)

    await store.leave_workspace(Platform.SLACK, "T1")

    states = [(await store.find_channel(c)).state for c in (here, there, elsewhere, discord)]
    assert states == [ChannelState.GONE] * 2 + [ChannelState.ACTIVE] * 2


async def test_settings_heal_a_failing_channel(store):
    await a_channel(store)
    await open_a_round(store, posted=False)
    [lease] = await store.lease(ALL_PLATFORMS, NOON, HOUR)
    await store.failed(lease.delivery.id, "not in channel", "Invite me.", NOON)
    assert (await store.find_channel(a_caller())).failing_since == NOON

    healed = await a_channel(store, now=NOON + HOUR)

    assert (healed.failing_since, healed.failing_reason) == (None, "")


async def test_a_name_too_long_or_odd_is_cut_to_what_is_kept(store):
    odd = a_caller(name="A\0\ud83d" + "n" * 500, channel_name="c" * 500)

    channel = await store.join_channel(odd, some_settings(), NOON)

    assert channel.name == "c" * 100
    about = (await store.export(odd))["member"]
    assert about["name"] == "A?" + "n" * 98


async def test_another_name_changes_nothing_else(store):
    channel = await a_channel(store)
    owed = await store.last_deliveries(a_caller())

    await store.rename_channel(channel.address, "#flask-daily")
    await store.rename_channel(Address(Platform.SLACK, "T9", "C1"), "#other")

    assert await store.find_channel(a_caller()) == replace(channel, name="#flask-daily")
    assert await store.last_deliveries(a_caller()) == owed
