"""Brings a database to the schema of this version, once, whoever else is starting."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copymode
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.core.errors import StoreError
from bot.store.faults import sentence, told
from bot.store.url import is_sqlite, read_url, shown

VERSION_TABLE = "flaskquiz_version"
"""Not Alembic's own name: the PostgreSQL may be shared with a program that uses that."""
_ADVISORY_LOCK = 0x666C61736B71  # "flaskq"; nobody else on that PostgreSQL should take it
_SQLITE_WAIT = 60  # seconds for another process to finish its migration


@dataclass(frozen=True, slots=True)
class Migration:
    """What was done, or is to be done."""

    before: str | None
    """The revision the database is or was at; None for an empty one."""
    after: str
    """The revision of this version."""
    backup: Path | None = None

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after


def check(url: str) -> Migration:
    """See whether a database has to be migrated; raises StoreError as `migrate` does."""
    address = read_url(url)
    if is_sqlite(address) and _is_to_be_made(Path(str(address.database))):
        return _plan(None)
    with _connected(address) as connection:
        return _plan(_revision(connection))


def migrate(url: str) -> Migration:
    """
    Bring a database to this version's schema; any number of processes may do so at once.

    An SQLite file that holds anything is copied first, to ``<file>.before-<revision>`` beside it.
    Raises StoreError when the database was made by a newer version or cannot be used.
    """
    address = read_url(url)
    with _connected(address) as connection, connection.begin():
        if not is_sqlite(address):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        plan = _plan(_revision(connection))
        if not plan.is_needed:
            return plan
        if plan.before is not None and is_sqlite(address):
            plan = replace(plan, backup=_back_up(Path(str(address.database)), plan.after))
        command.upgrade(config(connection), "head")
    return plan


def config(connection: Connection | None = None) -> Config:
    """Give Alembic's settings, for its commands on a connection."""
    settings = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    settings.set_main_option("script_location", "bot.store:migrations")
    settings.set_main_option("path_separator", "os")
    return settings


def _plan(before: str | None) -> Migration:
    script = ScriptDirectory.from_config(config())
    after = script.get_current_head()
    assert after is not None  # there is a first migration
    if before is not None and before not in {step.revision for step in script.walk_revisions()}:
        raise StoreError(
            f"The database was made by a newer FlaskQuiz (its revision is {before}, "
            f"this version knows {after}): install that version or a later one."
        )
    return Migration(before, after)


def _revision(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _is_to_be_made(path: Path) -> bool:
    """Whether there is no SQLite file yet; raises StoreError where none can be made or written."""
    if os.access(path, os.F_OK):
        if os.access(path, os.R_OK) and not os.access(path, os.W_OK):
            raise StoreError(sentence("SQLITE_READONLY", str(path)))
        return False
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StoreError(sentence("SQLITE_CANTOPEN", str(path)))
    return True


@contextmanager
def _connected(address: URL) -> Iterator[Connection]:
    """Connect for one migration; what the database cannot do becomes a StoreError."""
    timeout = "timeout" if is_sqlite(address) else "connect_timeout"
    seconds = _SQLITE_WAIT if is_sqlite(address) else 5
    engine = create_engine(address, poolclass=NullPool, connect_args={timeout: seconds})
    if is_sqlite(address):
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise told(error, shown(address)) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """
    Take transactions into our own hands, so that the schema changes as a whole or not at all.

    Foreign keys stay off: a table that is built anew must not take other rows with it.
    """
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _back_up(path: Path, revision: str) -> Path:
    """Copy an SQLite file as it was last committed; half a copy never gets the name."""
    backup = path.with_name(f"{path.name}.before-{revision}")
    partial = backup.with_name(f"{backup.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch()
        copymode(path, partial)  # before anything is in it: nobody may read more there than here
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        return partial.replace(backup)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            partial.unlink()
        raise StoreError(
            f"{backup} cannot be written, so nothing was migrated: {error}."
        ) from error
