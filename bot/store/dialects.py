"""Statements that SQLite and PostgreSQL spell alike, but SQLAlchemy builds from two classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert: TypeAlias = sqlite.Insert | postgresql.Insert


class PerDialect:
    """One insert, built once for each database, so that it is compiled once."""

    def __init__(self, table: Table, build: Callable[[Any], Insert]) -> None:
        """Take what to add to a plain insert into *table*: the conflict clause above all."""
        self._statements = {
            "sqlite": build(sqlite.insert(table)),
            "postgresql": build(postgresql.insert(table)),
        }

    def __call__(self, connection: Connection) -> Insert:
        """Give the statement for the database of a connection."""
        return self._statements[connection.dialect.name]


def insert_or_ignore(table: Table, *keys: str) -> PerDialect:
    """Insert, and let a row be that has the same *keys*."""
    return PerDialect(table, lambda insert: insert.on_conflict_do_nothing(index_elements=keys))


def insert_or_replace(table: Table, *keys: str) -> PerDialect:
    """Insert, and replace all other columns of a row that has the same *keys*."""
    return PerDialect(table, lambda insert: or_replace(insert, keys))


def or_replace(insert: Any, keys: Sequence[str]) -> Insert:
    """Let *insert* replace all other columns of a row that has the same *keys*."""
    others = {c.name: c for c in insert.excluded if c.name not in keys}
    built: Insert = insert.on_conflict_do_update(index_elements=keys, set_=others)
    return built


def is_sqlite(connection: Connection) -> bool:
    """Whether there is one writer at a time, so that no row needs a lock."""
    return connection.dialect.name == "sqlite"
