"""The connection: a client that is kept connected, and replaced when it breaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from itertools import chain, repeat
from typing import Any

from bot.adapters.discord.entering import AWAY, LASTING, enter, reason, sync_commands
from bot.adapters.discord.gateway import GatewayClient
from bot.adapters.discord.options import DiscordOptions
from bot.core.errors import StartError, StoreError
from bot.core.ports import Clock, Store

logger = logging.getLogger(__name__)

FAREWELL = 5.0
"""Seconds that what is under way may take when the process is told to stop."""
CONNECTED_WITHIN = 10.0
"""Seconds to wait for the first shard; after that the rest of the bot starts without it."""
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts to come back; the last one again and again."""


class Connection:
    """
    Stays connected until it is told to stop.

    The library gives up on a client for good when it stumbles over an event it cannot read, and
    while Discord cannot be reached at the login: then another client takes over.
    """

    def __init__(
        self,
        build: Callable[[], GatewayClient],
        options: DiscordOptions,
        store: Store,
        clock: Clock,
    ) -> None:
        self.client = build()
        """The client of now; ask anew for each use."""
        self._build = build
        self._options = options
        self._store = store
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._since: datetime | None = None
        self._trouble = ""
        self._tries = 0

    async def start(self) -> None:
        """Connect; raises StartError when that can never work."""
        self._task = asyncio.create_task(self._run(), name="flaskquiz-discord")
        connected = asyncio.create_task(self._wait())
        await asyncio.wait({self._task, connected}, return_when=asyncio.FIRST_COMPLETED)
        connected.cancel()
        if self._task.done():
            await self._task  # it ends with the reason only
        if not self.client.connected.is_set():
            logger.warning("Discord has not let the bot in yet; it goes on trying")

    async def _wait(self) -> None:
        for _ in range(int(CONNECTED_WITHIN / 0.02)):
            if self.client.connected.is_set():  # it may be another one by now
                return
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Finish what is under way, then leave."""
        await self.client.finish(FAREWELL)
        if self._task is None:
            return
        await self.client.close()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def health(self) -> dict[str, Any]:
        """How the connection is."""
        shards = {
            str(number): "closed" if shard.is_closed() else f"{shard.latency:.3f} s"
            for number, shard in self.client.shards.items()
        }
        return {
            "connected": self.client.connected.is_set() and "closed" not in shards.values(),
            "since": self._since.isoformat() if self._since else None,
            "shards": shards,
            "guilds": len(self.client.guilds),
            "trouble": self._trouble,
        }

    async def _run(self) -> None:
        """Stay connected; ends with StartError where somebody has to do something."""
        while True:
            try:
                return await self._stay()
            except LASTING as error:
                self._note(reason(error))
                logger.error("Discord: %s", self._trouble)  # noqa: TRY400  # the reason says it all
                raise StartError(self._trouble) from error
            except (*AWAY, StoreError) as error:
                self._note(f"Discord cannot be entered now ({type(error).__name__}).")
                logger.warning("%s It is tried again.", self._trouble)
            except Exception:  # an edge: another client may do better
                self._note("The connection broke; see the log.")
                logger.exception("The connection to Discord broke; another one is made")
            await self._replace()

    async def _stay(self) -> None:
        """Log in, register the commands, and be there until the client is closed."""
        await enter(self.client, self._options)
        self._since, self._trouble = self._clock(), ""
        is_done = await sync_commands(self.client, self._store)
        later = None if is_done else asyncio.create_task(self._sync_later())
        try:
            await self.client.connect()
        finally:
            if later is not None:
                later.cancel()

    async def _sync_later(self) -> None:
        """Register the commands as soon as Discord is able to; all else goes on meanwhile."""
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            await self._options.pause(pause)
            try:
                if await sync_commands(self.client, self._store):
                    return
            except (*AWAY, StoreError) as error:
                logger.warning("The commands wait to be registered (%s).", type(error).__name__)

    def _note(self, trouble: str) -> None:
        self._since, self._trouble = None, trouble

    async def _replace(self) -> None:
        await self.client.finish(FAREWELL)
        await self.client.close()
        if self.client.connected.is_set():
            self._tries = 0
        await self._options.pause(PAUSES[min(self._tries, len(PAUSES) - 1)])
        self._tries += 1
        self.client = self._build()
