"""Threads and batches: many writes to a commit, each caller told the truth."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event, text

from bot.core.errors import StoreError
from bot.store.database import Database


def keep(connection: Connection, name: str, value: str = "x") -> None:
    connection.execute(
        text("INSERT INTO kept (name, value) VALUES (:name, :value)"),
        {"name": name, "value": value},
    )


def names(connection: Connection) -> list[str]:
    return sorted(connection.scalars(text("SELECT name FROM kept")))


def keep_and_fail(connection: Connection, name: str) -> None:
    keep(connection, name)
    raise LookupError(name)


class Gate:
    """Holds a writer until the test lets it go, so that others queue up behind it."""

    def __init__(self) -> None:
        self._entered = threading.Event()
        self._open = threading.Event()

    def __call__(self, _connection: Connection) -> None:
        self._entered.set()
        assert self._open.wait(10)

    async def entered(self) -> None:
        assert await asyncio.to_thread(self._entered.wait, 10)

    def open(self) -> None:
        self._open.set()


class Commits:
    """Counts the commits of a database."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        event.listen(database._writing, "commit", self._seen)

    def _seen(self, _connection: Connection) -> None:
        self.count += 1


async def behind(database: Database, gate: Gate, *writes: object) -> list[asyncio.Task[object]]:
    """Queue writes behind a gate that holds the only writer."""
    holding = asyncio.create_task(database.write(gate))
    await gate.entered()
    tasks = [asyncio.create_task(write) for write in writes]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    gate.open()
    await holding
    return tasks


@pytest.fixture
async def sqlite(sqlite_url: str):
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def postgres(postgres_url: str):
    database = Database(postgres_url)
    yield database
    await database.close()


async def test_what_is_written_is_read(database: Database):
    await database.write(keep, "a", value="1")

    assert await database.read(names) == ["a"]


async def test_a_write_returns_what_its_function_returns(database: Database):
    assert await database.write(names) == []


async def test_a_reader_cannot_write(database: Database):
    with pytest.raises(StoreError, match="read-only"):
        await database.read(keep, "a")


async def test_a_read_sees_one_moment(database: Database):
    seen: list[int] = []
    read_once, written = threading.Event(), threading.Event()

    def look_twice(connection: Connection) -> None:
        seen.append(len(names(connection)))
        read_once.set()
        assert written.wait(10)
        seen.append(len(names(connection)))

    looking = asyncio.create_task(database.read(look_twice))
    await asyncio.to_thread(read_once.wait, 10)
    await database.write(keep, "a")
    written.set()
    await looking

    assert seen == [0, 0]


async def test_writes_that_wait_share_one_commit(sqlite: Database):
    commits = Commits(sqlite)

    tasks = await behind(sqlite, Gate(), *(sqlite.write(keep, str(i)) for i in range(20)))
    await asyncio.gather(*tasks)

    assert commits.count == 2  # the gate's own, and one for all
    assert len(await sqlite.read(names)) == 20


async def test_writes_asked_for_in_one_turn_of_the_loop_share_one_commit(sqlite: Database):
    commits = Commits(sqlite)

    async def ask(name: str) -> None:
        time.sleep(0.005)  # noqa: ASYNC251  # what else there is to do, and the writer may run
        await sqlite.write(keep, name)

    await asyncio.gather(*map(ask, "abcdefgh"))

    assert commits.count == 1
    assert await sqlite.read(names) == list("abcdefgh")


async def test_a_caller_hears_after_the_commit(sqlite: Database, tmp_path: Path):
    heard = []

    async def write_and_look(name: str) -> None:
        await sqlite.write(keep, name)
        with closing(sqlite3.connect(tmp_path / "flaskquiz.db")) as other:
            heard.append(other.execute("SELECT 1 FROM kept WHERE name = ?", (name,)).fetchone())

    await asyncio.gather(*(write_and_look(str(i)) for i in range(50)))

    assert heard == [(1,)] * 50


async def test_one_failing_write_in_a_batch_fails_alone(sqlite: Database):
    tasks = await behind(
        sqlite,
        Gate(),
        sqlite.write(keep, "before"),
        sqlite.write(keep_and_fail, "wrong"),
        sqlite.write(keep, "after"),
    )
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [type(None), LookupError, type(None)]
    assert await sqlite.read(names) == ["after", "before"]


