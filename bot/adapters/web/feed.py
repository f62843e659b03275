"""What the channel shows: every delivery sent, newest first, each answer under its question."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.cards.rounds import in_private
from bot.core.composing import Composer
from bot.core.errors import RefusedError
from bot.core.models import (
    Caller,
    Channel,
    Delivery,
    DeliveryId,
    DeliveryState,
    Kind,
    MessageRef,
)
from bot.core.parts import Buttons, Card
from bot.core.ports import Clock, Store
from bot.core.views import Lease

logger = logging.getLogger(__name__)

LENGTH = 20
"""Deliveries shown; about two weeks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One card of the feed."""

    id: DeliveryId
    kind: Kind
    sent_at: datetime
    card: Card
    answer: Card | None = None
    only_for: str = ""
    """The one member who may see it; empty for everybody."""
    message: MessageRef | None = None
    is_open: bool = False
    """A question that can still be answered."""


@dataclass(frozen=True, slots=True)
class Channelled:
    """The channel and its feed at one moment."""

    channel: Channel | None
    entries: tuple[Entry, ...]
    read_at: datetime

    @property
    def open(self) -> Entry | None:
        """The question that can be answered now, if any."""
        return next((entry for entry in self.entries if entry.is_open), None)

    def seen_by(self, member: str) -> tuple[Entry, ...]:
        """What one member, or a guest (``""``), may see; the open question first."""
        seen = (e for e in self.entries if not e.only_for or e.only_for == member)
        return tuple(sorted(seen, key=lambda entry: not entry.is_open))


class Feed:
    """Reads the feed; the store and the composer know everything, nothing is kept twice."""

    def __init__(self, store: Store, composer: Composer, clock: Clock, reader: Caller) -> None:
        self._store = store
        self._composer = composer
        self._clock = clock
        self._reader = reader
        self._reading: asyncio.Task[Channelled] | None = None
        self._next: asyncio.Task[Channelled] | None = None

    async def read(self) -> Channelled:
        """
        The feed as it stands; who asks at once, as all live pages do, shares one read.

        One under way is not joined, for it may have begun before something was written.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._read_after(self._reading), name="flaskquiz-feed")
            # Whoever asked may have left: then nobody else would look at a failure.
            self._next.add_done_callback(lambda read: read.cancelled() or read.exception())
        return await asyncio.shield(self._next)

    async def _read_after(self, before: asyncio.Task[Channelled] | None) -> Channelled:
        if before is not None:
            await asyncio.wait({before})
        self._reading, self._next = self._next, None
        return await self._read()

    async def _read(self) -> Channelled:
        now = self._clock()
        channel = await self._store.find_channel(self._reader)
        deliveries = await self._store.last_deliveries(self._reader, LENGTH)
        sent = [each for each in deliveries if _is_shown(each)]
        composed = [(each, await self._compose(each, now)) for each in sent]
        return Channelled(channel, tuple(_threaded(composed)), now)

    async def _compose(self, delivery: Delivery, now: datetime) -> Card | None:
        """The card of a delivery; None when the deck has lost its question."""
        lease = Lease(delivery, look_first=False, first_tried_at=delivery.sent_at or now)
        try:
            return in_private((await self._composer.parcel(lease, now)).card)
        except RefusedError as error:
            logger.info("Delivery %s is not shown: %s", delivery.id, error.reason)
            return None


def _is_shown(delivery: Delivery) -> bool:
    """Whether it was sent to somebody: a notice is for the admin, and there may be none."""
    if delivery.state is not DeliveryState.SENT:
        return False
    return delivery.kind is not Kind.NOTICE or delivery.channel.admin != ""


def _threaded(composed: Sequence[tuple[Delivery, Card | None]]) -> list[Entry]:
    """Put answers under their questions; an answer without one is left out."""
    answers = {each.round_id: card for each, card in composed if each.kind is Kind.ANSWER and card}
    entries = [
        _entry(each, card) for each, card in composed if card and each.kind is not Kind.ANSWER
    ]
    rounds = {each.id: each.round_id for each, _ in composed}
    return [
        replace(entry, answer=answers.get(rounds[entry.id])) if rounds[entry.id] else entry
        for entry in entries
    ]


def _entry(delivery: Delivery, card: Card) -> Entry:
    assert delivery.sent_at is not None  # it is SENT
    daily = delivery.kind is Kind.DAILY
    return Entry(
        id=delivery.id,
        kind=delivery.kind,
        sent_at=delivery.sent_at,
        card=card,
        only_for=delivery.channel.admin if delivery.kind is Kind.NOTICE else "",
        message=delivery.message,
        # A round's card has its button as long as the round is open.
        is_open=daily and any(isinstance(block, Buttons) for block in card),
    )
