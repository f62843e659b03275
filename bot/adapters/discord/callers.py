"""Who asks and where, read from what Discord vouches for."""

from __future__ import annotations

from collections.abc import Callable

import discord

from bot.adapters.discord.homes import Homes
from bot.adapters.discord.interactions import Interaction
from bot.core.models import Address, Caller, Platform

POSTS = (discord.ChannelType.forum, discord.ChannelType.media)
"""Channels made of threads alone: there the thread itself is the channel."""
THREADS = (10, 11, 12)

Lookup = Callable[[int], object]
"""Gives the channel of a number, or None for one the gateway has not told of."""


def address(guild_id: int, channel_id: int) -> Address:
    """Where a message goes."""
    return Address(Platform.DISCORD, str(guild_id), str(channel_id))


async def caller_of(
    interaction: Interaction, admins: frozenset[str], homes: Homes, lookup: Lookup
) -> Caller:
    """
    Who used a command, button or form.

    In direct messages the workspace is the one where they used the bot last: their memory is there.
    """
    member, name = str(interaction.user["id"]), interaction.name
    if interaction.guild is None:
        return Caller(Platform.DISCORD, await homes.find(member), member, name)
    told = interaction.channel
    channel, channel_name = str(told["id"]), str(told.get("name") or "")
    if told.get("type") in THREADS:
        channel, channel_name = _home(channel, channel_name, told["parent_id"], lookup)
    return Caller(
        platform=Platform.DISCORD,
        workspace=interaction.guild,
        member=member,
        name=name,
        channel=channel,
        channel_name=f"#{channel_name}" if channel_name else "",
        is_admin=interaction.manages_guild or member in admins,
    )


def author_of(message: discord.Message) -> Caller:
    """Who wrote a message in a guild."""
    assert message.guild is not None  # others are not listened to
    channel, name = str(message.channel.id), str(getattr(message.channel, "name", ""))
    if isinstance(message.channel, discord.Thread):
        lookup = message.guild.get_channel
        channel, name = _home(channel, name, message.channel.parent_id, lookup)
    return Caller(
        platform=Platform.DISCORD,
        workspace=str(message.guild.id),
        member=str(message.author.id),
        name=message.author.display_name,
        channel=channel,
        channel_name=f"#{name}" if name else "",
    )


def holds_posts(parent: object) -> bool:
    """Whether a thread in this channel is a channel of its own, as in a forum."""
    return getattr(parent, "type", None) in POSTS


def _home(thread: str, name: str, parent_id: int | str, lookup: Lookup) -> tuple[str, str]:
    """The channel of a thread: the one it hangs in, unless that is made of threads alone."""
    parent = lookup(int(parent_id))
    if holds_posts(parent):
        return thread, name
    return str(parent_id), str(getattr(parent, "name", ""))
