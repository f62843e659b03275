"""A workspace in a fake Slack, and the bot in it over each transport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.core.models import Caller, Platform
from tests.adapters.slack.running import Bot, MovedClock, Transport
from tests.fakes.slack import Channel, Message, Person, Slack, Workspace


@dataclass
class Team:
    """A workspace with an admin, two members and a channel, and the bot that is installed there."""

    slack: Slack
    workspace: Workspace
    channel: Channel
    ann: Person
    bob: Person
    cid: Person
    bot: Bot
    clock: MovedClock

    def posts(self) -> list[Message]:
        """What the bot said in the channel outside threads, oldest first."""
        return [m for m in self.channel.messages if m.user_id == self.workspace.bot_user_id]

    def card(self) -> Message:
        """The newest daily card."""
        return next(m for m in reversed(self.posts()) if "question of the day" in m.words)

    async def set_up(self) -> Message:
        """Invite the bot, keep the settings as proposed, and let the first card come."""
        await self.ann.invite(self.channel)
        await self.ann.command("/flaskquiz", "settings time 09:30", self.channel)
        return await self.next_card()

    async def next_card(self) -> Message:
        """Let the time of the next daily come."""
        channel = await self.bot.store.find_channel(self.caller())
        assert channel is not None and channel.next_daily_at is not None
        self.clock.now = channel.next_daily_at
        await self.bot.tick()
        return self.card()

    def caller(self) -> Caller:
        """Ann in the channel."""
        return Caller(
            Platform.SLACK, self.workspace.id, self.ann.id, "ann", channel=self.channel.id
        )


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def slack(clock: MovedClock) -> AsyncIterator[Slack]:
    async with Slack(clock.seconds) as slack:
        yield slack


@pytest.fixture(params=["socket", "http"])
def transport(request: pytest.FixtureRequest) -> Transport:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
async def team(
    slack: Slack, clock: MovedClock, sqlite_url: str, transport: Transport
) -> AsyncIterator[Team]:
    workspace = slack.workspace("T1", "Pallets")
    ann = workspace.user("U1", "ann", admin=True)
    bob, cid = workspace.user("U2", "bob"), workspace.user("U3", "cid")
    token = workspace.install(by=ann)
    channel = workspace.channel("C1", "flask", creator=ann)
    bot = Bot(slack, clock, sqlite_url, transport, token=token)
    await bot.start()
    bot.configure()
    try:
        yield Team(slack, workspace, channel, ann, bob, cid, bot, clock)
    finally:
        await bot.stop()
