"""Nothing lost: what was acknowledged is there after `kill -9`, and the totals are right."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Connection, func, select

from bot.store.database import Database
from bot.store.store import Store
from bot.store.tables import attempts, members, memories, rounds, scores, streaks
from tests.builders import a_round
from tests.store.crashing import grade_for_ever

KILLS = 20
PATIENCE = 30
"""Seconds after which a process that grades nothing is a failure of its own."""

# Each process is forked from one that has imported everything, or most of the time went there.
SPARE = multiprocessing.get_context("forkserver")
SPARE.set_forkserver_preload(["tests.store.crashing"])


class Grading:
    """A process that grades, and what it was told is kept."""

    def __init__(self, url: str, round_id: int, run: int) -> None:
        self.acknowledged: dict[str, int] = {}
        self._ear, mouth = SPARE.Pipe(duplex=False)
        self._process = SPARE.Process(target=grade_for_ever, args=(url, round_id, run, mouth))
        self._process.start()
        mouth.close()  # ours: the ear hears the end when theirs closes
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        with self._ear, suppress(EOFError):
            while True:
                member, points = self._ear.recv()
                self.acknowledged[member] = points

    def kill_after(self, seconds: float) -> None:
        """Kill -9 some time after the first grade, and hear what was said until then."""
        deadline = time.monotonic() + PATIENCE
        while not self.acknowledged:
            assert self._process.is_alive(), "the process ended by itself"
            assert time.monotonic() < deadline, "nothing was graded"
            time.sleep(0.005)
        time.sleep(seconds)
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._listener.join()


def kept_points(connection: Connection) -> dict[str, int]:
    """The points of every graded attempt, by the member's name for themselves."""
    kept = (
        select(members.c.external_id, attempts.c.points)
        .join(members, members.c.id == attempts.c.member_id)
        .where(attempts.c.grade.is_not(None))
    )
    return {row.external_id: row.points for row in connection.execute(kept)}


def totals_that_are_wrong(connection: Connection) -> list[object]:
    """Scores, memories and streaks that do not follow from the attempts."""
    summed = (
        select(
            attempts.c.member_id,
            attempts.c.channel_id,
            func.sum(attempts.c.points).label("points"),
            func.count().label("attempts"),
        )
        .where(attempts.c.grade.is_not(None))
        .group_by(attempts.c.member_id, attempts.c.channel_id)
    )
    truth = {(m, c): (points, count) for m, c, points, count in connection.execute(summed)}
    wrong: list[object] = []
    for period in connection.scalars(select(scores.c.period).distinct()):
        kept = select(scores).where(scores.c.period == period)
        told = {
            (row.member_id, row.channel_id): (row.points, row.attempts)
            for row in connection.execute(kept)
        }
        wrong += [
            (period, who) for who in truth.keys() | told.keys() if truth.get(who) != told.get(who)
        ]
    for table in (memories, streaks):
        known = set(connection.scalars(select(table.c.member_id)))
        wrong += [(table.name, member) for member, _ in truth if member not in known]
    return wrong


@pytest.fixture
def start(database_url: str) -> Iterator[Callable[[int, int], Grading]]:
    """Start processes that grade; none is left at the end."""
    started: list[Grading] = []

    def start(round_id: int, run: int) -> Grading:
        started.append(Grading(database_url, round_id, run))
        return started[-1]

    yield start
    for grading in started:
        grading.kill()


@pytest.mark.long
async def test_a_killed_process_loses_no_acknowledged_grade(database: Database, start):
    await a_round(Store(database))
    round_id = await database.read(lambda connection: connection.scalar(select(rounds.c.id)))
    chance = random.Random(2026)
    told: dict[str, int] = {}

    following = start(round_id, 0)
    for run in range(KILLS):
        # The next one starts, and soon grades too, while this one is being killed.
        grading, following = following, start(round_id, run + 1)
        await asyncio.to_thread(grading.kill_after, chance.uniform(0, 0.15))
        told |= grading.acknowledged
        kept = await database.read(kept_points)

        lost = {m: p for m, p in grading.acknowledged.items() if kept.get(m, 0) < p}
        assert lost == {}
    await asyncio.to_thread(following.kill)
    told |= following.acknowledged

    kept = await database.read(kept_points)
    assert {m for m, points in told.items() if not points <= kept[m] <= points + 1} == set()
    assert await database.read(totals_that_are_wrong) == []
    assert len(told) > KILLS
