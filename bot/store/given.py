"""Many lookups in one statement: rows given as one parameter, joined like a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

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
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from bot.store.dialects import Insert

S = TypeVar("S")


class ForGiven(Generic[S]):
    """
    A statement over given rows, built once for each database.

    *build* takes a table with the *columns*; the rows come as JSON, whose text never becomes part
    of the statement: so it is compiled once, whatever their number.
    """

    def __init__(self, build: Callable[[FromClause], S], **columns: TypeEngine[Any]) -> None:
        self._statements = {
            "sqlite": build(_in_sqlite(columns)),
            "postgresql": build(_in_postgres(columns)),
        }

    def __call__(self, connection: Connection) -> S:
        """Give the statement for the database of a connection."""
        return self._statements[connection.dialect.name]


class InsertGiven:
    """An insert of what is selected over given rows, built once for each database."""

    def __init__(
        self,
        table: Table,
        build: Callable[[FromClause, Any], Insert],
        **columns: TypeEngine[Any],
    ) -> None:
        """Take how to fill a plain insert into *table* from a table with the *columns*."""
        self._statements: dict[str, Insert] = {
            "sqlite": build(_in_sqlite(columns), sqlite.insert(table)),
            "postgresql": build(_in_postgres(columns), postgresql.insert(table)),
        }

    def __call__(self, connection: Connection) -> Insert:
        """Give the statement for the database of a connection."""
        return self._statements[connection.dialect.name]


def given(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give rows to a statement of `ForGiven`."""
    return {"given": json.dumps(rows)}


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
    """Give ids to a statement of `ForGiven` whose one column is `id`."""
    return given([{"id": id_} for id_ in ids])
