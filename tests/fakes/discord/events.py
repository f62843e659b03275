"""What the gateway tells the app, and which intent each thing needs.

https://docs.discord.com/developers/events/gateway#gateway-intents
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.errors import Json
from tests.fakes.discord.messages import Message
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.guilds import Guild, Membership, Role

GUILDS, GUILD_MEMBERS, GUILD_PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, GUILD_REACTIONS = 1 << 9, 1 << 10
DIRECT_MESSAGES, DIRECT_REACTIONS = 1 << 12, 1 << 13
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = {
    GUILD_MEMBERS: "members",
    GUILD_PRESENCES: "presence",
    MESSAGE_CONTENT: "message_content",
}
KNOWN = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatch; `shape` gives its payload for a session with certain intents."""

    name: str
    guild_id: int | None
    needs: int
    shape: Callable[[int], Json]


Listener = Callable[[Event], None]


def message_event(name: str, message: Message, address: str) -> Event:
    """Tell of a message that was sent or edited."""
    guild = message.channel.guild

    def shape(intents: int) -> Json:
        shown = shapes.message(message, address, allowed=bool(intents & MESSAGE_CONTENT))
        if guild:
            shown["guild_id"] = str(guild.id)
            if message.author.id in guild.members and message.interaction is None:
                shown["member"] = shapes.membership(guild.members[message.author.id])
        return shown

    return Event(name, _guild_id(message.channel), _needs_messages(message.channel), shape)


def message_deleted(message: Message) -> Event:
    """Tell that a message is gone."""
    channel = message.channel
    shown = _placed(channel, {"id": str(message.id), "channel_id": str(channel.id)})
    return Event("MESSAGE_DELETE", _guild_id(channel), _needs_messages(channel), lambda _: shown)


def reaction(name: str, message: Message, person: User, emoji: str) -> Event:
    """Tell of a reaction put or taken away."""
    channel = message.channel
    shown = _placed(
        channel,
        {
            "user_id": str(person.id),
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "emoji": shapes.emoji(emoji),
            "burst": False,
            "type": 0,
        },
    )
    if name == "MESSAGE_REACTION_ADD":
        shown["message_author_id"] = str(message.author.id)
        if channel.guild:
            shown["member"] = shapes.member(channel.guild.members[person.id])
    needs = GUILD_REACTIONS if channel.guild else DIRECT_REACTIONS
    return Event(name, _guild_id(channel), needs, lambda _: shown)


def channel_changed(name: str, channel: Channel) -> Event:
    """Tell of a channel or thread that was created or changed."""
    shown = shapes.channel(channel)
    if name == "THREAD_CREATE":
        shown["newly_created"] = True
    return Event(name, _guild_id(channel), GUILDS, lambda _: shown)


def channel_deleted(channel: Channel) -> Event:
    """Tell that a channel or thread is gone."""
    if not channel.thread:
        return channel_changed("CHANNEL_DELETE", channel)
    shown = shapes.channel(channel)
    kept = {key: shown[key] for key in ("id", "guild_id", "parent_id", "type")}
    return Event("THREAD_DELETE", _guild_id(channel), GUILDS, lambda _: kept)


def guild_created(guild: "Guild", *, is_new: bool = False) -> Event:
    """Tell of a guild: at the start, after an outage, or because the bot joined (*is_new*)."""
    return Event(
        "GUILD_CREATE",
        guild.id,
        GUILDS,
        lambda intents: shapes.guild_create(
            guild, everybody=bool(intents & GUILD_MEMBERS), is_new=is_new
        ),
    )


def guild_deleted(guild: "Guild", *, unavailable: bool) -> Event:
    """Tell of a guild the bot was removed from, or that is in an outage."""
    shown: Json = {"id": str(guild.id)}
    if unavailable:
        shown["unavailable"] = True
    return Event("GUILD_DELETE", guild.id, GUILDS, lambda _: shown)


def role_changed(name: str, guild: "Guild", role: "Role") -> Event:
    """Tell of a role that was created or changed."""
    shown = {"guild_id": str(guild.id), "role": shapes.role(role)}
    return Event(name, guild.id, GUILDS, lambda _: shown)


def member_changed(name: str, guild: "Guild", member: "Membership") -> Event:
    """Tell of somebody who came, went or changed."""
    shown: Json = {"guild_id": str(guild.id), "user": shapes.user(member.user)}
    if name != "GUILD_MEMBER_REMOVE":
        shown |= shapes.membership(member)
    return Event(name, guild.id, GUILD_MEMBERS, lambda _: shown)


def interaction_created(guild_id: int | None, shown: Json) -> Event:
    """Tell of an interaction; it needs no intent."""
    return Event("INTERACTION_CREATE", guild_id, 0, lambda _: shown)


def _guild_id(channel: Channel) -> int | None:
    return channel.guild.id if channel.guild else None


def _needs_messages(channel: Channel) -> int:
    return GUILD_MESSAGES if channel.guild else DIRECT_MESSAGES


def _placed(channel: Channel, shown: Json) -> Json:
    return shown | {"guild_id": str(channel.guild.id)} if channel.guild else shown
