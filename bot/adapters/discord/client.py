"""The Discord face: its parts put together, started and stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any

from aiohttp import web

from bot.adapters.discord.addresses import point_at
from bot.adapters.discord.entering import AWAY, LASTING, enter, reason, sync_commands
from bot.adapters.discord.gateway import GatewayClient
from bot.adapters.discord.handlers import Handlers
from bot.adapters.discord.homes import Homes
from bot.adapters.discord.messenger import DiscordMessenger
from bot.adapters.discord.options import DiscordOptions
from bot.adapters.discord.places import Places
from bot.adapters.discord.recent import Recent
from bot.adapters.discord.replies import Replies
from bot.core.errors import StartError
from bot.core.ports import Clock, Store
from bot.core.quiz import Quiz

__all__ = ["DiscordFace", "DiscordOptions"]

logger = logging.getLogger(__name__)

FAREWELL = 5.0
"""Seconds that what is under way may take when the process is told to stop."""
READY_WITHIN = 10.0
"""Seconds to wait for the first shard; after that the rest of the bot starts without it."""
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts to reach Discord while it is away."""


class DiscordFace:
    """
    The quiz in Discord.

    The messenger works as soon as the bot has logged in, and asks for patience before that.
    """

    def __init__(self, quiz: Quiz, store: Store, options: DiscordOptions, clock: Clock) -> None:
        self._store = store
        self._options = options
        self._clock = clock
        self._client = GatewayClient(options)
        homes, recent = Homes(store), Recent(store, clock)
        places = Places(quiz, store)
        handlers = Handlers(quiz, homes, recent, frozenset(options.admins))
        self._client.listen_with(handlers, Replies(quiz, recent), places)
        self.messenger = DiscordMessenger(self._client, places.on_gone, options.share)
        self._task: asyncio.Task[None] | None = None
        self._since: datetime | None = None
        self._trouble = ""

    def routes(self) -> Sequence[web.RouteDef]:
        """Nothing: Discord is reached through its gateway."""
        return ()

    async def start(self) -> None:
        """Connect; raises StartError when that can never work."""
        point_at(self._options.api_url, self._options.gateway_url)
        self._task = asyncio.create_task(self._run(), name="flaskquiz-discord")
        connected = asyncio.create_task(self._client.connected.wait())
        await asyncio.wait(
            {self._task, connected}, timeout=READY_WITHIN, return_when=asyncio.FIRST_COMPLETED
        )
        connected.cancel()
        if self._task.done():
            await self._task  # it ends with the reason only
        if not self._client.connected.is_set():
            logger.warning("Discord has not let the bot in yet; it goes on trying")

    async def stop(self) -> None:
        """Finish what is under way, then leave."""
        await self._client.finish(FAREWELL)
        if self._task is None:
            return
        await self._client.close()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def health(self) -> dict[str, Any]:
        """How the connection is."""
        shards = {
            str(number): "closed" if shard.is_closed() else f"{shard.latency:.3f} s"
            for number, shard in self._client.shards.items()
        }
        return {
            "connected": self._since is not None and "closed" not in shards.values(),
            "since": self._since.isoformat() if self._since else None,
            "shards": shards,
            "guilds": len(self._client.guilds),
            "trouble": self._trouble,
        }

    async def _run(self) -> None:
        """Log in, register the commands, stay connected; ends only with a reason that lasts."""
        try:
            await self._log_in()
            self._since = self._clock()
            await sync_commands(self._client, self._store)
            await self._client.connect()
        except LASTING as error:
            self._since, self._trouble = None, reason(error)
            logger.error("Discord: %s", self._trouble)  # noqa: TRY400  # the reason says it all
            raise StartError(self._trouble) from error
        except Exception:  # an edge: nobody else would hear of it
            self._since, self._trouble = None, "The connection broke; see the log."
            logger.exception("The connection to Discord broke for good")
            raise

    async def _log_in(self) -> None:
        """Log in, however long Discord is away; raises an error of `LASTING` where that is vain."""
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            try:
                return await enter(self._client, self._options)
            except AWAY as error:
                self._trouble = f"Discord cannot be reached ({type(error).__name__})."
                logger.warning("%s Trying again in %s s", self._trouble, pause)
            await self._options.pause(pause)
        raise AssertionError("it repeats for ever")
