"""A workspace as a test sees it: its channels, its people and the app's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.slack.errors import NotPossibleError
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.state import Channel, Team, User

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack


class Workspace:
    """One workspace; naming a member or channel for the first time makes it."""

    def __init__(self, slack: Slack, team: Team) -> None:
        self._slack = slack
        self._people: dict[str, Person] = {}
        self.team = team

    @property
    def id(self) -> str:
        """The workspace's id."""
        return self.team.id

    @property
    def bot_user_id(self) -> str:
        """The bot's member id in this workspace."""
        return self.team.bot_user_id

    @property
    def token(self) -> str:
        """The bot token of the installation."""
        if self.team.token is None:
            raise NotPossibleError("the app is not installed")
        return self.team.token.value

    @property
    def log(self) -> list[Message]:
        """Every message that is not deleted, in the order they came."""
        return [message for message in self.team.log if not message.deleted]

    def install(self, by: Person | None = None, scopes: str | None = None) -> str:
        """Install the app without OAuth, as its settings page does; returns the bot token."""
        granted = frozenset(scopes.split(",")) if scopes else self._slack.app.scopes
        return self._slack.world.install(self.team, granted, by.id if by else None).value

    def user(
        self, user_id: str, name: str | None = None, *, admin: bool = False,
        owner: bool = False, zone: str = "Europe/Berlin", outsider: bool = False,
        bot: bool = False,
    ) -> Person:  # fmt: skip
        """Return a member; a new one is in every public channel unless an *outsider*; or another app's *bot*."""
        if user_id not in self._people:
            name = name or user_id.lower()
            user = User(user_id, self.id, name, name.title(), zone, admin, owner, bot)
            self.team.users[user_id] = user
            self._people[user_id] = Person(self._slack, self.team, user)
            for channel in self.team.channels.values():
                if channel.kind == "channels" and not outsider:
                    channel.members.add(user_id)
        return self._people[user_id]

    def channel(
        self, channel_id: str, name: str | None = None, *, private: bool = False,
        creator: Person | None = None, members: list[Person] | None = None, bot: bool = False,
    ) -> Channel:  # fmt: skip
        """
        Return a channel.

        A new one has *members*, or everybody when public; with *bot* the app is in it
        already, without an event that says so.
        """
        if channel_id not in self.team.channels:
            people = members if members is not None else ([] if private else self._everybody())
            channel = Channel(
                channel_id,
                self.id,
                name or channel_id.lower(),
                creator.id if creator else next((p.id for p in people), "U0NOBODY"),
                int(self._slack.clock()),
                private=private,
                members={p.id for p in people} | ({creator.id} if creator else set()),
            )
            if bot:
                channel.members.add(self.team.bot_user_id)
            self.team.channels[channel_id] = channel
        return self.team.channels[channel_id]

    def _everybody(self) -> list[Person]:
        return list(self._people.values())
