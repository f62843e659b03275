"""Brings cards to the page: the delivery itself is the message."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.models import Address, MessageRef, Platform
from bot.core.parts import Card
from bot.core.ports import Pace, Parcel


class WebMessenger:
    """
    A messenger that sends nothing: the page shows every delivery that the store holds as sent.

    *poke* tells live pages of this process that there may be something new.
    """

    platform = Platform.WEB
    pace = Pace(per_second=1_000, per_workspace=1_000)

    def __init__(self, poke: Callable[[], None]) -> None:
        self._poke = poke

    async def post(self, parcel: Parcel) -> MessageRef:
        """Give the reference under which the page shows *parcel* once it is recorded as sent."""
        self._poke()
        return MessageRef(str(parcel.id))

    async def find(self, parcel: Parcel) -> MessageRef | None:
        """Give the same reference: nothing can have been lost on the way."""
        return await self.post(parcel)

    async def edit(self, to: Address, message: MessageRef, card: Card) -> None:  # noqa: ARG002  # the page renders the card anew
        """Tell live pages; a card is rendered as it stands whenever it is shown."""
        self._poke()

    async def permissions(self, to: Address) -> list[str]:  # noqa: ARG002  # there is one channel, our own
        """Nothing can be missing in our own channel."""
        return []
