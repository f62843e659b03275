"""Interactions as the gateway tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.adapters.discord.bodies import EPHEMERAL
from bot.adapters.discord.render import Json

COMMAND, COMPONENT, TYPING, SUBMIT = 2, 3, 4, 5
MANAGE_GUILD = 1 << 5


@dataclass(frozen=True, slots=True)
class Interaction:
    """
    One thing that somebody did with the bot.

    The library would build its message anew from every component, and then look for a view that we
    never keep: that is half of what a click costs.
    """

    payload: Json

    @property
    def id(self) -> int:
        """Its number, the same when it is told again."""
        return int(self.payload["id"])

    @property
    def token(self) -> str:
        """What lets us answer it, for 15 minutes."""
        return str(self.payload["token"])

    @property
    def application(self) -> str:
        """The application's id."""
        return str(self.payload["application_id"])

    @property
    def kind(self) -> int:
        """A command, a component, typing into an option, or a submitted modal."""
        return int(self.payload["type"])

    @property
    def data(self) -> Json:
        """What was chosen, pressed or filled in."""
        data = self.payload.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def guild(self) -> str | None:
        """The guild; None in direct messages."""
        return self.payload.get("guild_id")

    @property
    def channel(self) -> Json:
        """The channel, as far as it is told."""
        channel: Json = self.payload.get("channel") or {}
        return channel

    @property
    def user(self) -> Json:
        """Who did it."""
        user: Json = (self.payload.get("member") or self.payload)["user"]
        return user

    @property
    def name(self) -> str:
        """What they are called here."""
        nick = (self.payload.get("member") or {}).get("nick")
        return str(nick or self.user.get("global_name") or self.user["username"])

    @property
    def manages_guild(self) -> bool:
        """Whether they may change the guild's settings."""
        held: Any = (self.payload.get("member") or {}).get("permissions", 0)
        return bool(int(held) & MANAGE_GUILD)

    @property
    def is_private(self) -> bool:
        """Whether an answer to it has to be hidden from others."""
        return self.guild is not None

    @property
    def is_in_place(self) -> bool:
        """Whether it was done on a message that only they see, which an answer may replace."""
        message = self.payload.get("message")
        if message is None:
            return False
        return self.guild is None or bool(int(message.get("flags", 0)) & EPHEMERAL)
