"""The edge of the face: refusals are told, what broke is logged once, apologised for and undone."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.core.cards.refusals import apology, told
from bot.core.errors import StoreError
from bot.core.parts import Card, Form
from bot.core.ports import Clock, Store

logger = logging.getLogger(__name__)

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


class Once:
    """Does what an event or a command asks for only once, however often it is brought."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do *work* unless that was begun under *key* before; one that fails may come again."""
        name = f"slack:{key}"
        if not await self._store.first_time(name, self._clock(), REMEMBERED):
            return
        try:
            await work()
        except BaseException:
            await self._store.not_yet(name)
            raise
