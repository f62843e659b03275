"""A guild in a fake Discord, and the bot in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.core.models import Caller, Platform
from tests.adapters.discord.running import MONDAY, Bot, take_time
from tests.fakes.discord import Channel, FakeDiscord, Guild, Member, Message

NEEDED = (
    "view_channel",
    "send_messages",
    "create_public_threads",
    "send_messages_in_threads",
    "read_message_history",
    "attach_files",
    "add_reactions",
)


@dataclass(repr=False)
class Team:
    """A guild with an admin, two members and a channel, and the bot that runs there."""

    discord: FakeDiscord
    guild: Guild
    channel: Channel
    ann: Member
    bob: Member
    cid: Member
    bot: Bot

    def cards(self) -> list[Message]:
        """The daily cards, oldest first."""
        return [m for m in self.channel.from_bot if "question of the day" in m.text]

    def card(self) -> Message:
        """The newest daily card."""
        return self.cards()[-1]

    async def set_up(self, **settings: str) -> Message:
        """Keep some settings, and let the first card come."""
        await self.ann.command(
            "flaskquiz settings", channel=self.channel, **({"time": "09:30"} | settings)
        )
        return await self.next_card()

    async def next_card(self) -> Message:
        """Let the time of the next daily come."""
        channel = await self.bot.store.find_channel(self.caller())
        assert channel is not None and channel.next_daily_at is not None
        self.discord.clock.set(channel.next_daily_at)
        await self.bot.tick()
        return self.card()

    async def settle(self) -> None:
        """Let the bot hear all there is to hear, and finish what it does about it."""
        async with asyncio.timeout(10):
            while not self.bot.is_at_rest():  # noqa: ASYNC110  # it rings no bell
                await asyncio.sleep(0.005)

    def caller(self, who: Member | None = None) -> Caller:
        """A member in the channel: Ann, or another."""
        who = who or self.ann
        return Caller(
            Platform.DISCORD,
            str(self.guild.id),
            str(who.id),
            who.user.username,
            channel=str(self.channel.id),
        )


def found(discord: FakeDiscord, bot: Bot, name: str = "Team", **options: Any) -> Team:
    """A guild with its people and its channel; the bot is in it unless told otherwise."""
    guild = discord.guild(name, bot=False, **options)
    channel = guild.channel("flask")
    ann = guild.member("Ann", manage_guild=True)
    return Team(discord, guild, channel, ann, guild.member("Bob"), guild.member("Cid"), bot)


@asynccontextmanager
async def a_team(
    discord: FakeDiscord, url: str, *, invited: bool = True, **options: Any
) -> AsyncIterator[Team]:
    """One guild with a bot that runs."""
    bot = Bot(discord, url, **options)
    team = found(discord, bot)
    if invited:
        team.guild.add_bot(*NEEDED)
    with discord.pointed():
        await bot.start()
        try:
            yield team
        finally:
            await bot.stop()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy elsewhere changes no dialogue: nothing is deferred by itself."""
    monkeypatch.setattr("bot.adapters.discord.answering.PATIENCE", 60.0)


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord:
        discord.clock.set(MONDAY)
        take_time(discord)
        yield discord
        assert discord.unknown_keys == []


@pytest.fixture
async def team(discord: FakeDiscord, sqlite_url: str) -> AsyncIterator[Team]:
    async with a_team(discord, sqlite_url) as team:
        yield team
        assert team.bot.views_kept() == 0


@pytest.fixture
async def newcomers(discord: FakeDiscord, sqlite_url: str) -> AsyncIterator[Team]:
    """A team that has not invited the bot yet."""
    async with a_team(discord, sqlite_url, invited=False) as team:
        yield team
        assert team.bot.views_kept() == 0
