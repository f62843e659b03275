"""What the host chose for Discord."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DiscordOptions:
    """The settings of this face."""

    token: str = field(repr=False)
    shard_ids: tuple[int, ...] = ()
    """The shards of this process; empty means all."""
    shard_count: int | None = None
    """None asks Discord how many there should be."""
    message_content: bool = False
    """Ask for the privileged intent, so that plain replies in threads can be read."""
    api_url: str | None = None
    gateway_url: str | None = None
    admins: tuple[str, ...] = ()
    """Ids of members who may set up every channel."""
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    """Waits between two identifications: Discord takes one in five seconds."""

    @property
    def share(self) -> float:
        """The part of all shards that this process has, and so of what the bot may send."""
        if not self.shard_ids or not self.shard_count:
            return 1.0
        return len(self.shard_ids) / self.shard_count
