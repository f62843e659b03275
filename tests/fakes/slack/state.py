"""What Slack remembers: workspaces with their members, channels, messages and tokens."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.app import App
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.message import File, Message
from tests.fakes.slack.view import View

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class User:
    """A member of a workspace, or the app's bot user in it."""

    id: str
    team_id: str
    name: str
    real_name: str
    zone: str = "Europe/Berlin"
    admin: bool = False
    owner: bool = False
    bot: bool = False
    deactivated: bool = False
    stack: list[View] = field(default_factory=list)
    home: View | None = None

    def json(self) -> Json:
        """Return the member as users.info gives them."""
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deactivated,
            "tz": self.zone,
            "profile": {"real_name": self.real_name, "display_name": self.name},
            "is_admin": self.admin or self.owner,
            "is_owner": self.owner,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": 0,
        }


@dataclass(slots=True, eq=False)
class Channel:
    """A public or private channel, or a direct message (`im_with` names the member)."""

    id: str
    team_id: str
    name: str
    creator: str
    created: int
    private: bool = False
    im_with: str | None = None
    members: set[str] = field(default_factory=set)
    archived: bool = False
    log: dict[str, Message] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The family of scopes and events it belongs to: channels, groups or im."""
        return "im" if self.im_with else "groups" if self.private else "channels"

    @property
    def messages(self) -> list[Message]:
        """What everybody sees outside threads, oldest first."""
        shown = (m for m in self.log.values() if not m.deleted)
        return [m for m in shown if not m.is_reply or m.broadcast]

    def thread(self, root: Message | str) -> list[Message]:
        """The replies below *root*, oldest first."""
        ts = root if isinstance(root, str) else root.ts
        return [m for m in self.log.values() if m.is_reply and m.thread_ts == ts and not m.deleted]

    @property
    def words(self) -> str:
        """Everything ever shown here, before and after edits, deleted or not, with metadata."""
        lines = []
        for message in self.log.values():
            lines += [message.words, str(message.metadata or "")]
            lines += [f"{text}\n{blocks}" for text, blocks in message.versions]
        return "\n".join(lines)

    def json(self, bot_user_id: str) -> Json:
        """Return the channel as conversations.info gives it to the bot."""
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "channels",
            "is_group": self.kind == "groups",
            "is_im": self.kind == "im",
            "is_mpim": False,
            "is_private": self.kind != "channels",
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": False,
            "is_ext_shared": False,
            "is_member": bot_user_id in self.members,
            "created": self.created,
            "creator": self.creator,
            "context_team_id": self.team_id,
            **({"user": self.im_with} if self.im_with else {}),
        }


@dataclass(slots=True, eq=False)
class Token:
    """A bot token of one workspace; what happened to it is the error it now gives."""

    value: str
    team_id: str
    scopes: frozenset[str]
    dead: str | None = None


@dataclass(slots=True, eq=False)
class Team:
    """A workspace. `log` holds every message in the order it came, ephemeral ones too."""

    id: str
    name: str
    domain: str
    bot_user_id: str
    bot_id: str
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    log: list[Message] = field(default_factory=list)
    token: Token | None = None
    installed_by: str | None = None

    @property
    def ephemerals(self) -> list[Message]:
        """What single members were shown, oldest first, while it is still there."""
        return [m for m in self.log if m.only_for and not m.deleted]

    def im(self, user_id: str) -> Channel | None:
        """Return the direct message between the bot and a member, if it was ever opened."""
        return next((c for c in self.channels.values() if c.im_with == user_id), None)


class World:
    """All workspaces, and the ids and moments given out in them."""

    def __init__(self, app: App, clock: Clock) -> None:
        self.app = app
        self.clock = clock
        self.teams: dict[str, Team] = {}
        self.tokens: dict[str, Token] = {}
        self._numbers = itertools.count(1)
        self._last_tick = 0

    def new_id(self, prefix: str) -> str:
        """Give out an id nobody has."""
        return f"{prefix}0{next(self._numbers):07d}"

    def new_ts(self) -> str:
        """Give out a message's moment: later than all before, whatever the clock does."""
        tick = max(int(self.clock() * 1_000_000), self._last_tick + 1)
        self._last_tick = tick
        return f"{tick // 1_000_000}.{tick % 1_000_000:06d}"

    def new_team(self, team_id: str, name: str) -> Team:
        """Found a workspace, in which the app is not installed yet."""
        bot = self.new_id("UBOT")
        team = Team(team_id, name, name.lower().replace(" ", "-"), bot, self.new_id("B"))
        self.teams[team_id] = team
        return team

    def install(self, team: Team, scopes: frozenset[str], by: str | None) -> Token:
        """Install the app; scopes add up, and a living token stays the same, as in Slack."""
        team.installed_by = by
        team.users.setdefault(
            team.bot_user_id,
            User(team.bot_user_id, team.id, "flaskquiz", self.app.name, bot=True),
        )
        if team.token and not team.token.dead:
            team.token.scopes |= scopes
            return team.token
        token = Token(f"xoxb-{team.id}-{secrets.token_hex(12)}", team.id, scopes)
        self.tokens[token.value] = team.token = token
        return token

    def uninstall(self, team: Team, error: str = "account_inactive") -> None:
        """Remove the app from a workspace: its token dies, the bot leaves every channel."""
        if team.token:
            team.token.dead = error
        for channel in team.channels.values():
            channel.members.discard(team.bot_user_id)

    def open_im(self, team: Team, user_id: str) -> Channel:
        """Return the direct message of the bot and a member, opened if need be."""
        channel = team.im(user_id)
        if channel is None:
            members = {user_id, team.bot_user_id}
            channel = Channel(
                self.new_id("D"), team.id, "directmessage", user_id, int(self.clock()),
                im_with=user_id, members=members,
            )  # fmt: skip
            team.channels[channel.id] = channel
        return channel
