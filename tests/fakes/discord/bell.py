"""Waiting for something in the fake Discord to become true."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

GLANCE = 0.01
"""Seconds after which to look even though no bell rang: the wish may be about the app."""


class Bell:
    """Wakes everybody who waits, so that each looks again whether their wish came true."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def ring(self) -> None:
        """Wake whoever waits."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, look: Callable[[], T | None], seconds: float) -> T:
        """Return the first truthy thing *look* gives; TimeoutError after real *seconds*."""
        async with asyncio.timeout(seconds):
            while not (found := look()):
                future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting = [one for one in self._waiting if not one.cancelled()] + [future]
                await asyncio.wait([future], timeout=GLANCE)
                future.cancel()
            return found
