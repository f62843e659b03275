"""Writes that the driver runs by itself: many rows at once, without SQLAlchemy between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import UpdateBase

Row = Mapping[str, Any]
Written = tuple[str, Callable[[Any], Any]]


class Prepared:
    """
    A write for rows, compiled once for each database.

    SQLAlchemy's own way from a row to the driver takes longer than SQLite takes to write it; here
    only those parameters are touched that the driver cannot write, moments above all.
    """

    def __init__(self, statement: UpdateBase) -> None:
        self._statement = statement
        self._ready: dict[str, tuple[str, Sequence[Written]]] = {}

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for *rows*, each with a value for every parameter."""
        if not rows:
            return
        dialect = connection.dialect
        if dialect.name not in self._ready:
            self._ready[dialect.name] = self._prepare(dialect)
        text, written = self._ready[dialect.name]
        lines = [{**row, **{name: write(row[name]) for name, write in written}} for row in rows]
        connection.exec_driver_sql(text, lines)

    def _prepare(self, dialect: Dialect) -> tuple[str, Sequence[Written]]:
        """Give the statement in words, and how to write the parameters that need it."""
        named = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
        compiled = self._statement.compile(dialect=named)
        kinds = {name: bind.type.dialect_impl(named) for name, bind in compiled.binds.items()}
        writers = {name: kind.bind_processor(named) for name, kind in kinds.items()}
        return str(compiled), [(name, write) for name, write in writers.items() if write]
