"""What a grade earns, and streaks: scheduled days in a row with an attempt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.core.grading import Grade
from bot.core.models import Level

FULL_POINTS = {Level.BEGINNER: 10, Level.INTERMEDIATE: 20, Level.ADVANCED: 30}
RUN_FOR_A_FREEZE = 7
FREEZES_MAX = 2


def points_for(level: Level, grade: Grade) -> int:
    """What *grade* on a question of *level* earns: nothing, half or all of it."""
    match grade:
        case Grade.GOT_IT:
            return FULL_POINTS[level]
        case Grade.PARTLY:
            return FULL_POINTS[level] // 2
        case Grade.MISSED:
            return 0


@dataclass(frozen=True, slots=True)
class Streak:
    """A member's run in a channel, counted up to and including *last_on*."""

    days: int = 0
    best: int = 0
    freezes: int = 0
    last_on: date | None = None


def walk(streak: Streak, days: Iterable[tuple[date, bool]]) -> Streak:
    """
    Carry *streak* over *days*: scheduled days on which the bot posted, in order, and whether the
    member made an attempt. Days up to ``streak.last_on`` are already counted and passed over.

    A day without an attempt spends a freeze if there is one, and ends the run otherwise.
    """
    run, best, freezes, last_on = streak.days, streak.best, streak.freezes, streak.last_on
    for on, tried in days:
        if last_on is not None and on <= last_on:
            continue
        last_on = on
        if tried:
            run += 1
            best = max(best, run)
            if run % RUN_FOR_A_FREEZE == 0:
                freezes = min(freezes + 1, FREEZES_MAX)
        elif run and freezes:
            freezes -= 1
        else:
            run = 0
    return Streak(run, best, freezes, last_on)
