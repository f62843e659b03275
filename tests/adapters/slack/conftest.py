"""A workspace in a fake Slack, and the bot in it over each transport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.adapters.slack import patience
from bot.core.models import Caller, Platform
from tests.adapters.slack.running import Bot, MovedClock, Transport
from tests.fakes.slack import Channel, Message, Person, Slack, Workspace

HURRIED = {name: getattr(patience, name) for name in ("DUE", "CALL", "LOOKUP")}
LONG = 60.0


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

    def caller(self, who: Person | None = None) -> Caller:
        """A member in the channel; Ann, if nobody else."""
        who = who or self.ann
        return Caller(
            Platform.SLACK, self.workspace.id, who.id, who.user.name, channel=self.channel.id
        )


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def slack(clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slack]:
    """A Slack, and a bot, that wait for each other: a busy machine must not look like a slow one."""
    for name in HURRIED:
        monkeypatch.setattr(patience, name, LONG)
    async with Slack(clock.seconds) as slack:
        slack.courier.ack_timeout = LONG
        yield slack


@pytest.fixture
def in_time(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both wait no longer than they really do."""
    for name, seconds in HURRIED.items():
        monkeypatch.setattr(patience, name, seconds)
    slack.courier.ack_timeout = 3.0


@pytest.fixture(params=["socket", "http"])
def transport(request: pytest.FixtureRequest) -> Transport:
    return request.param  # type: ignore[no-any-return]


def found(slack: Slack, team_id: str, bot: Bot, clock: MovedClock) -> Team:
    """A workspace with its people and its channel, in which the app is not installed yet."""
    n = team_id.removeprefix("T")
    workspace = slack.workspace(team_id, f"Team {n}")
    ann = workspace.user(f"U{n}1", "ann", admin=True)
    bob, cid = workspace.user(f"U{n}2", "bob"), workspace.user(f"U{n}3", "cid")
    channel = workspace.channel(f"C{n}1", "flask", creator=ann)
    return Team(slack, workspace, channel, ann, bob, cid, bot, clock)


@asynccontextmanager
async def a_team(
    slack: Slack, clock: MovedClock, url: str, transport: Transport, **options: Any
) -> AsyncIterator[Team]:
    """One workspace whose token the bot was given."""
    bot = Bot(slack, clock, url, transport, **options)
    team = found(slack, "T1", bot, clock)
    token = team.workspace.install(by=team.ann)
    bot.options = replace(bot.options, bot_token=token)
    await bot.start()
    bot.configure()
    try:
        yield team
    finally:
        await bot.stop()


@pytest.fixture
async def team(
    slack: Slack, clock: MovedClock, sqlite_url: str, transport: Transport
) -> AsyncIterator[Team]:
    async with a_team(slack, clock, sqlite_url, transport) as team:
        yield team


@pytest.fixture
async def one(slack: Slack, clock: MovedClock, sqlite_url: str) -> AsyncIterator[Team]:
    """The same over Socket Mode alone, where the transport makes no difference."""
    async with a_team(slack, clock, sqlite_url, "socket") as team:
        yield team


@pytest.fixture
async def teams(
    slack: Slack, clock: MovedClock, sqlite_url: str
) -> AsyncIterator[tuple[Team, Team]]:
    """Two workspaces that installed the same bot by OAuth."""
    bot = Bot(slack, clock, sqlite_url, "oauth")
    await bot.start()
    bot.configure()
    both = found(slack, "T1", bot, clock), found(slack, "T2", bot, clock)
    try:
        for team in both:
            page = await team.ann.install(f"{bot.url}/slack/install")
            assert page.status == 200, page.text
        yield both
    finally:
        await bot.stop()
