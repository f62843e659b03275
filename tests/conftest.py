"""Databases for everybody: each test has one to itself, empty and migrated."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event, make_url

from bot.store.database import Database
from bot.store.migrate import VERSION_TABLE, migrate
from bot.store.store import Store
from bot.store.tables import metadata
from tests.postgres import running_postgres

_numbers = count(1)


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core: many tests wait for a process, a browser or a database."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)  # whatever order the others gave them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Begin each worker's share with some of the tests marked `long`.

    One that begins last runs alone, while the other workers have nothing left to do.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.get_closest_marker("long")]
    others = iter([item for item in items if not item.get_closest_marker("long")])
    ordered: list[pytest.Item] = []
    for number in range(workers):
        share = (len(items) - len(ordered)) // (workers - number)  # as xdist deals them out
        mine = long[number::workers]
        ordered += [*mine, *islice(others, max(share - len(mine), 0))]
    items[:] = [*ordered, *others]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """
    Let the garbage collector pass over all that is imported: it stays to the end.

    Looking through it again and again took a quarter of the time of reading the tests. Later it
    looks as seldom as in the bot itself.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


class Compiled(dict[tuple[Any, ...], Any]):
    """
    Statements as SQLAlchemy compiled them, for every database of one kind.

    Its own cache belongs to one engine: each test, with an engine of its own, had to compile them
    all again, in a third of the time that the tests of the store took.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """Find a statement; the engine's dialect, first in *key*, stands for its kind."""
        return super().get(_of_a_kind(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(_of_a_kind(key), compiled)


def _of_a_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return (type(dialect), dialect.paramstyle, *statement)


_compiled = Compiled()


@event.listens_for(Engine, "engine_connect")
def _share_compiled(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled)


def _refuse(moment: date) -> str:
    raise TypeError(f"{moment!r} reached the driver: it would be written otherwise than `Moment`")


# SQLite's driver has an own way to write moments, older than Python 3.12 and deprecated since.
sqlite3.register_adapter(date, _refuse)
sqlite3.register_adapter(datetime, _refuse)


@contextmanager
def _new_database(server: str) -> Iterator[str]:
    """An empty database of a server; dropped at the end, whoever is still connected."""
    name = f"fq_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class PostgresDatabases:
    """Migrated databases, emptied and lent again: to make one takes longer than most tests."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._revision = ""
        self._free: list[tuple[ExitStack, str]] = []

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Lend a migrated and empty database; gives its address."""
        stack, url = self._free.pop() if self._free else self._made()
        yield url
        if self._is_emptied(url):
            self._free.append((stack, url))
        else:
            stack.close()

    def close(self) -> None:
        """Drop them all."""
        for stack, _ in self._free:
            stack.close()

    def _made(self) -> tuple[ExitStack, str]:
        stack = ExitStack()
        url = stack.enter_context(_new_database(self._server))
        self._revision = migrate(url).after
        return stack, url

    def _is_emptied(self, url: str) -> bool:
        """Leave a database as a migration leaves it, unless a test has broken it on purpose."""
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                _empty(connection)
                found = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall()
        except psycopg.Error:
            return False
        return found == [(self._revision,)]


def _empty(connection: psycopg.Connection) -> None:
    """Throw out who else is connected, delete every row and begin counting anew."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    tables = reversed(metadata.sorted_tables)
    connection.execute(";".join(f'DELETE FROM "{table.name}"' for table in tables))
    # ALTER SEQUENCE would write a new file for each.
    connection.execute(
        "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences"
    )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an SQLite file of this test."""
    path = tmp_path / "flaskquiz.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_DATABASE_URL, or one started for the session."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> Iterator[PostgresDatabases]:
    """Migrated databases on the server, to be lent to one test after another."""
    databases = PostgresDatabases(postgres_server)
    yield databases
    databases.close()


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test."""
    with _new_database(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """The address of a PostgreSQL database, for this test alone."""
    with postgres_databases.lent() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database of this test: the test runs on both kinds."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of this test, of both kinds in turn."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> Store:
    """A store of this test, on both kinds of database in turn."""
    return Store(database)
