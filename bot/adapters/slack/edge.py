"""The edge of the face: refusals are told, what broke is logged once, apologised for and undone."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.core.cards.refusals import apology, told
from bot.core.errors import StoreError
from bot.core.parts import Card, Form
from bot.core.ports import Clock, Progress, Store

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long one that was begun is waited for: longer than it takes, less than Slack's second try."""
REMEMBERED = timedelta(hours=6)
"""Slack tries an event three times within some five minutes, and hourly when told to."""


async def answered(answer: Awaitable[Card | Form]) -> Card | Form:
    """Await *answer*; a refusal becomes the card that tells it, a fault an apology."""
    try:
        return await told(answer)
    except StoreError as error:
        logger.error("A member could not be answered: %s", error)  # noqa: TRY400  # it says why
    except Exception:  # the edge: whatever broke, the member is told
        logger.exception("A member could not be answered")
    return apology()


class AgainError(Exception):
    """What is asked for cannot be done now: not to be acknowledged, so that it comes again."""


class UnderWayError(AgainError):
    """What is asked for is being done."""


class Once:
    """Does what an event or a command asks for only once, however often it is brought."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        """
        Do *work* unless that was done under *key* before; one that fails may come again.

        Raises UnderWayError where it was begun and nobody knows yet what comes of it: who began it
        may have been killed.
        """
        name = f"slack:{key}"
        progress = await self._store.begin(name, self._clock(), LEASE)
        if progress is Progress.UNDER_WAY:
            raise UnderWayError
        if progress is Progress.DONE:
            return
        try:
            await work()
        except BaseException:
            await self._store.not_done(name)
            raise
        await self._store.done(name, self._clock(), REMEMBERED)
