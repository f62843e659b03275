"""Sending one delivery: compose, look where somebody may have been before, post, write it down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from bot.core.composing import Composer
from bot.core.errors import (
    RefusedError,
    RetryLaterError,
    StaleKeyError,
    StoreError,
    UnknownOutcomeError,
)
from bot.core.models import DeliveryState, MessageRef
from bot.core.ports import Clock, Messenger, Parcel, Store
from bot.core.views import Lease
from bot.scheduler.health import Health
from bot.scheduler.patience import Patience, Timer

T = TypeVar("T")
logger = logging.getLogger(__name__)

LATE = "the bot could not send it while anybody wanted it"
TRIED_LONG = "It was tried again and again until it was too late. The next one is tried anew."
BROKE = "something broke on the bot's side, see its log"
FIRST_WRITE_PAUSE, LONGEST_WRITE_PAUSE = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try tells about the workspace."""

    is_well: bool | None = None
    """Whether the platform answered as it should; None when it was not asked."""
    hold: timedelta | None = None
    """For how long the platform wants to be left alone."""


class _CannotLookError(UnknownOutcomeError):
    """Looking is impossible now, so nobody knows."""

    def __init__(self, reason: str, after: timedelta | None) -> None:
        super().__init__(reason)
        self.after = after


class Sender:
    """Sends deliveries of one platform; what it cannot settle it puts back for later."""

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
        self._composer = composer
        self._messenger = messenger
        self._clock = clock
        self._health = health
        self._patience = patience
        self._random = random
        self._timer = timer

    async def send(self, lease: Lease) -> Outcome:
        """Try once; never raises."""
        if not self._has_time(lease):
            await self.hand_back(lease, timedelta())
            return Outcome()
        try:
            parcel = await self._composer.parcel(lease, self._clock())
        except RefusedError as error:
            return await self._fail(lease, error.reason, error.advice, Outcome())
        except StaleKeyError:
            return Outcome()  # deleted with its workspace
        except StoreError as error:
            self._health.ill(str(error), self._clock())
            pause = self._patience.pause(lease.delivery.tries, self._random)
            await self.hand_back(lease, pause)
            return Outcome()
        except Exception:  # an edge: a fault in one card must not stop the others
            logger.exception("Delivery %s could not be composed", lease.delivery.id)
            return await self._again(lease, None, BROKE, is_unknown=lease.look_first)
        return await self._bring(lease, parcel)

    async def hand_back(self, lease: Lease, after: timedelta) -> None:
        """Put a delivery back that was not tried."""
        await self._put_back(
            lease, self._clock() + after, lease.delivery.error, is_unknown=lease.look_first
        )

    async def _bring(self, lease: Lease, parcel: Parcel) -> Outcome:
        """Look and post, and settle what came of it."""
        try:
            message = await self._arrive(lease, parcel)
        except RefusedError as error:
            return await self._fail(lease, error.reason, error.advice, Outcome(is_well=True))
        except RetryLaterError as error:
            return await self._again(lease, parcel, error.reason, after=error.after)
        except UnknownOutcomeError as error:
            after = error.after if isinstance(error, _CannotLookError) else None
            return await self._again(lease, parcel, error.reason, after=after, is_unknown=True)
        except Exception:  # an edge: whatever an adapter lets through
            logger.exception("Delivery %s could not be sent", lease.delivery.id)
            return await self._again(lease, parcel, BROKE, is_unknown=True)
        if message is None:
            return Outcome()
        return await self._delivered(lease, message)

    async def _arrive(self, lease: Lease, parcel: Parcel) -> MessageRef | None:
        """Bring a parcel to its channel, or find it there; None when it was not tried."""
        if lease.look_first and (found := await self._look(parcel)) is not None:
            return found
        if parcel.until is not None and self._clock() >= parcel.until:
            await self._give_up(lease)
            return None
        if not self._has_time(lease):  # looking, or drawing a picture, took long
            await self._put_back(lease, self._clock(), lease.delivery.error, is_unknown=False)
            return None
        return await self._call(self._messenger.post(parcel))

    async def _look(self, parcel: Parcel) -> MessageRef | None:
        try:
            return await self._call(self._messenger.find(parcel))
        except RetryLaterError as error:
            raise _CannotLookError(error.reason, error.after) from error

    async def _call(self, call: Awaitable[T]) -> T:
        """Await a platform, but not for ever."""
        seconds = self._patience.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await call
        except TimeoutError:
            raise UnknownOutcomeError(f"no answer within {seconds:g} s") from None

    def _has_time(self, lease: Lease) -> bool:
        """Whether a call ends before the lease does."""
        ends_at = lease.delivery.due_at
        assert ends_at is not None  # a lease has an end
        return self._clock() < ends_at - self._patience.margin

    async def _delivered(self, lease: Lease, message: MessageRef) -> Outcome:
        now = self._clock()
        delivery = lease.delivery
        await self._record(lease, lambda: self._store.delivered(delivery.id, message, now))
        self._health.settled(delivery, DeliveryState.SENT, now)
        return Outcome(is_well=True)

    async def _fail(self, lease: Lease, error: str, advice: str, outcome: Outcome) -> Outcome:
        delivery, now = lease.delivery, self._clock()
        logger.warning("Delivery %s (%s) failed: %s", delivery.id, delivery.kind, error)
        await self._record(
            lease,
            lambda: self._store.failed(delivery.id, error, advice, now, tries=delivery.tries),
        )
        self._health.settled(delivery, DeliveryState.FAILED, now)
        return outcome

    async def _give_up(self, lease: Lease) -> None:
        """It is too late: failed when it was tried and did not work, else skipped."""
        delivery = lease.delivery
        if delivery.error:
            await self._fail(lease, delivery.error, TRIED_LONG, Outcome())
            return
        logger.warning("Delivery %s (%s) is too late", delivery.id, delivery.kind)
        await self._record(
            lease, lambda: self._store.skipped(delivery.id, LATE, tries=delivery.tries)
        )
        self._health.settled(delivery, DeliveryState.SKIPPED, self._clock())

    async def _again(
        self,
        lease: Lease,
        parcel: Parcel | None,
        error: str,
        *,
        after: timedelta | None = None,
        is_unknown: bool = False,
    ) -> Outcome:
        """Try again after a pause, unless it was tried for long enough."""
        now, tries = self._clock(), lease.delivery.tries
        outcome = Outcome(is_well=False, hold=after)
        due_at = now + self._pause(tries, after, is_unknown)
        is_too_late = parcel is not None and parcel.until is not None and due_at >= parcel.until
        if tries >= self._patience.tries or (is_too_late and not is_unknown):
            return await self._fail(lease, error, TRIED_LONG, outcome)
        logger.info("Delivery %s, try %s: %s", lease.delivery.id, tries, error)
        await self._put_back(lease, due_at, error, is_unknown=is_unknown)
        return outcome

    def _pause(self, tries: int, after: timedelta | None, is_unknown: bool) -> timedelta:
        """At least what the platform asks for, and what it may need to show a post."""
        pause = self._patience.pause(tries, self._random)
        if is_unknown:
            pause = max(pause, self._patience.settle)
        return max(pause, after * self._random.uniform(1, 1.1)) if after else pause

    async def _put_back(
        self, lease: Lease, due_at: datetime, error: str, *, is_unknown: bool
    ) -> None:
        delivery = lease.delivery
        await self._record(
            lease,
            lambda: self._store.put_back(
                delivery.id, due_at, error, unknown=is_unknown, tries=delivery.tries
            ),
        )

    async def _record(self, lease: Lease, write: Callable[[], Awaitable[None]]) -> None:
        """
        Write down what came of a try: while the database is away, until the lease ends.

        After that somebody else looks first, finds what was sent and writes it down.
        """
        pause = FIRST_WRITE_PAUSE
        while True:
            try:
                return await write()
            except StoreError as error:
                self._health.ill(str(error), self._clock())
            except StaleKeyError:
                return None  # deleted with its workspace
            if not self._has_time(lease):
                return None
            await self._timer.sleep(pause)
            pause = min(pause * 2, LONGEST_WRITE_PAUSE)
