"""What is asked often is answered by an index, however large the tables are."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from bot.core import duties
from bot.core.models import Kind, Platform
from bot.store import claims, closing, due, grades, grounds, kept, leases, people, rounds, scores
from bot.store.database import Database
from bot.store.store import Store
from tests.builders import (
    ALL_PLATFORMS,
    HOUR,
    NOON,
    WEEK,
    a_caller,
    a_round,
    a_rule,
    always,
    deliver_all,
    grade,
)

HOT = {
    "a grade": lambda c, key: grades.grade_all(c, [grounds.Call(a_caller(), key, a_rule(), NOON)]),
    "a leaderboard": lambda c, _: scores.board(c, a_caller(), WEEK),
    "what is due": lambda c, _: due.due(c, ALL_PLATFORMS, NOON),
    "dailies": lambda c, _: claims.claim_dailies(
        c, ALL_PLATFORMS, NOON, duties.daily_plan, always("q1")
    ),
    "digests": lambda c, _: claims.claim_digests(c, ALL_PLATFORMS, NOON, duties.digest_plan),
    "answers": lambda c, _: closing.claim_answers(c, ALL_PLATFORMS, NOON, lambda *_: None),
    "edits": lambda c, _: rounds.claim_edits(c, ALL_PLATFORMS, NOON, NOON + HOUR),
    "a lease": lambda c, _: leases.lease(c, ALL_PLATFORMS, NOON, HOUR, busy=["T9"]),
    "a lease of digests": lambda c, _: leases.lease(
        c, [Platform.SLACK], NOON, HOUR, kinds=[Kind.DIGEST]
    ),
    "an event seen": lambda c, _: kept.first_time(c, "event", NOON, timedelta(hours=1)),
    "a member found": lambda c, _: people.find_member(c, a_caller()),
}
# Given rows are read whole, and so is what was read by an index already.
READ_WHOLE = re.compile(
    r"SCAN (given_row|json_each|oldest|queue|asked|anon_\d+|\(subquery-\d+\)|CONSTANT)"
)


@pytest.mark.parametrize("what", HOT)
async def test_nothing_hot_scans_a_table(sqlite_url: str, what: str):
    database = Database(sqlite_url)
    store = Store(database)
    key = await a_round(store)
    await grade(store, key)
    await deliver_all(store)

    plans = await database.write(plans_of, lambda c: HOT[what](c, key))
    await database.close()

    assert plans
    scans = [line for line in plans if "SCAN" in line and not READ_WHOLE.search(line)]
    assert scans == []


def plans_of(connection: Connection, work) -> list[str]:
    """Do *work*; gives SQLite's plan of each statement it made."""
    asked = []

    def note(_connection, _cursor, statement, parameters, _context, is_many):
        asked.append((statement, parameters[0] if is_many else parameters))

    event.listen(connection, "before_cursor_execute", note)
    work(connection)
    event.remove(connection, "before_cursor_execute", note)
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    lines = []
    for statement, parameters in asked:
        plan = raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        lines += [f"{row[3]}   <-   {statement[:60]}" for row in plan]
    return lines
