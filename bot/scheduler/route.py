"""A route: everything that is sent to one platform, in line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import Random

from bot.core.composing import Composer
from bot.core.errors import StoreError
from bot.core.models import DeliveryId, Kind
from bot.core.ports import Clock, Messenger, Store
from bot.core.views import Lease
from bot.scheduler.dispatch import Dispatcher, Waiting
from bot.scheduler.health import Health
from bot.scheduler.pacing import Line, Turn
from bot.scheduler.patience import Patience, Timer
from bot.scheduler.sending import Outcome, Sender

ROOM_SECONDS = 20
"""No more is leased than one workspace alone could be sent in this time."""
ROOM_MIN, ROOM_MAX = 20, 500
PICTURES = 8
"""Digests in hand: drawing takes a while, and nothing else is to wait behind it."""
_OTHERS = tuple(kind for kind in Kind if kind is not Kind.DIGEST)


class Route:
    """Leases what is owed to one platform and sends it at the platform's pace."""

    def __init__(
        self,
        store: Store,
        composer: Composer,
        messenger: Messenger,
        clock: Clock,
        health: Health,
        patience: Patience,
        random: Random,
        timer: Timer,
    ) -> None:
        self._store = store
        self._platforms = (messenger.platform,)
        self._clock = clock
        self._health = health
        self._patience = patience
        self._random = random
        self._timer = timer
        self._sender = Sender(store, composer, messenger, clock, health, patience, random, timer)
        pace = messenger.pace
        self._line: Line[Lease] = Line(pace.per_second, pace.per_workspace)
        self._pictures: set[DeliveryId] = set()
        room = int(min(max(ROOM_MIN, pace.per_workspace * ROOM_SECONDS), ROOM_MAX))
        self._dispatcher = Dispatcher(self._line, room, self._lease, self._send, timer)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is under way here."""
        return self._dispatcher.is_idle

    def start(self) -> None:
        """Begin; call it inside the running loop."""
        self._dispatcher.start()

    def wake(self) -> None:
        """Something is owed."""
        self._dispatcher.wake()

    async def stop(self) -> None:
        """Finish what is under way; hand back the rest, so that others need not wait for it."""
        left = await self._dispatcher.stop(self._patience.farewell.total_seconds())
        await self._hand_back(left, timedelta())

    async def _lease(self, limit: int, busy: set[str]) -> list[Waiting[Lease]]:
        try:
            leases, digests = await asyncio.gather(
                self._take(limit, busy, _OTHERS), self._take_digests(busy)
            )
        except StoreError as error:
            self._health.ill(str(error), self._clock())
            raise
        self._pictures.update(lease.delivery.id for lease in digests)
        return [_waiting(lease) for lease in (*leases, *digests)]

    async def _take_digests(self, busy: set[str]) -> Sequence[Lease]:
        """A few at a time; the next ones are asked for when one of these is done."""
        limit = PICTURES - len(self._pictures)
        return await self._take(limit, busy, (Kind.DIGEST,)) if limit > 0 else ()

    async def _take(self, limit: int, busy: set[str], kinds: Sequence[Kind]) -> Sequence[Lease]:
        return await self._store.lease(
            self._platforms, self._clock(), self._patience.lease, limit, busy, kinds
        )

    async def _send(self, turn: Turn[Lease]) -> None:
        outcome = Outcome()
        try:
            outcome = await self._sender.send(turn.item)
        finally:
            self._let_go(turn.item)
            goes_on = self._line.done(turn, self._timer.now(), is_well=outcome.is_well)
        if outcome.hold is not None:
            self._line.hold(turn.workspace, self._timer.now() + outcome.hold.total_seconds())
        if outcome.hold is not None or not goes_on:
            held = timedelta(seconds=self._line.held_for(turn.workspace, self._timer.now()))
            await self._hand_back(self._line.take_out(turn.workspace), held)

    def _let_go(self, lease: Lease) -> None:
        if lease.delivery.id in self._pictures:
            self._pictures.discard(lease.delivery.id)
            self.wake()

    async def _hand_back(self, leases: Iterable[Lease], after: timedelta) -> None:
        """Put back what waits in vain, spread a little."""
        waits = []
        for lease in leases:
            self._let_go(lease)
            waits.append(self._sender.hand_back(lease, after * self._random.uniform(1, 1.1)))
        await asyncio.gather(*waits)


def _waiting(lease: Lease) -> Waiting[Lease]:
    to = lease.delivery.channel.address
    return Waiting(to.workspace, to.channel, lease)
