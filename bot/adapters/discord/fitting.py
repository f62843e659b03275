"""Making a message's texts fit: what matters least is cut first."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

TEXT_MAX = 3_900
"""Characters in all texts of a message: Discord takes 4,000."""
BYTES_PER_CHARACTER = 2.5
"""
So many bytes count as one character: a message of more than about 10,000 bytes is answered with an
error. https://github.com/discord/discord-api-docs/issues/8554
"""
LEAST = 60
"""No text is cut below this while others are longer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that can be drawn shorter."""

    draw: Callable[[int], str]
    """Draws it with at most so many of whatever it is made of."""
    size: int
    """How many it is made of."""
    rank: int
    """Pieces of a lower rank are cut first."""


def cost(text: str) -> int:
    """How much of `TEXT_MAX` a text takes, with the line break after it."""
    if text.isascii():
        return len(text) + 2
    return max(len(text), int(len(text.encode()) / BYTES_PER_CHARACTER) + 1) + 2


def fit(pieces: Sequence[Piece], room: int = TEXT_MAX) -> list[str]:
    """Draw all pieces, together within *room*; a piece that has no place at all is empty."""
    drawn = [piece.draw(piece.size) for piece in pieces]
    costs = [cost(text) for text in drawn]
    excess = sum(costs) - room
    if excess <= 0:
        return drawn
    for least in (LEAST, 0):
        for i in sorted(range(len(pieces)), key=lambda i: (pieces[i].rank, -costs[i])):
            if excess <= 0:
                return drawn
            drawn[i] = _within(pieces[i], max(least, costs[i] - excess), drawn[i])
            excess -= costs[i] - cost(drawn[i])
            costs[i] = cost(drawn[i])
    return drawn


def _within(piece: Piece, most: int, drawn: str) -> str:
    """Draw *piece* as long as *most* allows; nothing where even the shortest is too long."""
    if cost(drawn) <= most:
        return drawn
    sizes = range(piece.size)
    at = bisect_right(sizes, most, key=lambda size: cost(piece.draw(size)))
    return piece.draw(sizes[at - 1]) if at else ""
