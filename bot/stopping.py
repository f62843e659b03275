"""Being told to stop: by Ctrl-C or SIGTERM, at any moment, once or twice."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from threading import Timer
from time import monotonic
from types import FrameType
from typing import NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

FAREWELL = timedelta(seconds=15)
"""How long the end may take in all; hosts kill after 10 to 30 seconds."""
PATIENCE = timedelta(seconds=3)
"""How long something that cannot be cancelled, such as a migration, may still take to finish."""
TOGETHER = timedelta(milliseconds=250)
"""
Signals so close are one: at Ctrl-C a terminal tells all its processes, and whatever started them
(foreman, `timeout`) tells them again.
"""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StoppedError(BaseException):
    """
    The process was told to stop before it was done.

    No `except Exception` holds it up; nor is it a KeyboardInterrupt, which click keeps for itself.
    """


def stop_by_leaving() -> None:
    """
    End at once at a signal: for the time before there is a loop, when there is nothing to finish.

    An exception instead could come up anywhere, in the import of somebody's C code above all.
    """
    for number in SIGNALS:
        signal.signal(number, _leave)


def stop_by_raising() -> None:
    """Raise StoppedError at a signal: for work without a loop that has to clean up."""
    for number in SIGNALS:
        signal.signal(number, _raise)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    leave("Stopped before it was done.")


def _raise(_number: int, _frame: FrameType | None) -> NoReturn:
    raise StoppedError


class Stop:
    """
    Set once the process is told to stop. Told again after `TOGETHER`, it ends at once, as it does
    after `FAREWELL`.

    That loses nothing: what was acknowledged is on disk, what was being sent is looked for by
    whoever sends next, and a migration happens as a whole or not at all.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._told_at = 0.0

    def listen(self) -> None:
        """Take signals from now on; call it inside the running loop."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._on_signal)

    def tell(self) -> None:
        """Tell the process to stop, as the first signal does."""
        self._told_at = monotonic()
        self._event.set()

    async def wait(self) -> None:
        """Wait until the process is told to stop."""
        await self._event.wait()

    async def do(self, work: Awaitable[T]) -> T:
        """Do *work*; cancels it and raises StoppedError when the process is told to stop."""
        return await self._do(work, is_thread=False)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a *function* on a thread; it cannot be cancelled, so it gets `PATIENCE`."""
        return await self._do(asyncio.to_thread(function, *args, **kwargs), is_thread=True)

    async def _do(self, work: Awaitable[T], *, is_thread: bool) -> T:
        task, told = asyncio.ensure_future(work), asyncio.ensure_future(self.wait())
        await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not task.done():
            if not is_thread:
                task.cancel()
            await asyncio.wait({task}, timeout=PATIENCE.total_seconds())
        if not task.done():
            leave("Stopped before it was done; nothing is left half done.")
        with suppress(asyncio.CancelledError):
            result = await task  # raises what it raised
            if not self._event.is_set():
                return result
        raise StoppedError

    def _on_signal(self) -> None:
        if self._event.is_set():
            if monotonic() - self._told_at < TOGETHER.total_seconds():
                return
            leave("Stopped at once: told so twice.")
        self.tell()
        timer = Timer(FAREWELL.total_seconds(), leave, ["Stopped at once: the end took too long."])
        timer.daemon = True
        timer.start()


def leave(sentence: str) -> NoReturn:
    """End the process at once, whatever its threads are doing."""
    logger.warning("%s", sentence)
    os._exit(1)
