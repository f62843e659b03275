"""The client: discord.py's events, passed on to those who handle them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import discord

from bot.adapters.discord.handlers import Handlers
from bot.adapters.discord.interactions import Interaction
from bot.adapters.discord.options import DiscordOptions
from bot.adapters.discord.places import Places
from bot.adapters.discord.render import Json
from bot.adapters.discord.replies import Replies
from bot.core.errors import StoreError

logger = logging.getLogger(__name__)

READY_PAUSE = 0.1
"""Seconds without another guild after which a shard calls itself ready."""
IDENTIFY_PAUSE = 5.0
"""Seconds between two identifications: Discord takes one in this time."""


def intents_of(options: DiscordOptions) -> discord.Intents:
    """No privileged intent but the one that the host may have asked for."""
    return discord.Intents(
        guilds=True, guild_messages=True, message_content=options.message_content
    )


class GatewayClient(discord.AutoShardedClient):
    """Connects all shards of this process; keeps no members, messages or views."""

    def __init__(
        self, options: DiscordOptions, handlers: Handlers, replies: Replies, places: Places
    ) -> None:
        # The library would warn every host that packages for voice are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=intents_of(options),
            shard_ids=list(options.shard_ids) or None,  # type: ignore[arg-type]  # None is all
            shard_count=options.shard_count,
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=READY_PAUSE,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
        )
        self.connected = asyncio.Event()
        """Set once a shard is ready."""
        self._pause = options.pause
        self._interactions = handlers
        self._messages = replies
        self._guilds_seen = places
        self._is_deaf = False
        self._under_way: set[asyncio.Task[Any]] = set()
        self._connection.parsers["INTERACTION_CREATE"] = self._hear

    def _hear(self, payload: Json) -> None:
        """Take an interaction as it was told; see `Interaction` for why."""
        if self._is_deaf:
            return
        task = self.loop.create_task(self._handle(Interaction(payload)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _handle(self, interaction: Interaction) -> None:
        try:
            await self._interactions.on_interaction(interaction)
        except Exception:  # an edge: nobody waits for this task
            logger.exception("An interaction broke before it could be answered")

    async def finish(self, seconds: float) -> None:
        """Hear nothing more, and let what is under way come to its end."""
        self._is_deaf = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def before_identify_hook(
        self,
        shard_id: int | None,  # noqa: ARG002  # the library passes it
        *,
        initial: bool = False,
    ) -> None:
        """Keep two identifications apart."""
        if not initial:
            await self._pause(IDENTIFY_PAUSE)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something."""
        await self._finish(self._messages.on_message(message))

    async def on_shard_ready(self, shard_id: int) -> None:
        """A shard is connected, and its guilds are known."""
        guilds = [guild for guild in self.guilds if guild.shard_id == shard_id]
        logger.info("Shard %s is connected with %s guilds", shard_id, len(guilds))
        self.connected.set()
        for guild in guilds:
            await self.on_guild_available(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A guild is there: at the start, or after an outage."""
        await self._note(self._guilds_seen.on_available(guild))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added to a guild."""
        await self._note(self._guilds_seen.on_join(guild))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a guild."""
        await self._note(self._guilds_seen.on_removed(guild.id))

    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """A channel was changed: perhaps its name."""
        if before.name != after.name:
            await self._note(self._guilds_seen.on_renamed(after))

    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """The same for a thread, which may be a post of a forum with a quiz in it."""
        if before.name != after.name:
            await self._note(self._guilds_seen.on_renamed(after))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel was deleted."""
        await self._note(self._guilds_seen.on_deleted(channel.guild.id, channel.id))

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted, which may be a post of a forum with a quiz in it."""
        await self._note(self._guilds_seen.on_deleted(payload.guild_id, payload.thread_id))

    async def _note(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await self._finish(work)
        except StoreError as error:
            logger.error("A change of a guild could not be noted: %s", error)  # noqa: TRY400  # it says why

    async def _finish(self, work: Coroutine[Any, Any, None]) -> None:
        """Do *work*, unless it is too late; whoever stops the client waits for it."""
        if self._is_deaf:
            work.close()
            return
        task = asyncio.current_task()
        assert task is not None  # the library runs every event as one
        self._under_way.add(task)
        try:
            await work
        finally:
            self._under_way.discard(task)
