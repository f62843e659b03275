"""Who stands where and who knows what; and what is kept about a member."""

from __future__ import annotations

import json
from datetime import date, timedelta

from bot.core import calendar
from bot.core.cards import boards, known, people
from bot.core.cards import channel as cards
from bot.core.deck import Deck
from bot.core.desk import get_channel
from bot.core.models import Caller, ChannelState, Period
from bot.core.parts import Card
from bot.core.ports import Clock, Store, Wake


class Standings:
    """The use cases of leaderboards, of a member's own page, and of privacy."""

    def __init__(self, deck: Deck, store: Store, clock: Clock, wake: Wake) -> None:
        self._deck = deck
        self._store = store
        self._clock = clock
        self._wake = wake

    async def leaderboard(self, caller: Caller, period: Period) -> Card:
        """The standings of the caller's channel, for the caller alone."""
        channel = await get_channel(self._store, caller)
        on = calendar.local_date(self._clock(), channel.zone)
        board = await self._store.board(caller, _period_key(period, on))
        return boards.leaderboard(board, shareable=channel.state is not ChannelState.GONE)

    async def share(self, caller: Caller, period: str) -> Card:
        """Owe the channel the leaderboard of a period such as ``2026-W47``, once a day."""
        channel = await get_channel(self._store, caller)
        now = self._clock()
        on = calendar.local_date(now, channel.zone)
        # Whoever opened the board before midnight shares what they saw.
        known_periods = {
            _period_key(each, day) for each in Period for day in (on, on - timedelta(days=1))
        }
        key = period if period in known_periods else calendar.week_of(on)
        await self._store.share(caller, on, key, now)
        self._wake()
        return cards.sharing()

    async def me(self, caller: Caller) -> Card:
        """What is kept about the caller."""
        now = self._clock()
        profile = await self._store.profile(caller, None, now)
        has_board = caller.channel is not None and profile.channel is not None
        return known.me(profile, self._deck, now, has_board=has_board)

    async def home(self, caller: Caller) -> Card:
        """A member's own page."""
        now = self._clock()
        profile = await self._store.profile(caller, None, now)
        return people.home(profile, self._deck, now)

    async def team(self, caller: Caller) -> Card:
        """What the caller's channel knows and forgets."""
        await get_channel(self._store, caller)
        return known.team(await self._store.team(caller), self._deck, self._clock())

    async def set_hidden(self, caller: Caller, *, hidden: bool) -> Card:
        """Take the caller's name off the boards, or put it back."""
        await self._store.set_hidden(caller, hidden, self._clock())
        return people.hidden() if hidden else people.shown()

    async def export(self, caller: Caller) -> Card:
        """Everything kept about the caller, as a file."""
        kept = await self._store.export(caller)
        return people.exported(json.dumps(kept, indent=2, ensure_ascii=False).encode())

    async def forget(self, caller: Caller) -> Card:
        """Delete all that is kept about the caller here."""
        await self._store.forget(caller, self._clock())
        return people.forgotten()


def _period_key(period: Period, on: date) -> str:
    match period:
        case Period.WEEK:
            return calendar.week_of(on)
        case Period.MONTH:
            return calendar.month_of(on)
        case Period.ALL:
            return "all"
