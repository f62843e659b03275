"""A workspace the app is installed in, and whoever finds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace the app is installed in."""

    id: str
    token: str = field(repr=False)
    bot_id: str
    bot_user_id: str
    installed_by: str = ""
    scopes: frozenset[str] = frozenset()


class Workspaces(Protocol):
    """Finds the workspace an event is about, without asking Slack."""

    async def find(self, team: str) -> Workspace | None:
        """The workspace of a team id, or None where the app is not installed."""

    def recall(self, team: str) -> None:
        """Look anew the next time: what is known of a workspace did not work."""

    async def forget(self, team: str, before: datetime) -> bool:
        """Forget the token of a workspace; False when it was installed again since *before*."""
