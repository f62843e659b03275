"""Guilds and channels that come and go: one hello, and no post where nobody wants one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.discord.callers import address
from tests.adapters.discord.conftest import NEEDED, Team
from tests.fakes.discord import Channel
from tests.fakes.discord.channels import FORUM

A_DAY = timedelta(days=1)


async def invite(team: Team) -> None:
    team.guild.add_bot(*NEEDED)
    await team.discord.until(lambda: team.bot.face.health()["guilds"])
    await team.settle()
    await team.bot.tick()


def hellos(channel: Channel) -> int:
    return sum("one Flask question a day" in message.text for message in channel.from_bot)


async def test_the_bot_says_hello_once_with_a_button_to_set_it_up(newcomers: Team):
    await invite(newcomers)
    await newcomers.bot.restart()
    await newcomers.bot.tick()

    assert hellos(newcomers.channel) == 1
    modal = (await newcomers.ann.press(newcomers.channel.from_bot[0], "Set up")).as_modal()
    assert modal.title == "Quiz settings"
    saved = (await newcomers.ann.submit(modal, {"zone": "Berlin"})).as_message()
    assert "Saved." in saved.text


async def test_hello_goes_where_the_guild_greets_people(newcomers: Team):
    welcome = newcomers.guild.channel("welcome")
    newcomers.guild.system_channel = welcome

    await invite(newcomers)

    assert (hellos(welcome), hellos(newcomers.channel)) == (1, 0)


async def test_hello_goes_to_the_first_channel_that_takes_it(newcomers: Team):
    other = newcomers.guild.channel("other")
    newcomers.guild.system_channel = newcomers.channel
    newcomers.guild.deny(newcomers.guild.everyone, "send_messages", channel=newcomers.channel)

    await invite(newcomers)

    assert (hellos(newcomers.channel), hellos(other)) == (0, 1)


async def test_without_any_channel_there_is_no_hello(newcomers: Team):
    newcomers.guild.deny(newcomers.guild.everyone, "view_channel", channel=newcomers.channel)

    await invite(newcomers)

    assert newcomers.channel.from_bot == []


async def test_a_guild_joined_while_the_bot_was_down_is_greeted_at_the_start(newcomers: Team):
    await newcomers.bot.stop()
    newcomers.guild.add_bot(*NEEDED)

    await newcomers.bot.start()
    await newcomers.settle()
    await newcomers.bot.tick()

    assert hellos(newcomers.channel) == 1


async def test_an_outage_of_a_guild_is_no_farewell(team: Team):
    await team.set_up()
    team.guild.fail()
    await team.settle()
    team.guild.recover()
    await team.settle()

    await team.next_card()

    assert len(team.cards()) == 2
    assert hellos(team.channel) == 1


async def test_after_a_removal_nothing_is_posted_and_the_settings_wait(team: Team):
    await team.set_up(zone="Europe/Berlin")
    team.guild.remove_bot()
    await team.settle()
    team.discord.clock.advance(A_DAY)
    before = len(team.channel.from_bot)
    await team.bot.tick()
    gone = await team.bot.store.find_channel(team.caller())
    assert len(team.channel.from_bot) == before

    await invite(team)
    back = await team.bot.store.find_channel(team.caller())

    assert gone is not None
    assert gone.state == "gone"
    assert back is not None
    assert back.state == "paused"
    assert back.settings.schedule.zone.key == "Europe/Berlin"
    assert hellos(team.channel) == 1


async def test_on_its_return_every_channel_that_was_set_up_learns_that_it_is_paused(team: Team):
    other = team.guild.channel("other")
    post = team.guild.post(team.guild.channel("forum", FORUM), "Quiz", team.ann)
    await team.set_up()
    for channel in (other, post):
        await team.ann.command("flaskquiz settings", channel=channel, time="09:30")
    team.guild.remove_bot()
    await team.settle()

    await invite(team)
    await invite(team)

    for channel in (team.channel, other, post):
        assert sum("I am back" in message.text for message in channel.from_bot) == 1


async def test_on_its_return_it_needs_no_channel_for_a_hello(team: Team):
    post = team.guild.post(team.guild.channel("forum", FORUM), "Quiz", team.ann)
    await team.settle()
    await team.ann.command("flaskquiz settings", channel=post, time="09:30")
    team.guild.remove_bot()
    await team.settle()
    team.guild.deny(team.guild.everyone, "send_messages", channel=team.channel)

    await invite(team)

    assert ["I am back" in message.text for message in post.from_bot] == [True]


async def test_a_return_while_the_bot_was_down_is_noticed_at_the_start(team: Team):
    await team.set_up()
    team.guild.remove_bot()
    await team.settle()
    await team.bot.stop()
    team.guild.add_bot(*NEEDED)

    for _ in range(2):
        await team.bot.start()
        await team.settle()
        await team.bot.tick()
        await team.bot.stop()
    await team.bot.start()
    resumed = (await team.ann.command("flaskquiz resume", channel=team.channel)).as_message()

    assert sum("I am back" in message.text for message in team.channel.from_bot) == 1
    assert "Resumed." in resumed.text


@pytest.mark.parametrize("while_down", [False, True])
async def test_after_a_channel_was_deleted_nothing_is_posted_there(team: Team, while_down: bool):
    other = team.guild.channel("other")
    await team.set_up()
    await team.ann.command("flaskquiz settings", channel=other, time="09:30")
    if while_down:
        await team.bot.stop()
    team.guild.delete_channel(team.channel)
    if while_down:
        await team.bot.start()
    await team.settle()

    team.discord.clock.advance(A_DAY)
    await team.bot.tick()
    team.discord.clock.advance(A_DAY)
    await team.bot.tick()

    kept = await team.bot.store.find_channel(team.caller())
    assert kept is not None
    assert kept.state == "gone"
    assert sum("question of the day" in m.text for m in other.from_bot) == 2
    assert team.ann.dm.from_bot == []


@pytest.mark.parametrize("in_post", [False, True])
async def test_a_renamed_channel_is_called_by_its_new_name(team: Team, in_post: bool):
    if in_post:
        team.channel = team.guild.post(team.guild.channel("forum", FORUM), "Quiz", team.ann)
        await team.settle()
    await team.set_up()
    before = len(team.channel.from_bot)
    team.guild.rename_channel(team.channel, "flask-daily")
    await team.settle()
    await team.bot.tick()
    assert len(team.channel.from_bot) == before
    team.guild.deny_bot("view_channel", channel=team.channel.parent or team.channel)
    await team.settle()

    team.discord.clock.advance(A_DAY)
    await team.bot.tick()
    await team.bot.tick()

    (notice,) = team.ann.dm.from_bot
    assert "I could not post in #flask-daily." in notice.text


async def test_a_channel_the_quiz_was_never_in_or_has_left_may_be_renamed(team: Team):
    await team.set_up()
    other = team.guild.channel("other")
    await team.bot.store.leave_channel(address(team.guild.id, team.channel.id))
    before = len(team.channel.from_bot)

    for channel in (other, team.channel):
        team.guild.rename_channel(channel, "another")
    await team.settle()
    await team.bot.tick()

    assert other.from_bot == []
    assert len(team.channel.from_bot) == before