async def test_calls_that_wait_are_served_together(sqlite: Database):
    served = []

    def keep_all(connection: Connection, calls: Sequence[str]) -> list[str]:
        served.append(list(calls))
        for name in calls:
            keep(connection, name)
        return [name.upper() for name in calls]

    calls = (sqlite.write_together(keep_all, name) for name in "abc")
    tasks = await behind(sqlite, Gate(), *calls)

    assert await asyncio.gather(*tasks) == ["A", "B", "C"]
    assert served == [["a", "b", "c"]]
    assert await sqlite.read(names) == ["a", "b", "c"]


async def test_a_call_refused_among_others_is_refused_alone(sqlite: Database):
    def keep_good(connection: Connection, calls: Sequence[str]) -> list[str | LookupError]:
        for name in calls:
            if name != "bad":
                keep(connection, name)
        return [LookupError(name) if name == "bad" else name for name in calls]

    calls = (sqlite.write_together(keep_good, name) for name in ("a", "bad", "c"))
    tasks = await behind(sqlite, Gate(), *calls)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [str, LookupError, str]
    assert await sqlite.read(names) == ["a", "c"]


async def test_a_call_that_breaks_among_others_fails_alone(sqlite: Database):
    def keep_or_break(connection: Connection, calls: Sequence[str]) -> list[str]:
        for name in calls:
            (keep_and_fail if name == "bad" else keep)(connection, name)
        return list(calls)

    calls = (sqlite.write_together(keep_or_break, name) for name in ("a", "bad", "c"))
    tasks = await behind(sqlite, Gate(), *calls)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [str, LookupError, str]
    assert await sqlite.read(names) == ["a", "c"]


async def test_a_failing_write_leaves_nothing_behind(database: Database):
    with pytest.raises(LookupError):
        await database.write(keep_and_fail, "wrong")

    assert await database.read(names) == []


async def test_hundreds_of_callers_are_all_served(database: Database):
    writes = [database.write(keep, f"{i:03}") for i in range(300)]
    reads = [database.read(names) for _ in range(50)]

    await asyncio.gather(*writes, *reads)

    assert len(await database.read(names)) == 300


async def test_a_caller_that_gave_up_in_time_is_not_served(sqlite: Database):
    gate = Gate()
    holding = asyncio.create_task(sqlite.write(gate))
    await gate.entered()
    given_up = asyncio.create_task(sqlite.write(keep, "given up"))
    other = asyncio.create_task(sqlite.write(keep, "other"))
    await asyncio.sleep(0)

    given_up.cancel()
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(holding, other)

    assert await sqlite.read(names) == ["other"]


async def test_a_caller_that_gives_up_late_hurts_nobody(sqlite: Database):
    gate = Gate()
    holding = asyncio.create_task(sqlite.write(gate))
    await gate.entered()

    holding.cancel()
    await asyncio.sleep(0)
    gate.open()

    await sqlite.write(keep, "next")
    assert await sqlite.read(names) == ["next"]


async def test_closing_finishes_what_is_under_way(database_url: str):
    database = Database(database_url)
    writes = [asyncio.create_task(database.write(keep, str(i))) for i in range(100)]
    await asyncio.sleep(0)

    await database.close()
    await asyncio.gather(*writes)

    again = Database(database_url)
    assert len(await again.read(names)) == 100
    await again.close()


async def test_a_closed_database_says_so(database: Database):
    await database.close()
    await database.close()

    with pytest.raises(StoreError, match="is closed"):
        await database.read(names)
    with pytest.raises(StoreError, match="is closed"):
        await database.write(names)


def test_a_database_opens_nothing_before_its_first_use(tmp_path: Path):
    threads = threading.active_count()

    Database(f"sqlite:///{tmp_path}/nothing.db")

    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == threads


async def test_sqlite_keeps_the_log_and_syncs_it(sqlite: Database):
    def pragmas(connection: Connection) -> list[object]:
        wanted = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted]

    assert await sqlite.write(pragmas) == ["wal", 2, 1]


# --- when the database cannot


