"""Engines for SQLite and PostgreSQL, one that writes and one that reads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from bot.store.url import is_sqlite

# FULL syncs the log at each commit, so what a member was told is kept survives a power cut;
# NORMAL would lose the last commits. With group commit it costs some 9 % end to end.
_SQLITE = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

# A dead host is noticed in seconds, a stuck statement ends, and nobody waits on a lock for ever.
_POSTGRES_CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "flaskquiz",
}
# Not as startup options: poolers such as PgBouncer refuse those.
_POSTGRES_SESSION = (
    "SET TIME ZONE 'UTC'; SET statement_timeout = '30s'; SET lock_timeout = '5s'; "
    "SET idle_in_transaction_session_timeout = '60s'"
)


def writing_engine(url: URL, connections: int) -> Engine:
    """Build the engine that writes; nothing connects yet."""
    if not is_sqlite(url):
        return _postgres(url, connections)
    engine = create_engine(url, pool_size=connections)
    event.listen(engine, "connect", _prepare_sqlite)
    # A transaction that begins as a reader cannot become the writer once another one has written.
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reading_engine(url: URL, connections: int) -> Engine:
    """Build the engine that reads: it refuses to write, and each read sees one moment."""
    if not is_sqlite(url):
        return _postgres(
            url,
            connections,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    engine = create_engine(url, pool_size=connections)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", _only_read)
    event.listen(engine, "begin", _begin)
    return engine


def _postgres(url: URL, connections: int, **options: Any) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        connect_args=_POSTGRES_CONNECT,
        use_native_hstore=False,  # no column is one: else it is looked up at each start
        **options,
    )
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in _SQLITE:
        connection.execute(pragma)


def _only_read(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _prepare_postgres(connection: Any, _record: object) -> None:
    autocommit = connection.autocommit
    connection.autocommit = True
    connection.execute(_POSTGRES_SESSION)
    connection.autocommit = autocommit
