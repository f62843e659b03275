"""Homes: the guild whose memory a member takes along into direct messages."""

from __future__ import annotations

from bot.core.models import Platform
from bot.core.ports import Store


class Homes:
    """
    Remembers in the store where each member used the bot last.

    It is written only when it changes; forgetting a member forgets it too.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, member: str) -> str:
        """The workspace of a member's direct messages: their home, or one for them alone."""
        return await self._store.recall(_name(member)) or _alone(member)

    async def settle(self, member: str, workspace: str) -> None:
        """Make a guild the member's home."""
        if await self._store.recall(_name(member)) != workspace:
            await self._store.keep(_name(member), workspace)

    async def leave(self, member: str, workspace: str) -> None:
        """Forget the home of a member who is forgotten there."""
        await self._store.drop(_name(member), workspace)

    async def forget_alone(self, member: str) -> None:
        """Delete what a member did in direct messages before they had a home."""
        await self._store.forget_workspace(Platform.DISCORD, _alone(member))


def _alone(member: str) -> str:
    return f"dm:{member}"


def _name(member: str) -> str:
    return f"discord:home:{member}"