async def test_a_locked_file_is_told(sqlite: Database, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("bot.store.engines._SQLITE", ("PRAGMA busy_timeout = 50",))
    other = sqlite3.connect(tmp_path / "flaskquiz.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="locked by another program"):
        await sqlite.write(keep, "a")

    other.execute("COMMIT")
    other.close()
    await sqlite.write(keep, "a")


async def test_a_full_disk_is_told_and_survived(sqlite: Database):
    def shrink(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    def grow(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    await sqlite.write(shrink)
    with pytest.raises(StoreError, match=r"The disk is full: .*flaskquiz\.db"):
        await sqlite.write(keep, "big", "x" * 1_000_000)
    await sqlite.write(grow)
    await sqlite.write(keep, "big", "x" * 1_000_000)

    assert await sqlite.read(names) == ["big"]


async def test_a_directory_that_is_not_there_is_told(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/nowhere/flaskquiz.db")

    with pytest.raises(StoreError, match="cannot be opened"):
        await database.write(names)
    await database.close()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path):
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, " * 1000)
    database = Database(f"sqlite:///{path}")

    with pytest.raises(StoreError, match="is not a database"):
        await database.read(names)
    await database.close()


async def test_a_database_without_tables_is_told(tmp_path: Path, empty_postgres_url: str):
    for url in (f"sqlite:///{tmp_path}/new.db", empty_postgres_url):
        database = Database(url)

        with pytest.raises(StoreError, match="flaskquiz migrate"):
            await database.read(names)
        await database.close()


async def test_a_server_that_is_not_there_is_told_without_the_password():
    database = Database("postgres://ann:secret@127.0.0.1:1/quiz")

    with pytest.raises(StoreError, match="cannot be reached") as told:
        await database.write(names)
    await database.close()

    assert "127.0.0.1" in str(told.value)
    assert "secret" not in str(told.value)


def end_all_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_connection_that_died_idle_is_replaced(postgres: Database, postgres_url: str):
    await asyncio.gather(*(postgres.write(keep, str(i)) for i in range(50)))
    await asyncio.gather(*(postgres.read(names) for _ in range(10)))

    end_all_connections(postgres_url)

    assert len(await postgres.read(names)) == 50
    await asyncio.gather(*(postgres.write(keep, str(i)) for i in range(50, 100)))
    assert len(await postgres.read(names)) == 100


async def test_a_batch_whose_connection_dies_before_the_commit_is_run_again(
    postgres: Database, postgres_url: str
):
    runs = []

    def keep_and_lose_once(connection: Connection) -> None:
        keep(connection, "a")
        runs.append("run")
        if len(runs) == 1:
            end_all_connections(postgres_url)
            keep(connection, "b")

    await postgres.write(keep_and_lose_once)

    assert len(runs) == 2
    assert await postgres.read(names) == ["a"]


async def test_a_commit_whose_answer_is_lost_is_an_error(postgres: Database, postgres_url: str):
    event.listen(postgres._writing, "commit", lambda _: end_all_connections(postgres_url))

    with pytest.raises(StoreError, match="may be there or not"):
        await postgres.write(keep, "a")


async def test_writes_that_cross_are_run_again(postgres: Database, postgres_url: str):
    """Two transactions lock two rows in opposite order: PostgreSQL ends one of them."""
    await postgres.write(keep, "a")
    await postgres.write(keep, "b")
    meeting = threading.Barrier(2, timeout=10)
    met: set[str] = set()
    update = text("UPDATE kept SET value = value || 'x' WHERE name = :name")

    def change(connection: Connection, first: str, second: str) -> None:
        connection.execute(update, {"name": first})
        if first not in met:
            met.add(first)
            meeting.wait()
        connection.execute(update, {"name": second})

    other = Database(postgres_url)
    await asyncio.gather(postgres.write(change, "a", "b"), other.write(change, "b", "a"))
    await other.close()

    values = await postgres.read(lambda c: list(c.scalars(text("SELECT value FROM kept"))))
    assert values == ["xxx", "xxx"]


async def test_a_statement_that_takes_too_long_is_stopped(postgres: Database):
    def sleep(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 50")
        connection.exec_driver_sql("SELECT pg_sleep(5)")

    began = time.monotonic()
    with pytest.raises(StoreError, match="took too long"):
        await postgres.write(sleep)

    assert time.monotonic() - began < 4


async def test_the_loop_goes_on_while_the_database_works(sqlite: Database):
    gate = Gate()
    writing = asyncio.create_task(sqlite.write(gate))
    await gate.entered()

    await asyncio.wait_for(sqlite.read(names), 5)

    gate.open()
    await writing
