"""Homes: the guild whose memory a member takes along into direct messages."""

from __future__ import annotations

from collections import OrderedDict

from bot.core.ports import Store

KNOWN_MAX = 10_000


class Homes:
    """
    Remembers in the store where each member used the bot last.

    It is written only when it changes; forgetting a member forgets it too.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, str] = OrderedDict()

    async def find(self, member: str) -> str:
        """The workspace of a member's direct messages: their home, or one for them alone."""
        return await self._store.recall(_name(member)) or f"dm:{member}"

    async def settle(self, member: str, workspace: str) -> None:
        """Make a guild the member's home."""
        if self._known.get(member) == workspace:
            return
        await self._store.keep(_name(member), workspace)
        self._known[member] = workspace
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    async def leave(self, member: str, workspace: str) -> None:
        """Forget the home of a member who is forgotten there."""
        self._known.pop(member, None)
        await self._store.drop(_name(member), workspace)


def _name(member: str) -> str:
    return f"discord:home:{member}"
