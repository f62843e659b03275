"""Tells browsers that the feed has changed; what changed they fetch themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress

from bot.core.errors import StoreError

logger = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between looks at the store: another process may have posted."""
QUICK = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between looks after a poke: a message shows only once it is recorded as sent."""
BEAT = 20.0
"""Seconds after which a silent stream says that it lives."""


class Live:
    """
    Looks at the feed while anybody watches, and wakes all who do when its *version* changes.

    *version* gives a short word that changes with what the feed shows.
    """

    def __init__(self, version: Callable[[], Awaitable[str]], beat: float = BEAT) -> None:
        self._version = version
        self._beat = beat
        self._watchers: dict[asyncio.Event, str] = {}
        self._poked = asyncio.Event()
        self._quick: list[float] = []
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._seen = ""

    def watching(self, address: str = "") -> int:
        """How many watch, in all or from one *address*."""
        kept = self._watchers.values()
        return sum(each == address for each in kept) if address else len(kept)

    def poke(self) -> None:
        """Look soon, and again a little later."""
        self._quick = list(reversed(QUICK))
        self._poked.set()

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="flaskquiz-live")

    async def stop(self) -> None:
        """End every stream and stop looking."""
        self._closing = True
        for watcher in self._watchers:
            watcher.set()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def versions(self, address: str) -> AsyncGenerator[str, None]:
        """The version now and after each change; empty where a stream says only that it lives."""
        watcher = asyncio.Event()
        self._watchers[watcher] = address
        try:
            yield await self._version()
            self._poked.set()
            while not self._closing:
                yield await self._next(watcher)
        finally:
            del self._watchers[watcher]

    async def _next(self, watcher: asyncio.Event) -> str:
        try:
            async with asyncio.timeout(self._beat):
                await watcher.wait()
        except TimeoutError:
            return ""
        watcher.clear()
        return self._seen

    async def _run(self) -> None:
        failing = False
        while not self._closing:
            await self._pause()
            try:
                version = await self._version()
                failing = False
            except StoreError as error:
                if not failing:
                    logger.warning("The page cannot follow the feed: %s", error)
                failing = True
                continue
            except Exception:  # an edge: nobody else would hear of it
                logger.exception("Following the feed broke")
                continue
            if version != self._seen:
                self._seen = version
                for watcher in self._watchers:
                    watcher.set()

    async def _pause(self) -> None:
        """Wait for the next look: for ever while nobody watches."""
        wait = self._quick.pop() if self._quick else LOOK
        # Not `wait_for`: on Python 3.11 it swallows a cancellation that meets a poke.
        with suppress(TimeoutError):
            async with asyncio.timeout(wait if self._watchers else None):
                await self._poked.wait()
        # Only now: who came while the last look was under way is owed another.
        self._poked.clear()
