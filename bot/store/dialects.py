"""Statements that SQLAlchemy builds in two ways, one for SQLite and one for PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert: TypeAlias = sqlite.Insert | postgresql.Insert
S = TypeVar("S")


class PerDialect(Generic[S]):
    """One statement, built once for each database, so that it is compiled once."""

    def __init__(self, in_sqlite: S, in_postgres: S) -> None:
        self._statements = {"sqlite": in_sqlite, "postgresql": in_postgres}

    def __call__(self, connection: Connection) -> S:
        """Give the statement for the database of a connection."""
        return self._statements[connection.dialect.name]


def insert_with(table: Table, build: Callable[[Any], Insert]) -> PerDialect[Insert]:
    """Insert, with what *build* adds to a plain insert: the conflict clause above all."""
    return PerDialect(build(sqlite.insert(table)), build(postgresql.insert(table)))


def insert_or_ignore(table: Table, *keys: str) -> PerDialect[Insert]:
    """Insert, and let a row be that has the same *keys*."""
    return insert_with(table, lambda insert: insert.on_conflict_do_nothing(index_elements=keys))


def insert_or_replace(table: Table, *keys: str) -> PerDialect[Insert]:
    """Insert, and replace all other columns of a row that has the same *keys*."""
    return insert_with(table, lambda insert: or_replace(insert, keys))


def or_replace(insert: Any, keys: Sequence[str]) -> Insert:
    """Let *insert* replace all other columns of a row that has the same *keys*."""
    others = {c.name: c for c in insert.excluded if c.name not in keys}
    built: Insert = insert.on_conflict_do_update(index_elements=keys, set_=others)
    return built


def is_sqlite(connection: Connection) -> bool:
    """Whether there is one writer at a time, so that no row needs a lock."""
    return connection.dialect.name == "sqlite"
