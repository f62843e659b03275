"""Counters: the cards' "7 tried, 4 got it", edited when there is time for it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.composing import Composer
from bot.core.errors import RefusedError, StoreError, UndeliveredError
from bot.core.models import RoundId
from bot.core.ports import Clock, Messenger, Store
from bot.core.views import RoundView
from bot.scheduler.dispatch import Dispatcher, Waiting
from bot.scheduler.health import Health
from bot.scheduler.pacing import Line, Turn
from bot.scheduler.patience import Patience, Timer

logger = logging.getLogger(__name__)

SHARE = 0.1
"""Edits come on top of the posts, at most so large a part of their pace."""
ROOM = 50
FIRST_PAUSE = timedelta(seconds=30)
TRIES = 10
"""Then the card stays as it is: after four hours, for a round may close during an outage."""
LEASE = timedelta(minutes=5)
"""How long an edit is ours: longer than it waits in line, so that another is due after a crash."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A card that is to be edited, and until when that is ours."""

    view: RoundView
    until: datetime


class Counters:
    """Edits the cards of one platform; never in the way of a post."""

    def __init__(
        self,
        store: Store,
        composer: Composer,
        messenger: Messenger,
        clock: Clock,
        health: Health,
        patience: Patience,
        timer: Timer,
    ) -> None:
        self._store = store
        self._composer = composer
        self._messenger = messenger
        self._clock = clock
        self._health = health
        self._patience = patience
        self._timer = timer
        self._failures: Counter[RoundId] = Counter()
        pace = messenger.pace
        self._line: Line[Edit] = Line(pace.per_second * SHARE, pace.edits_per_workspace)
        self._dispatcher = Dispatcher(self._line, ROOM, self._claim, self._edit, timer)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is under way here."""
        return self._dispatcher.is_idle

    def start(self) -> None:
        """Begin; call it inside the running loop."""
        self._dispatcher.start()

    def wake(self) -> None:
        """A card is due to be edited."""
        self._dispatcher.wake()

    async def stop(self) -> None:
        """Finish what is under way; the next process edits the rest."""
        left = await self._dispatcher.stop(self._patience.farewell.total_seconds())
        await asyncio.gather(*(self._settle(edit, timedelta()) for edit in left))

    async def _claim(self, limit: int, busy: set[str]) -> list[Waiting[Edit]]:
        now = self._clock()
        platforms, until = (self._messenger.platform,), now + LEASE
        try:
            views = await self._store.claim_edits(platforms, now, until, limit, busy)
        except StoreError as error:
            self._health.ill(str(error), now)
            raise
        return [
            Waiting(view.channel.address.workspace, view.channel.address.channel, Edit(view, until))
            for view in views
        ]

    async def _edit(self, turn: Turn[Edit]) -> None:
        is_well = None
        try:
            is_well = await self._try(turn.item)
        except asyncio.CancelledError:  # the process stops: the next one begins at once
            await self._settle(turn.item, timedelta())
            raise
        finally:
            goes_on = self._line.done(turn, self._timer.now(), is_well=is_well)
        if not goes_on:
            left = self._line.take_out(turn.workspace)
            await asyncio.gather(*(self._settle(edit, FIRST_PAUSE) for edit in left))

    async def _try(self, edit: Edit) -> bool:
        """Edit one card; whether the platform answered as it should."""
        view, id_, message = edit.view, edit.view.round.id, edit.view.round.message
        assert message is not None  # only posted cards are claimed
        try:
            card = self._composer.card_of(view, self._clock())
            async with asyncio.timeout(self._patience.timeout.total_seconds()):
                await self._messenger.edit(view.channel.address, message, card)
        except RefusedError as error:
            logger.info("The card of round %s is not edited any more: %s", id_, error)
        except (UndeliveredError, TimeoutError) as error:
            logger.info("The card of round %s could not be edited: %r", id_, error)
            await self._later(edit)
            return False
        except Exception:  # an edge: whatever an adapter lets through
            logger.exception("The card of round %s could not be edited", id_)
            await self._later(edit)
            return False
        else:
            self._health.edited += 1
        self._failures.pop(id_, None)
        await self._settle(edit)
        return True

    async def _later(self, edit: Edit) -> None:
        """Try again, with longer pauses, a few times."""
        id_ = edit.view.round.id
        self._failures[id_] += 1
        if self._failures[id_] >= TRIES:
            del self._failures[id_]
            await self._settle(edit)
        else:
            await self._settle(edit, FIRST_PAUSE * 2 ** (self._failures[id_] - 1))

    async def _settle(self, edit: Edit, again_after: timedelta | None = None) -> None:
        """Be done with an edit, or have it made again after a while."""
        now = self._clock()
        again_at = None if again_after is None else now + again_after
        try:
            await self._store.edited(edit.view.round.id, edit.until, now, again_at)
        except StoreError as error:
            self._health.ill(str(error), now)
