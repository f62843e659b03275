"""Guilds and channels that come and go."""

from __future__ import annotations

import logging

import discord

from bot.adapters.discord.callers import address
from bot.adapters.discord.permissions import TO_POST, missing
from bot.core.errors import StoreError
from bot.core.models import Address, Caller, Platform
from bot.core.ports import Store
from bot.core.quiz import Quiz

logger = logging.getLogger(__name__)

Place = discord.abc.GuildChannel | discord.Thread


class Places:
    """
    Says hello once in each guild, and stops posting where the bot is no longer welcome.

    Which channel got the hello is kept by guild, so that a guild joined while the bot was down is
    greeted at the next start and no guild is greeted twice. A return is noticed then too.
    """

    def __init__(self, quiz: Quiz, store: Store) -> None:
        self._quiz = quiz
        self._store = store

    async def on_available(self, guild: discord.Guild) -> None:
        """Greet a guild that was joined, or joined again, while the bot was down."""
        if guild.unavailable:
            return
        if await self._store.recall(_name(guild.id)) is None:
            await self.on_join(guild)
        else:
            await self._come_back(guild)

    async def on_join(self, guild: discord.Guild) -> None:
        """Join the channel that fits best, or those where the bot was before."""
        if fitting := fitting_channel(guild):
            kept = await self._store.keep_first(_name(guild.id), str(fitting.id))
            await self._join(guild.get_channel(int(kept)) or fitting)
        else:
            logger.info("Guild %s has no channel the bot may write in", guild.id)
        await self._come_back(guild)

    async def _come_back(self, guild: discord.Guild) -> None:
        """Join the channels that were left and are here again."""
        for left in await self._store.left_channels(Platform.DISCORD, str(guild.id)):
            if channel := guild.get_channel_or_thread(int(left.channel)):
                await self._join(channel)

    async def _join(self, channel: Place) -> None:
        await self._quiz.join(
            Caller(
                platform=Platform.DISCORD,
                workspace=str(channel.guild.id),
                member="",
                name="",
                channel=str(channel.id),
                channel_name=f"#{channel.name}",
            )
        )

    async def on_renamed(self, channel: Place) -> None:
        """Call a channel by its new name."""
        to = address(channel.guild.id, channel.id)
        await self._store.rename_channel(to, f"#{channel.name}")

    async def on_removed(self, guild_id: int) -> None:
        """Stop posting in a guild; its settings stay for a return."""
        await self._store.leave_workspace(Platform.DISCORD, str(guild_id))

    async def on_deleted(self, guild_id: int, channel_id: int) -> None:
        """Stop posting in a channel that was deleted."""
        await self._store.leave_channel(address(guild_id, channel_id))

    async def on_gone(self, to: Address, with_guild: bool) -> None:
        """Stop posting where a post found nobody: the news was missed while the bot was down."""
        try:
            if with_guild:
                await self._store.leave_workspace(to.platform, to.workspace)
            else:
                await self._store.leave_channel(to)
        except StoreError as error:
            logger.warning("A lost channel could not be noted: %s", error)


def fitting_channel(guild: discord.Guild) -> discord.TextChannel | None:
    """Where a hello fits: where the guild greets people, or its first channel we may write in."""
    candidates = [guild.system_channel, *sorted(guild.text_channels, key=_order)]
    for channel in candidates:
        if channel is not None and not missing(channel.permissions_for(guild.me), TO_POST):
            return channel
    return None


def _order(channel: discord.TextChannel) -> tuple[int, int]:
    return channel.position, channel.id


def _name(guild_id: int) -> str:
    return f"discord:guild:{guild_id}"
