"""The process that `test_crash` kills: eight clients that grade and say so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection

from bot.core.models import AttemptKey, Confidence, RoundId
from bot.store.database import Database
from bot.store.store import Store
from tests.builders import NOON, a_caller, a_rule

CLIENTS = 8
GRADES = 4
"""How often one attempt is graded, each time with a point more."""


def grade_for_ever(url: str, round_id: int, run: int, told: Connection) -> None:
    """Grade with eight clients; send who and how many points as soon as it is acknowledged."""
    asyncio.run(_clients(url, AttemptKey(round_id=RoundId(round_id)), run, told.send))


async def _clients(
    url: str, key: AttemptKey, run: int, tell: Callable[[tuple[str, int]], None]
) -> None:
    store = Store(Database(url))
    await asyncio.gather(
        *(_client(store, key, f"{run}.{number}", tell) for number in range(CLIENTS))
    )


async def _client(
    store: Store, key: AttemptKey, name: str, tell: Callable[[tuple[str, int]], None]
) -> None:
    for number in count():
        caller = a_caller(f"{name}.{number}")
        await store.reveal(caller, key, "words", Confidence.SURE, NOON)
        for points in range(1, GRADES + 1):
            await store.grade(caller, key, a_rule(points=points), NOON)
            tell((caller.member, points))
