"""Everything the fake Discord remembers."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.fakes.discord.app import App
from tests.fakes.discord.bell import Bell
from tests.fakes.discord.channels import DM, Channel
from tests.fakes.discord.clock import Clock
from tests.fakes.discord.commands import Command
from tests.fakes.discord.errors import ApiError, Json, Refusal
from tests.fakes.discord.events import Event, Listener
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import Message
from tests.fakes.discord.snowflakes import Snowflakes
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.guilds import Guild

NONCE_LIFE = timedelta(minutes=5)
"""How long a nonce is remembered; Discord says "the past few minutes"."""


@dataclass(eq=False, repr=False)
class World:
    """The state, and the ways to find something in it or be refused."""

    app_name: str
    token: str
    clock: Clock = field(default_factory=Clock)
    bell: Bell = field(default_factory=Bell)
    users: dict[int, User] = field(default_factory=dict)
    guilds: "dict[int, Guild]" = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    commands: dict[int, Command] = field(default_factory=dict)
    command_creates: list[datetime] = field(default_factory=list)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    nonces: dict[str, tuple[datetime, Message]] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    cdn: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    public: list[str] = field(default_factory=list)
    """Every wording that anybody beside its addressee could ever read, as JSON."""
    address: str = ""
    recommended_shards: int = 1
    patience: float = 3.0
    """Real seconds a person waits for an answer before giving up."""
    answers_within: timedelta = timedelta(seconds=3)
    """How long a first answer to an interaction may take before it is refused."""

    def __post_init__(self) -> None:
        self.ids = Snowflakes(self.clock)
        app_id = self.ids.next()
        bot = User(app_id, self.app_name, None, bot=True)
        owner = User(self.ids.next(), "app-owner", "App Owner")
        self.users |= {bot.id: bot, owner.id: owner}
        self.app = App(app_id, bot, owner, self.token, self.app_name)

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return f"{self.address.replace('http', 'ws', 1)}/gateway"

    def emit(self, event: Event) -> None:
        """Tell every listener, the gateway above all, what happened."""
        for listener in self.listeners:
            listener(event)
        self.bell.ring()

    def person(self, name: str) -> User:
        """Create an account for somebody called *name*."""
        username = re.sub(r"[^a-z0-9_.]", "_", name.lower()) or "someone"
        user = User(self.ids.next(), username, name)
        self.users[user.id] = user
        return user

    def direct_channel(self, user: User) -> Channel:
        """Return the direct messages between *user* and the bot."""
        bot = self.app.user
        for channel in self.channels.values():
            if channel.type == DM and user in channel.recipients:
                return channel
        channel = Channel(self.ids.next(), DM, "", bot, recipients=(user, bot))
        self.channels[channel.id] = channel
        return channel

    def bot_channel(self, channel_id: int) -> Channel:
        """Return a channel the bot may know of; ApiError 10003 or 50001."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise ApiError(Refusal.UNKNOWN_CHANNEL)
        if channel.guild and (not channel.guild.has_bot or channel.guild.is_unavailable):
            raise ApiError(Refusal.MISSING_ACCESS)
        if not channel.lets(self.app.user, "view_channel"):
            raise ApiError(Refusal.MISSING_ACCESS)
        return channel

    def bot_message(self, channel_id: int, message_id: int) -> Message:
        """Return a message the bot may read in a channel; ApiError if not."""
        message = self.bot_channel(channel_id).messages.get(message_id)
        if message is None or message.is_deleted or message.is_ephemeral:
            raise ApiError(Refusal.UNKNOWN_MESSAGE)
        return message

    def bot_guild(self, guild_id: int) -> "Guild":
        """Return a guild the bot is in; ApiError 10004 if not."""
        guild = self.guilds.get(guild_id)
        if guild is None or not guild.has_bot:
            raise ApiError(Refusal.UNKNOWN_GUILD)
        return guild

    def remembered(self, nonce: str | int) -> Message | None:
        """Return the message the bot sent with *nonce*, anywhere, in the past few minutes."""
        at, message = self.nonces.get(str(nonce), (None, None))
        if at is None or self.clock.now() - at > NONCE_LIFE:
            return None
        return message

    def remember(self, nonce: str | int, message: Message) -> None:
        """Keep the nonce of a message just sent."""
        self.nonces[str(nonce)] = (self.clock.now(), message)

    def command_named(self, name: str, kind: int) -> Command | None:
        """Return the registered command with that name and type, if any."""
        found = (c for c in self.commands.values() if c.name == name and c.type == kind)
        return next(found, None)

    def bare(self, user: User) -> Json:
        """Return the few facts that a mention of *user* resolves to."""
        return {"id": str(user.id), "username": user.username}
