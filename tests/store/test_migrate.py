"""Migrations: the schema of this version, on both databases, once, and a copy before."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from bot.core.errors import StoreError
from bot.store import migrate as migrations
from bot.store.migrate import VERSION_TABLE, check, config, migrate
from bot.store.tables import metadata
from bot.store.url import read_url

NEXT = '''"""Another step."""

from alembic import op
import sqlalchemy as sa

revision = "next"
down_revision = "{last}"


def upgrade():
    op.add_column("kept", sa.Column("note", sa.Text()))
    {then}
'''


LAST = ScriptDirectory.from_config(config()).get_current_head()


@pytest.fixture
def next_version(monkeypatch, tmp_path: Path):
    """Make this version one that knows another step."""

    def make(then: str = "pass") -> None:
        steps = tmp_path / "steps"
        steps.mkdir(exist_ok=True)
        (steps / "next.py").write_text(NEXT.format(last=LAST, then=then))

        def with_next(connection: Connection | None = None) -> Any:
            settings = config(connection)
            settings.set_main_option("path_separator", "space")
            places = f"bot.store.migrations:versions {steps}"
            settings.set_main_option("version_locations", places)
            return settings

        monkeypatch.setattr(migrations, "config", with_next)

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.db"
    return request.getfixturevalue("empty_postgres_url")


def engine(url: str) -> Engine:
    """An engine that keeps no connection."""
    return create_engine(read_url(url), poolclass=NullPool)


def schema(connection: Connection) -> set[str]:
    """Every table and index, as the database itself writes it."""
    if connection.dialect.name == "sqlite":
        statements = connection.scalars(text("SELECT sql FROM sqlite_master WHERE sql <> ''"))
    else:
        statements = connection.scalars(
            text(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
                "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, "
                "column_default, character_maximum_length, is_identity) "
                "FROM information_schema.columns WHERE table_schema = 'public' UNION ALL "
                "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE connamespace = 'public'::regnamespace"
            )
        )
    lines = (re.sub(r"\s+", " ", line) for line in statements if VERSION_TABLE not in line)
    # Constraints come in no particular order.
    return {str(sorted(re.split(r", (?=CONSTRAINT)| \)$", line))) for line in lines}


def test_the_migrated_schema_is_the_one_of_the_tables(empty_url):
    migrate(empty_url)

    with engine(empty_url).connect() as connection:
        options = {"version_table": VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        migrated = schema(connection)
        connection.rollback()
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert migrated == schema(connection)


def test_a_second_migration_finds_nothing_to_do(empty_url):
    first, second = migrate(empty_url), migrate(empty_url)

    assert (first.before, first.is_needed) == (None, True)
    assert (second.before, second.is_needed) == (first.after, False)


def test_checking_changes_nothing(empty_url, tmp_path):
    assert check(empty_url).is_needed
    assert not (tmp_path / "new.db").exists()

    migrate(empty_url)

    assert not check(empty_url).is_needed


def test_many_processes_may_migrate_at_once(empty_url):
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(migrate, [empty_url] * 8))

    assert sum(outcome.is_needed for outcome in outcomes) == 1


def test_a_new_file_needs_no_copy(tmp_path):
    migration = migrate(f"sqlite:///{tmp_path}/new.db")

    assert migration.backup is None
    assert not list(tmp_path.glob("*.before-*"))


def test_a_file_is_copied_before_it_changes(sqlite_url, tmp_path, next_version):
    with sqlite3.connect(tmp_path / "flaskquiz.db") as connection:
        connection.execute("INSERT INTO kept VALUES ('a', '1')")
    connection.close()
    next_version()

    migration = migrations.migrate(sqlite_url)

    assert (migration.before, migration.after) == (LAST, "next")
    assert migration.backup == tmp_path / "flaskquiz.db.before-next"
    with sqlite3.connect(migration.backup) as copy:
        assert copy.execute("SELECT * FROM kept").fetchall() == [("a", "1")]
        assert copy.execute(f"SELECT * FROM {VERSION_TABLE}").fetchall() == [(LAST,)]
    copy.close()


def test_the_copy_is_for_the_eyes_that_may_see_the_file(sqlite_url, tmp_path, next_version):
    (tmp_path / "flaskquiz.db").chmod(0o600)
    next_version()

    migration = migrations.migrate(sqlite_url)

    assert migration.backup.stat().st_mode & 0o777 == 0o600


def test_a_migration_that_fails_changes_nothing(database_url, next_version):
    next_version(then="op.execute('SELECT * FROM nowhere')")

    with pytest.raises(StoreError):
        migrations.migrate(database_url)

    with engine(database_url).connect() as connection:
        assert list(connection.execute(text("SELECT * FROM kept")).keys()) == ["name", "value"]
        assert connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) == LAST


def test_without_room_for_the_copy_nothing_is_migrated(sqlite_url, tmp_path, next_version):
    (tmp_path / "flaskquiz.db.before-next.partial").mkdir()
    next_version()

    with pytest.raises(StoreError, match="nothing was migrated"):
        migrations.migrate(sqlite_url)

    assert check(sqlite_url).before == LAST


def test_a_database_of_a_newer_version_is_refused(database_url):
    with engine(database_url).begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))

    for look in (check, migrate):
        with pytest.raises(StoreError, match=r"made by a newer FlaskQuiz .*9999"):
            look(database_url)


def test_other_programs_tables_and_their_alembic_are_left_alone(empty_postgres_url):
    with engine(empty_postgres_url).begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('theirs')"))

    assert migrate(empty_postgres_url).before is None


@pytest.mark.parametrize("look", [check, migrate])
def test_a_place_that_is_not_there_is_told(tmp_path, look):
    with pytest.raises(StoreError, match="cannot be opened"):
        look(f"sqlite:///{tmp_path}/nowhere/new.db")
    with pytest.raises(StoreError, match="cannot be reached"):
        look("postgres://127.0.0.1:1/quiz")
