"""Many lookups in one statement: rows given as one parameter, joined like a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    FromClause,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from bot.store.dialects import Insert, PerDialect, S, is_sqlite, or_replace
from bot.store.prepared import Prepared


def for_given(build: Callable[[FromClause], S], **columns: TypeEngine[Any]) -> PerDialect[S]:
    """
    Build a statement over given rows.

    *build* takes a table with the *columns*; the rows come as JSON, whose text never becomes part
    of the statement: so it is compiled once, whatever their number.
    """
    return PerDialect(build(_in_sqlite(columns)), build(_in_postgres(columns)))


def insert_given(
    table: Table, build: Callable[[FromClause, Any], Insert], **columns: TypeEngine[Any]
) -> PerDialect[Insert]:
    """Build an insert of what *build* selects over given rows, with the *columns*."""
    return PerDialect(
        build(_in_sqlite(columns), sqlite.insert(table)),
        build(_in_postgres(columns), postgresql.insert(table)),
    )


class KeepRows:
    """
    Inserts rows; one that is there with the same *keys* is replaced.

    *changes* says what becomes of such a row from what was to be inserted, where it is not that.
    PostgreSQL gets all rows in one statement, which saves it most of the work; to SQLite the same
    would be more work than row after row.
    """

    def __init__(
        self, table: Table, *keys: str, changes: Callable[[Any], dict[str, Any]] | None = None
    ) -> None:
        def build(insert: Any) -> Insert:
            if changes is None:
                return or_replace(insert, keys)
            changed = changes(insert.excluded)
            built: Insert = insert.on_conflict_do_update(index_elements=keys, set_=changed)
            return built

        rows = select(*_in_postgres({column.name: column.type for column in table.c}).c)
        names = [column.name for column in table.c]
        self._one = Prepared(build(sqlite.insert(table)))
        self._all = build(postgresql.insert(table).from_select(names, rows.where(true())))

    def __call__(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep *rows*, each with a value for every column."""
        if is_sqlite(connection):
            self._one(connection, rows)
        elif rows:
            connection.execute(self._all, given(rows))


def given(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give rows to a statement of `for_given`."""
    return {"given": json.dumps(rows, default=_plain)}


def _plain(value: date) -> str:
    """Write a date or a moment for PostgreSQL."""
    return value.isoformat()


def _in_sqlite(columns: Mapping[str, TypeEngine[Any]]) -> FromClause:
    rows = func.json_each(bindparam("given", type_=Text)).table_valued("value", name="given_row")
    values = (
        type_coerce(func.json_extract(rows.c.value, f"$.{name}"), type_).label(name)
        for name, type_ in columns.items()
    )
    return select(*values).subquery("given")


def _in_postgres(columns: Mapping[str, TypeEngine[Any]]) -> FromClause:
    rows = func.jsonb_to_recordset(cast(bindparam("given", type_=Text), JSONB))
    typed = (column(name, type_) for name, type_ in columns.items())
    return rows.table_valued(*typed, name="given").render_derived(with_types=True)


def given_ids(ids: Iterable[int]) -> dict[str, str]:
    """Give ids to a statement of `for_given` whose one column is `id`."""
    return given([{"id": id_} for id_ in ids])
