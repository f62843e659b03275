"""Channels that come, go, and change their names."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.models import Channel, ChannelState
from tests.adapters.slack.conftest import Team, a_team
from tests.adapters.slack.running import MovedClock
from tests.fakes.slack import Slack


async def channel_of(team: Team) -> Channel:
    channel = await team.bot.store.find_channel(team.caller())
    assert channel is not None
    return channel


async def test_an_invited_bot_says_hello_once_however_often_it_is_told(team: Team):
    await team.ann.invite(team.channel)
    for delivery in team.slack.deliveries("member_joined_channel"):
        await team.slack.redeliver(delivery)
    await team.bot.tick()

    assert [m.buttons for m in team.posts()] == [["Set up"]]
    channel = await channel_of(team)
    assert (channel.name, channel.state) == ("#flask", ChannelState.NEW)
    assert channel.settings.schedule.zone.key == "Europe/Berlin"


async def test_somebody_elses_coming_is_nothing(one: Team):
    dan = one.workspace.user("U14", "dan", outsider=True)
    one.channel.members.add(one.workspace.bot_user_id)

    await one.ann.invite(one.channel, dan)

    assert await one.bot.store.find_channel(one.caller()) is None


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("how", ["kicked", "archived", "deleted"])
async def test_a_channel_that_is_gone_is_not_posted_to(one: Team, how: str, private: bool):
    one.channel.private = private
    await one.set_up()

    match how:
        case "kicked":
            await one.ann.kick(one.channel)
        case "archived":
            await one.ann.archive(one.channel)
        case "deleted":
            await one.ann.delete_channel(one.channel)

    assert (await channel_of(one)).state is ChannelState.GONE
    posts = len(one.slack.calls("chat.postMessage"))
    one.clock.move(days=3)
    await one.bot.tick()
    assert len(one.slack.calls("chat.postMessage")) == posts


async def test_a_bot_that_is_invited_again_has_its_settings_and_waits_for_an_admin(one: Team):
    await one.set_up()
    await one.ann.kick(one.channel)
    await one.ann.invite(one.channel)
    await one.bot.tick()

    channel = await channel_of(one)
    assert channel.state is ChannelState.PAUSED
    assert f"{channel.settings.schedule.at:%H:%M}" == "09:30"
    assert "Resumed" in (await one.ann.command("/flaskquiz", "resume", one.channel)).text


@pytest.mark.parametrize("private", [False, True])
async def test_a_channel_that_is_unarchived_waits_for_an_admin_where_the_bot_still_is(
    one: Team, private: bool
):
    one.channel.private = private
    await one.set_up()
    await one.ann.archive(one.channel)

    await one.ann.archive(one.channel, undo=True)
    await one.bot.tick()

    assert (await channel_of(one)).state is ChannelState.PAUSED
    assert "I am back." in one.posts()[-1].words
    assert "Resumed" in (await one.ann.command("/flaskquiz", "resume", one.channel)).text


async def test_an_unarchived_channel_that_slack_says_nothing_of_is_asked_for_again(
    slack: Slack, clock: MovedClock, sqlite_url: str
):
    async with a_team(slack, clock, sqlite_url, "http") as team:
        await team.set_up()
        await team.ann.archive(team.channel)
        slack.fault("conversations.info", retry_after=30)

        await team.ann.archive(team.channel, undo=True)

        assert [news.ok for news in slack.deliveries("channel_unarchive")] == [False, True]
        assert (await channel_of(team)).state is ChannelState.PAUSED


async def test_a_channel_that_is_unarchived_without_the_bot_stays_left(one: Team):
    await one.set_up()
    await one.ann.archive(one.channel)
    one.channel.members.discard(one.workspace.bot_user_id)

    await one.ann.archive(one.channel, undo=True)

    assert (await channel_of(one)).state is ChannelState.GONE


async def test_an_unarchived_channel_the_quiz_was_never_in_is_nothing(one: Team):
    one.channel.members.add(one.workspace.bot_user_id)

    await one.ann.archive(one.channel, undo=True)

    assert await one.bot.store.find_channel(one.caller()) is None


async def test_news_of_an_old_departure_do_not_end_a_new_stay(one: Team):
    await one.set_up()
    await one.ann.kick(one.channel)
    gone = one.slack.deliveries("channel_left")[-1]
    await one.ann.invite(one.channel)

    await one.slack.redeliver(gone)

    assert (await channel_of(one)).state is ChannelState.PAUSED


async def test_a_renamed_channel_is_called_by_its_new_name(one: Team):
    await one.set_up()

    await one.ann.rename(one.channel, "flask-daily")
    await one.bot.tick()

    channel = await channel_of(one)
    assert (channel.name, channel.state) == ("#flask-daily", ChannelState.ACTIVE)
    assert len([m for m in one.posts() if "Hello" in m.words]) == 1


async def test_a_channel_that_the_bot_has_left_may_be_renamed(one: Team):
    await one.set_up()
    await one.ann.kick(one.channel)

    await one.ann.rename(one.channel, "other")
    await one.bot.tick()

    assert (await channel_of(one)).state is ChannelState.GONE
    assert one.slack.calls("chat.postMessage")[-1].ok
    assert (
        "no longer in this channel"
        in (await one.ann.command("/flaskquiz", "resume", one.channel)).text
    )


async def test_a_channel_the_quiz_was_never_in_may_be_renamed(one: Team):
    one.channel.members.add(one.workspace.bot_user_id)

    await one.ann.rename(one.channel, "other")

    assert await one.bot.store.find_channel(one.caller()) is None


async def test_the_messages_tab_and_what_we_did_not_ask_for_are_let_be(one: Team):
    await one.bob.open_home("messages")
    event = {"type": "pin_added", "user": one.bob.id, "event_ts": "1.0"}
    envelope = one.slack.events.envelope(one.workspace.team, event)

    assert (await one.slack.inject("events_api", envelope)).ok
    assert one.bob.home is None


async def test_the_talk_of_a_busy_channel_costs_no_query(one: Team):
    await one.set_up()
    async with asyncio.timeout(10):
        for number in range(20):
            await one.bob.say(one.channel, f"talk {number}")

    assert not one.slack.calls("conversations.history")
    assert await one.bot.store.first_time("slack:never", one.clock(), one.clock() - one.clock())
