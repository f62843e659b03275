"""Who asks and where, read from what Discord vouches for."""

from __future__ import annotations

from typing import Any

import discord

from bot.adapters.discord.homes import Homes
from bot.core.models import Address, Caller, Platform

Interaction = discord.Interaction[Any]
POSTS = (discord.ChannelType.forum, discord.ChannelType.media)
"""Channels made of threads alone: there the thread itself is the channel."""


def address(guild_id: int, channel_id: int) -> Address:
    """Where a message goes."""
    return Address(Platform.DISCORD, str(guild_id), str(channel_id))


async def caller_of(interaction: Interaction, admins: frozenset[str], homes: Homes) -> Caller:
    """
    Who used a command, button or form.

    In direct messages the workspace is the one where they used the bot last: their memory is there.
    """
    member = str(interaction.user.id)
    name = interaction.user.display_name
    if interaction.guild_id is None:
        return Caller(Platform.DISCORD, await homes.find(member), member, name)
    channel, channel_name = _place(interaction.channel)
    return Caller(
        platform=Platform.DISCORD,
        workspace=str(interaction.guild_id),
        member=member,
        name=name,
        channel=channel,
        channel_name=channel_name,
        is_admin=interaction.permissions.manage_guild or member in admins,
    )


def author_of(message: discord.Message) -> Caller:
    """Who wrote a message in a guild."""
    assert message.guild is not None  # others are not listened to
    channel, channel_name = _place(message.channel)
    return Caller(
        platform=Platform.DISCORD,
        workspace=str(message.guild.id),
        member=str(message.author.id),
        name=message.author.display_name,
        channel=channel,
        channel_name=channel_name,
    )


def _place(channel: object) -> tuple[str | None, str]:
    """The channel in which the quiz runs, and its name: for a thread the one it belongs to."""
    if isinstance(channel, discord.Thread):
        parent = channel.parent
        if parent is None:
            return str(channel.parent_id), ""
        if parent.type not in POSTS:
            return str(parent.id), f"#{parent.name}"
    id_, name = getattr(channel, "id", None), getattr(channel, "name", "")
    return (None, "") if id_ is None else (str(id_), f"#{name}" if name else "")
