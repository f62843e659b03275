"""The postman: everything that is sent, on every platform this process serves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random

from bot.core.composing import Composer
from bot.core.models import Platform
from bot.core.ports import Clock, Messenger, Store
from bot.scheduler.counters import Counters
from bot.scheduler.health import Count, Health, uncounted
from bot.scheduler.patience import Patience, Timer
from bot.scheduler.route import Route


class Postman:
    """Sends deliveries and edits counters beside the tick; no platform waits for another."""

    def __init__(
        self,
        store: Store,
        composer: Composer,
        messengers: Mapping[Platform, Messenger],
        clock: Clock,
        *,
        patience: Patience | None = None,
        random: Random | None = None,
        timer: Timer | None = None,
        count: Count = uncounted,
    ) -> None:
        """Take *messengers* that may be filled until `start`."""
        self.health = Health(count=count)
        self._store = store
        self._composer = composer
        self._messengers = messengers
        self._clock = clock
        self._patience = patience or Patience()
        self._random = random or Random()  # noqa: S311  # spreads retries, no secret
        self._timer = timer or Timer()
        self._routes: list[Route] = []
        self._counters: list[Counters] = []

    @property
    def platforms(self) -> frozenset[Platform]:
        """The platforms this process can send to."""
        return frozenset(self._messengers)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is under way."""
        return all(each.is_idle for each in self._all())

    def start(self) -> None:
        """Begin; call it inside the running loop."""
        for messenger in self._messengers.values():
            self._add(messenger)
        for each in self._all():
            each.start()

    def wake(self) -> None:
        """Something is owed now."""
        for route in self._routes:
            route.wake()

    def wake_counters(self) -> None:
        """A card is due to be edited."""
        for counters in self._counters:
            counters.wake()

    async def stop(self) -> None:
        """Finish what is under way within a few seconds, and hand back the rest."""
        await asyncio.gather(*(each.stop() for each in self._all()))

    def _add(self, messenger: Messenger) -> None:
        parts = (self._store, self._composer, messenger, self._clock, self.health, self._patience)
        self._routes.append(Route(*parts, self._random, self._timer))
        self._counters.append(Counters(*parts, self._timer))

    def _all(self) -> list[Route | Counters]:
        return [*self._routes, *self._counters]
