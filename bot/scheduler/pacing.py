"""Pacing: who may be sent to next, so that no limit is passed and nobody waits for another."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

CHANNEL_PAUSE = 1.0
"""Seconds between two posts in one channel: Slack and Discord both ask for that."""
CATCH_UP = 0.05
"""Seconds by which a late turn may be made up; more would be a burst."""
ABREAST = 1_000
"""Sends under way in all: an idle one costs some 10 kB."""
ABREAST_WORKSPACE = 8
"""Sends under way in one workspace."""
SHARE = 20
"""Waiting in one workspace; more is fetched only when these have gone."""
AILING_AFTER = 3
"""A workspace ails when so many of its channels failed with no success between."""
LONGEST_HOLD = 300.0
"""Seconds for which an ailing workspace is held at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Turn(Generic[T]):
    """One whose turn has come; give it back with `Line.done`."""

    workspace: str
    channel: str
    item: T

    @property
    def place(self) -> tuple[str, str]:
        """The channel, in its workspace: Slack shares some between several."""
        return self.workspace, self.channel


@dataclass(slots=True)
class _Queue(Generic[T]):
    """One workspace's place in the line."""

    waiting: deque[Turn[T]] = field(default_factory=deque)
    under_way: int = 0
    free_at: float = 0.0
    held_until: float = 0.0
    failing: set[str] = field(default_factory=set)
    """Channels that failed since anything arrived in the workspace."""

    @property
    def abreast(self) -> int:
        """How many sends may be under way: one feels its way where all else fails."""
        return 1 if len(self.failing) >= AILING_AFTER else ABREAST_WORKSPACE

    def is_passable(self, now: float) -> bool:
        """Whether anybody can go there."""
        return now >= self.held_until and self.under_way < self.abreast

    def is_idle(self, now: float) -> bool:
        """Whether there is nothing to remember."""
        busy = self.waiting or self.under_way or self.failing
        return not busy and now >= self.free_at and now >= self.held_until


class Line(Generic[T]):
    """
    Those who wait to be sent on one platform, let through one at a time.

    Workspaces take turns. All times are seconds of one clock that never goes back.
    """

    def __init__(self, per_second: float, per_workspace: float) -> None:
        self._interval = 1 / per_second
        self._workspace_interval = 1 / per_workspace
        self._queues: OrderedDict[str, _Queue[T]] = OrderedDict()
        self._free_at = 0.0
        self._channels: dict[tuple[str, str], float] = {}
        """When each channel may be posted to again; infinity while a send is under way."""
        self._waiting = 0
        self._under_way = 0

    def __len__(self) -> int:
        return self._waiting

    @property
    def under_way(self) -> int:
        """How many turns have not been given back."""
        return self._under_way

    def add(self, workspace: str, channel: str, item: T) -> None:
        """Let *item* wait for its turn."""
        queue = self._queues.setdefault(workspace, _Queue())
        queue.waiting.append(Turn(workspace, channel, item))
        self._waiting += 1

    def next(self, now: float) -> Turn[T] | float | None:
        """Whose turn it is; or the seconds until it may be somebody's; or None: nobody can go."""
        if self._under_way >= ABREAST:
            return None
        if self._free_at > now:
            return self._free_at - now if len(self) else None
        soonest = None
        for workspace, queue in self._queues.items():
            turn, at = self._ready(queue, now)
            if turn is not None:
                self._begin(workspace, queue, turn, now)
                return turn
            if at is not None and (soonest is None or at < soonest):
                soonest = at
        self._forget(now)
        return None if soonest is None else soonest - now

    def done(self, turn: Turn[T], now: float, *, is_well: bool | None) -> bool:
        """
        Take a turn back; *is_well* says whether the platform took it (None: it was not asked).

        False when the workspace ails and is held from now on: take out who waits there.
        """
        queue = self._queues[turn.workspace]
        queue.under_way -= 1
        self._under_way -= 1
        self._channels[turn.place] = now + CHANNEL_PAUSE
        if is_well:
            queue.failing.clear()
        elif is_well is not None:
            queue.failing.add(turn.channel)
            if len(queue.failing) >= AILING_AFTER:
                self.hold(turn.workspace, now + min(2.0 ** len(queue.failing), LONGEST_HOLD))
                return False
        return True

    def hold(self, workspace: str, until: float) -> None:
        """Let nobody of a workspace through before *until*."""
        queue = self._queues.setdefault(workspace, _Queue())
        queue.held_until = max(queue.held_until, until)

    def held_for(self, workspace: str, now: float) -> float:
        """For how many seconds a workspace is held."""
        queue = self._queues.get(workspace)
        return max(0.0, queue.held_until - now) if queue else 0.0

    def take_out(self, workspace: str | None = None) -> list[T]:
        """Take out all who wait in a workspace, or anywhere."""
        queues = self._queues if workspace is None else [workspace]
        taken: list[T] = []
        for name in queues:
            taken += (turn.item for turn in self._queues[name].waiting)
            self._queues[name].waiting.clear()
        self._waiting -= len(taken)
        return taken

    def crowded(self, now: float) -> set[str]:
        """Workspaces for which nobody more should be brought now."""
        return {name for name in self._queues if self.is_crowded(name, now)}

    def is_crowded(self, workspace: str, now: float) -> bool:
        """Whether enough wait in a workspace, or nobody can go there."""
        queue = self._queues.get(workspace)
        return queue is not None and (len(queue.waiting) >= SHARE or not queue.is_passable(now))

    def movable(self, now: float) -> int:
        """How many wait where somebody can go."""
        return sum(len(queue.waiting) for queue in self._queues.values() if queue.is_passable(now))

    def _ready(self, queue: _Queue[T], now: float) -> tuple[Turn[T] | None, float | None]:
        """Whose turn it is in one workspace, or when it may be somebody's."""
        if not queue.waiting or queue.under_way >= queue.abreast:
            return None, None
        if (free_at := max(queue.free_at, queue.held_until)) > now:
            return None, free_at
        soonest = float("inf")
        for turn in queue.waiting:
            at = self._channels.get(turn.place, 0.0)
            if at <= now:
                return turn, None
            soonest = min(soonest, at)
        return None, soonest if soonest < float("inf") else None

    def _begin(self, workspace: str, queue: _Queue[T], turn: Turn[T], now: float) -> None:
        queue.waiting.remove(turn)
        self._waiting -= 1
        queue.under_way += 1
        self._under_way += 1
        queue.free_at = max(queue.free_at, now - CATCH_UP) + self._workspace_interval
        self._free_at = max(self._free_at, now - CATCH_UP) + self._interval
        self._channels[turn.place] = float("inf")
        self._queues.move_to_end(workspace)

    def _forget(self, now: float) -> None:
        """Let go of what needs no memory, so that a day of posts leaves nothing behind."""
        for name in [name for name, queue in self._queues.items() if queue.is_idle(now)]:
            del self._queues[name]
        for place in [place for place, at in self._channels.items() if at <= now]:
            del self._channels[place]
