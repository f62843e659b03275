"""
How fast a grade is kept, and a leaderboard read: run it by hand, it asserts nothing.

    python -m tests.bench.bench_store                 everything, some minutes
    python -m tests.bench.bench_store grade           grades alone
    python -m tests.bench.bench_store board           leaderboards alone

Grades go through `Quiz`, from 1 and from 32 callers at once. Beside them, in turns and on the same
disk, the same writes by hand in the plainest way: one connection a caller (on SQLite one for all,
more would only be in each other's way), one commit a grade, nothing read. Both sync at each commit.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bot.core.deck import load
from bot.core.models import AttemptKey, Caller, Platform, RoundId
from bot.core.parts import Action, Verb
from bot.core.quiz import Quiz
from bot.store import scores
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.store import Store
from tests.postgres import running_postgres

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHANNELS = 64
MEMBERS = 250
"""Members a channel: each attempt is graded once, so there are as many as seconds may need."""
SECONDS = 3.0


# --- data, the same for all


def rows(question: str, channels: int, members: int) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Channels with one open round each, and members who have seen its answer."""
    text = NOW.strftime("%Y-%m-%d %H:%M:%S.000000")
    later = (NOW + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.000000")
    yield "INSERT INTO workspaces VALUES (%s,'slack','T1',%s)", [(1, text)]
    yield (
        "INSERT INTO channels (id, workspace_id, platform, workspace, external_id, post_at, zone, "
        "days, digest_day, digest_at, created_at, state, last_on) VALUES "
        "(%s, 1, 'slack', 'T1', %s, '12:00', 'UTC', '0123456', 0, '09:00', %s, 'active', "
        "'2026-11-23')",
        [(c, f"C{c}", text) for c in range(1, channels + 1)],
    )
    yield (
        "INSERT INTO rounds (id, channel_id, platform, question_id, local_on, closes_at, posted_at,"
        " message) VALUES (%s, %s, 'slack', %s, '2026-11-23', %s, %s, 'm')",
        [(c, c, question, later, text) for c in range(1, channels + 1)],
    )
    people = [(c, c * 1_000_000 + m) for m in range(members) for c in range(1, channels + 1)]
    yield (
        "INSERT INTO members (id, workspace_id, external_id, name, created_at) "
        "VALUES (%s, 1, %s, %s, %s)",
        [(m, f"U{m}", f"Name {m}", text) for _, m in people],
    )
    yield (
        "INSERT INTO attempts (id, member_id, channel_id, round_id, question_id, words, "
        "confidence, revealed_at, created_at) VALUES (%s, %s, %s, %s, %s, 'words', 'sure', %s, %s)",
        [(i, m, c, c, question, text, text) for i, (c, m) in enumerate(people, start=1)],
    )


def callers() -> list[tuple[Caller, AttemptKey]]:
    """Every attempt with who makes it, channels in turn."""
    return [
        (
            Caller(Platform.SLACK, "T1", f"U{c * 1_000_000 + m}", f"Name {c * 1_000_000 + m}"),
            AttemptKey(round_id=RoundId(c)),
        )
        for m in range(MEMBERS)
        for c in range(1, CHANNELS + 1)
    ]


# --- through the quiz


async def through_quiz(url: str, at_once: int, seconds: float) -> float:
    """Grades a second."""
    database = Database(url)
    quiz = Quiz(load(deck_path()), Store(database), lambda: NOW, {}, lambda: None)
    todo = iter(callers())
    done = 0
    end = time.perf_counter() + seconds

    async def member() -> None:
        nonlocal done
        for caller, key in todo:
            action = Action(Verb.GRADE, str(key))
            await quiz.submit(caller, action, {"grade": "got_it", "ticks": ("0", "1")})
            done += 1
            if time.perf_counter() > end:
                return

    began = time.perf_counter()
    await asyncio.gather(*(member() for _ in range(at_once)))
    rate = done / (time.perf_counter() - began)
    await database.close()
    return rate


def deck_path() -> Path:
    return Path(__file__).parents[2] / "questions.json"


# --- by hand

WRITES = (
    "UPDATE attempts SET ticked = 3, grade = 'got_it', points = 20, graded_at = %(now)s, "
    "memory_before = 'null' WHERE id = %(attempt)s",
    "INSERT INTO memories VALUES (%(member)s, %(question)s, 2, 2.3, 2.1, %(now)s, %(now)s) "
    "ON CONFLICT (member_id, question_id) DO UPDATE SET state = excluded.state, "
    "stability = excluded.stability, difficulty = excluded.difficulty, due_at = excluded.due_at, "
    "reviewed_at = excluded.reviewed_at",
    *(
        "INSERT INTO scores (channel_id, period, member_id, points, attempts) "
        f"VALUES (%(channel)s, '{period}', %(member)s, 20, 1) "
        "ON CONFLICT (channel_id, period, member_id) DO UPDATE SET "
        "points = scores.points + excluded.points, attempts = scores.attempts + excluded.attempts"
        for period in ("2026-W48", "2026-11", "all")
    ),
    "INSERT INTO streaks VALUES (%(channel)s, %(member)s, 1, 1, 0, '2026-11-23') "
    "ON CONFLICT (channel_id, member_id) DO UPDATE SET days = excluded.days, "
    "best = excluded.best, freezes = excluded.freezes, last_on = excluded.last_on",
)


def keys(question: str) -> Iterator[dict[str, Any]]:
    moment = NOW.strftime("%Y-%m-%d %H:%M:%S.000000")
    people = ((c, m) for m in range(MEMBERS) for c in range(1, CHANNELS + 1))
    for attempt, (c, m) in enumerate(people, start=1):
        member = c * 1_000_000 + m
        yield {
            "attempt": attempt,
            "member": member,
            "channel": c,
            "question": question,
            "now": moment,
        }


def by_hand_sqlite(url: str, question: str, seconds: float) -> float:
    """Grades a second."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    writes = [_colons(write) for write in WRITES]
    done, began = 0, time.perf_counter()
    for key in keys(question):
        connection.execute("BEGIN IMMEDIATE")
        for write in writes:
            connection.execute(write, key)
        connection.execute("COMMIT")
        done += 1
        if time.perf_counter() - began > seconds:
            break
    rate = done / (time.perf_counter() - began)
    connection.close()
    return rate


def by_hand_postgres(url: str, question: str, seconds: float, at_once: int) -> float:
    """Grades a second."""
    todo, lock, counts = keys(question), threading.Lock(), [0] * at_once
    end = time.perf_counter() + seconds

    def member(number: int) -> None:
        with psycopg.connect(url) as connection:
            while time.perf_counter() < end:
                with lock:
                    key = next(todo, None)
                if key is None:
                    return
                for write in WRITES:
                    connection.execute(write, key)
                connection.commit()
                counts[number] += 1

    began = time.perf_counter()
    threads = [threading.Thread(target=member, args=(i,)) for i in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def _colons(statement: str) -> str:
    """Write a statement for sqlite3, which names parameters with a colon."""
    return statement.replace("%(", ":").replace(")s", "")


# --- databases


def fill(url: str, question: str, channels: int = CHANNELS, members: int = MEMBERS) -> None:
    migrate(url)
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            for statement, values in rows(question, channels, members):
                connection.executemany(statement.replace("%s", "?"), values)
        connection.close()
    else:
        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            for statement, values in rows(question, channels, members):
                cursor.executemany(statement, values)
        with psycopg.connect(url, autocommit=True) as connection:
            # Not the tables that are still empty: PostgreSQL would plan as if they stayed so.
            connection.execute("VACUUM ANALYZE workspaces, channels, rounds, members, attempts")


@contextmanager
def new_sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as home:
        yield f"sqlite:///{home}/bench.db"


@contextmanager
def new_postgres(server: str, numbers: Iterator[int] = itertools.count(1)) -> Iterator[str]:  # noqa: B008  # counts on
    name = f"bench_{next(numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def bench_grades(server: str, turns: int) -> None:
    """Print grades a second, and how they compare with the same writes by hand."""
    question = next(iter(load(deck_path()))).id
    print(f"{'grades a second':28}{'quiz':>8}{'by hand':>9}{'ratio':>7}")
    for name, new in (("SQLite", new_sqlite), ("PostgreSQL", lambda: new_postgres(server))):
        for at_once in (1, 32):
            ours, theirs = [], []
            for _ in range(turns):
                with new() as url:
                    fill(url, question)
                    ours.append(asyncio.run(through_quiz(url, at_once, SECONDS)))
                with new() as url:
                    fill(url, question)
                    theirs.append(
                        by_hand_sqlite(url, question, SECONDS)
                        if name == "SQLite"
                        else by_hand_postgres(url, question, SECONDS, at_once)
                    )
            quiz, hand = statistics.median(ours), statistics.median(theirs)
            print(f"{name + f', {at_once} at once':28}{quiz:8.0f}{hand:9.0f}{quiz / hand:7.2f}")


# --- leaderboards

BOARD_CHANNELS = 40
BOARD_MEMBERS = 250


def fill_attempts(url: str, attempts: int) -> None:
    """Fill in *attempts* graded attempts over years of rounds, with their scores."""
    per_round = BOARD_MEMBERS
    rounds = attempts // (BOARD_CHANNELS * per_round)
    fill(url, "q", channels=BOARD_CHANNELS, members=BOARD_MEMBERS)
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
        day = "date('2020-01-01', i || ' days')"
        series = (
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n}) "
            "SELECT i FROM n)"
        )
    else:
        connection = psycopg.connect(url)
        series, day = "(SELECT generate_series(1, {n}) AS i)", "DATE '2020-01-01' + i"
    execute: Callable[[str], Any] = connection.execute
    execute("DELETE FROM attempts")
    if not url.startswith("sqlite"):  # SQLite goes on after the largest id by itself
        for table in ("rounds", "attempts"):
            execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000000)")
    execute(
        "INSERT INTO rounds (channel_id, platform, question_id, local_on, closes_at, posted_at, "
        f"closed_at) SELECT c.id, 'slack', 'q' || (i % 60), {day}, '2020-01-02', '2020-01-01', "
        f"'2020-01-02' FROM channels c, {series.format(n=rounds)} s"
    )
    execute(
        "INSERT INTO attempts (member_id, channel_id, round_id, question_id, revealed_at, grade, "
        "points, graded_at, created_at) SELECT m.id, r.channel_id, r.id, r.question_id, "
        "'2020-01-01', 'got_it', 10 + (m.id + r.id) % 3 * 10, '2020-01-01', '2020-01-01' "
        "FROM rounds r JOIN members m ON m.id / 1000000 = r.channel_id "
        "WHERE r.closed_at IS NOT NULL"
    )
    execute(
        "INSERT INTO scores (channel_id, period, member_id, points, attempts) "
        "SELECT channel_id, 'all', member_id, sum(points), count(*) FROM attempts "
        "GROUP BY channel_id, member_id"
    )
    connection.commit()
    if not url.startswith("sqlite"):
        connection.autocommit = True
        execute("VACUUM ANALYZE")
    else:
        execute("ANALYZE")
    connection.close()


async def board_time(url: str, reads: int = 400) -> tuple[float, float]:
    """Median milliseconds of a whole `Store.board`, and of its three statements alone."""
    database = Database(url)
    store = Store(database)
    everyone = [
        Caller(Platform.SLACK, "T1", f"U{c * 1_000_000 + m}", "", f"C{c}")
        for m in range(10)
        for c in range(1, BOARD_CHANNELS + 1)
    ]
    took, alone = [], []

    def statements(connection: Any, caller: Caller) -> float:
        began = time.perf_counter()
        scores.board(connection, caller, "all")
        return time.perf_counter() - began

    for caller in everyone[:reads]:
        began = time.perf_counter()
        board = await store.board(caller, "all")
        took.append(time.perf_counter() - began)
        assert board.own is not None and board.players == BOARD_MEMBERS
        alone.append(await database.read(statements, caller))
    await database.close()
    return statistics.median(took) * 1000, statistics.median(alone) * 1000


def bench_boards(server: str, sizes: list[int]) -> None:
    """Print how long a leaderboard takes: top 10, the reader's own rank, the players."""
    print(f"{'leaderboard, ms':28}{'board':>8}{'alone':>9}")
    for name, new in (("SQLite", new_sqlite), ("PostgreSQL", lambda: new_postgres(server))):
        for size in sizes:
            with new() as url:
                fill_attempts(url, size)
                whole, alone = asyncio.run(board_time(url))
                print(f"{name + f', {size:,} attempts':28}{whole:8.2f}{alone:9.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("grade", "board"))
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--attempts", type=int, nargs="+", default=[1_000_000, 10_000_000])
    options = parser.parse_args()
    with running_postgres(fsync=True) as server:
        if options.what != "board":
            bench_grades(server, options.turns)
        if options.what != "grade":
            bench_boards(server, options.attempts)


if __name__ == "__main__":
    main()
