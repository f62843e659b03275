"""A delivery to the card it brings."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.core import calendar, duties
from bot.core.cards import boards, digest, rounds
from bot.core.cards.doctor import notice
from bot.core.cards.hello import greeting
from bot.core.deck import Deck, Question
from bot.core.errors import ChartError, RefusedError
from bot.core.models import Caller, Delivery, Kind
from bot.core.parts import Card
from bot.core.ports import Chart, Painter, Parcel, Store
from bot.core.views import Lease, RoundView
from bot.core.wording import period_name

logger = logging.getLogger(__name__)


class Composer:
    """Makes parcels of deliveries; reads the store, sends nothing."""

    def __init__(self, deck: Deck, store: Store, painter: Painter) -> None:
        self._deck = deck
        self._store = store
        self._painter = painter

    async def parcel(self, lease: Lease, now: datetime) -> Parcel:
        """What to send for *lease*; raises RefusedError when the deck lost the question."""
        delivery = lease.delivery
        view = lease.view or await self._view(delivery)
        card = await self._card(delivery, view, now)
        closes_at = view.round.closes_at if view else None
        return Parcel(
            id=delivery.id,
            kind=delivery.kind,
            to=delivery.channel.address,
            card=card,
            since=lease.first_tried_at,
            thread=view.round.message if view and delivery.kind is Kind.ANSWER else None,
            member=delivery.channel.admin if delivery.kind is Kind.NOTICE else "",
            until=duties.wanted_until(delivery, closes_at),
            tries=delivery.tries,
        )

    def card_of(self, view: RoundView, now: datetime) -> Card:
        """A round's card as it stands now."""
        return rounds.daily(view, self._question(view), now)

    async def _view(self, delivery: Delivery) -> RoundView | None:
        """The round a daily or an answer is about."""
        if delivery.round_id is None:
            return None
        return await self._store.round_view(delivery.round_id)

    async def _card(self, delivery: Delivery, view: RoundView | None, now: datetime) -> Card:
        match delivery.kind:
            case Kind.HELLO:
                return greeting(delivery.channel, self._deck)
            case Kind.NOTICE:
                return notice(delivery)
            case Kind.DIGEST:
                return await self._digest(delivery, now)
            case Kind.SHARE:
                return await self._shared(delivery)
        assert view is not None  # dailies and answers are about a round
        if delivery.kind is Kind.DAILY:
            return self.card_of(view, now)
        return rounds.closed(view, self._question(view))

    async def _digest(self, delivery: Delivery, now: datetime) -> Card:
        period = calendar.week_of(delivery.local_on)
        before = calendar.previous_week(period)
        week = await self._store.week(delivery.channel, period, before)
        title = f"Leaderboard, {period_name(period)}"
        picture = await self._picture(Chart(title, week.standings)) if week.standings else None
        return digest.digest(week, delivery.channel, self._deck, picture, now)

    async def _picture(self, chart: Chart) -> bytes | None:
        """The picture, or None when it could not be drawn: the words say the same."""
        try:
            return await self._painter(chart)
        except ChartError as error:
            logger.warning("The digest goes without its picture: %s", error)
            return None

    async def _shared(self, delivery: Delivery) -> Card:
        to = delivery.channel.address
        nobody = Caller(to.platform, to.workspace, member="", name="", channel=to.channel)
        return boards.shared(await self._store.board(nobody, delivery.detail))

    def _question(self, view: RoundView) -> Question:
        question = self._deck.find(view.round.question_id)
        if question is None:
            raise RefusedError(
                f"the deck no longer holds {view.round.question_id}",
                "Put the question back into the deck, or wait for the next one.",
            )
        return question
