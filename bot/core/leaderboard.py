"""Ranks: who stands where, ties included."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """What one member earned in a period."""

    member_id: int
    name: str
    points: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a leaderboard."""

    rank: int
    member_id: int
    name: str
    points: int
    attempts: int


def rank(scores: Iterable[Score]) -> list[Standing]:
    """
    Order scores into a leaderboard, best first.

    Equal points share a rank and leave a gap (1, 2, 2, 4); inside a tie names go by the alphabet.
    """
    ordered = sorted(scores, key=lambda s: (-s.points, s.name.casefold(), s.member_id))
    standings: list[Standing] = []
    for place, score in enumerate(ordered, start=1):
        tied = standings and standings[-1].points == score.points
        shared = standings[-1].rank if tied else place
        standings.append(
            Standing(shared, score.member_id, score.name, score.points, score.attempts)
        )
    return standings


def rank_of(better: int) -> int:
    """Give the rank of a member when *better* members have more points, as `rank` would."""
    return better + 1


def movement(now_rank: int, before_rank: int | None) -> int | None:
    """Count the places gained (negative: lost) since before; None for a newcomer."""
    return None if before_rank is None else before_rank - now_rank
