"""Dispatching: a loop that keeps a line filled and works on each turn beside the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.core.errors import StoreError
from bot.scheduler.pacing import Line, Turn
from bot.scheduler.patience import Timer

T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting(Generic[T]):
    """One more for the line."""

    workspace: str
    channel: str
    item: T


Fetch = Callable[[int, set[str]], Awaitable[Sequence[Waiting[T]]]]
"""Brings at most so many, none of these workspaces; may raise StoreError."""
Work = Callable[[Turn[T]], Awaitable[None]]
"""Works on one turn and gives it back to the line, whatever happens."""


class Dispatcher(Generic[T]):
    """Runs beside the tick from `start` to `stop`; idle until woken."""

    def __init__(
        self, line: Line[T], room: int, fetch: Fetch[T], work: Work[T], timer: Timer
    ) -> None:
        self._line = line
        self._room = room
        self._fetch = fetch
        self._work = work
        self._timer = timer
        self._woken = asyncio.Event()
        self._is_wanted = False
        self._is_fetching = False
        self._passed_over: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._is_broken = False

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to fetch, to wait for or to finish."""
        is_busy = self._is_wanted or self._is_fetching
        return not (is_busy or len(self._line) or self._tasks)

    def start(self) -> None:
        """Begin; call it inside the running loop."""
        self._loop = asyncio.create_task(self._run(), name="flaskquiz-dispatch")

    def wake(self) -> None:
        """There is something to fetch."""
        self._is_wanted = True
        self._woken.set()

    async def stop(self, within: float) -> list[T]:
        """Let nobody else through, finish what is under way; gives back who was waiting."""
        self._is_stopping = True
        self._woken.set()
        await _end({self._loop} if self._loop else set(), within)
        left = self._line.take_out()
        await _end(self._tasks, within)
        return left

    async def _run(self) -> None:
        while not self._is_stopping:
            # First of all: whatever happens from here on is not slept through.
            self._woken.clear()
            await self._refill()
            turn = self._line.next(self._timer.now())
            if isinstance(turn, Turn):
                self._begin(turn)
                await asyncio.sleep(0)
            elif not self._is_stopping:
                await self._rest(turn)

    async def _refill(self) -> None:
        """Fetch when there is room and something to fetch."""
        now = self._timer.now()
        if any(not self._line.is_crowded(workspace, now) for workspace in self._passed_over):
            self._is_wanted = True
        if not self._is_wanted or (movable := self._line.movable(now)) > self._room // 2:
            return
        room = self._room - movable
        self._passed_over = self._line.crowded(now)
        self._is_wanted, self._is_fetching = False, True
        try:
            fetched = await self._fetch(room, self._passed_over)
            self._is_broken = False
        except StoreError:
            fetched = []  # whoever fetches has told it; the next beat asks again
        except Exception:  # an edge: this loop must not end
            fetched = []
            if not self._is_broken:  # once, until it works again
                logger.exception("Nothing could be fetched; the next beat asks again")
            self._is_broken = True
        finally:
            self._is_fetching = False
        self._is_wanted |= len(fetched) >= room
        for waiting in fetched:
            self._line.add(waiting.workspace, waiting.channel, waiting.item)

    def _begin(self, turn: Turn[T]) -> None:
        task = asyncio.create_task(self._finish(turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, turn: Turn[T]) -> None:
        try:
            await self._work(turn)
        except Exception:  # an edge: nobody awaits this task
            logger.exception("A turn broke")
        finally:
            self._woken.set()

    async def _rest(self, seconds: float | None) -> None:
        """Wait until woken, or until it may be somebody's turn."""
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._woken.wait())]
        if seconds is not None:
            waits.append(asyncio.ensure_future(self._timer.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


async def _end(tasks: Collection[asyncio.Task[None]], within: float) -> None:
    """Wait for tasks, and cut off those that take longer."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=within)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
