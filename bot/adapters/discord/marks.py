"""Marks: how a message tells which delivery it is, without a word about it."""

from __future__ import annotations

from typing import Any

from bot.adapters.discord.render import CONTAINER
from bot.core.models import DeliveryId, MessageRef

FIRST, MARKS = 1_000_000_000, 1_000_000_000
"""
Numbers that a container may have and that Discord never gives by itself: it counts from 1.

https://docs.discord.com/developers/components/reference#anatomy-of-a-component
"""


def mark_of(delivery: DeliveryId) -> int:
    """The number of the container of a delivery's message."""
    return FIRST + delivery % MARKS


def nonce_of(delivery: DeliveryId) -> str:
    """What Discord knows a delivery by for some minutes: a second post gives the first one back."""
    return f"fq-{delivery}"[:25]


def bears(message: dict[str, Any], mark: int, author: int) -> bool:
    """Whether a message from a channel's history is ours and has this mark."""
    if str(message["author"]["id"]) != str(author):
        return False
    components = message.get("components") or ()
    return any(c.get("type") == CONTAINER and c.get("id") == mark for c in components)


def ref_of(channel: int, message: int, home: int) -> MessageRef:
    """What the quiz calls a message: its number, after its channel's where that is another one."""
    return MessageRef(str(message) if channel == home else f"{channel}/{message}")


def place_of(ref: MessageRef, home: int) -> tuple[int, int]:
    """The channel and the number of a message."""
    channel, _, message = ref.rpartition("/")
    return int(channel or home), int(message)
