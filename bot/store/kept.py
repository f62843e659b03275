"""Small facts: what counts once, what the next process needs, the database's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from bot.core.ports import Progress
from bot.store.dialects import Insert, insert_or_ignore, insert_or_replace, insert_with, is_sqlite
from bot.store.tables import kept, seen

PRUNE = 100
"""Forgotten keys deleted at a time."""


def _count_once(insert: Any) -> Insert:
    """Insert a key, or take over one that is forgotten."""
    built: Insert = insert.on_conflict_do_update(
        index_elements=["key"],
        set_={"forget_at": insert.excluded.forget_at},
        where=seen.c.forget_at <= bindparam("now"),
    ).returning(seen.c.key)
    return built


_SEE = insert_with(seen, _count_once)
_FORGET = delete(seen).where(
    seen.c.key.in_(
        select(seen.c.key)
        .where(seen.c.forget_at <= bindparam("now"))
        .limit(PRUNE)
        .with_for_update(skip_locked=True)
    )
)
_SEEN = select(seen.c.key).where(
    seen.c.key == bindparam("key"), seen.c.forget_at > bindparam("now")
)
_NOT_BEGUN = delete(seen).where(seen.c.key == bindparam("key"))
_KEEP = insert_or_replace(kept, "name")
_KEEP_FIRST = insert_or_ignore(kept, "name")
_DROP = delete(kept).where(kept.c.name == bindparam("name"), kept.c.value == bindparam("value"))
_RECALL = select(kept.c.value).where(kept.c.name == bindparam("name"))


def first_time(connection: Connection, key: str, now: datetime, keep: timedelta) -> bool:
    """Whether *key* was not seen before (within *keep*)."""
    row = {"key": key, "forget_at": now + keep, "now": now}
    is_first = connection.execute(_SEE(connection), row).one_or_none() is not None
    connection.execute(_FORGET, {"now": now})
    return is_first


def begin(connection: Connection, key: str, now: datetime, lease: timedelta) -> Progress:
    """How far the work under *key* is; where none is done or under way, it is the caller's."""
    if connection.scalar(_SEEN, {"key": key, "now": now}) is not None:
        return Progress.DONE
    return Progress.OURS if first_time(connection, _begun(key), now, lease) else Progress.UNDER_WAY


def done(connection: Connection, key: str, now: datetime, keep: timedelta) -> None:
    """Count the work under *key* as done."""
    first_time(connection, key, now, keep)


def not_done(connection: Connection, key: str) -> None:
    """Let the work under *key* begin again at once."""
    connection.execute(_NOT_BEGUN, {"key": _begun(key)})


def _begun(key: str) -> str:
    return f"{key}:begun"


def recall(connection: Connection, name: str) -> str | None:
    """A small fact kept by `keep`."""
    return connection.scalar(_RECALL, {"name": name})


def keep(connection: Connection, name: str, value: str) -> None:
    """Keep a small fact for the next process."""
    connection.execute(_KEEP(connection), {"name": name, "value": value})


def keep_first(connection: Connection, name: str, value: str) -> str:
    """Keep a small fact unless one of that *name* is kept; what is kept now, for all racers."""
    connection.execute(_KEEP_FIRST(connection), {"name": name, "value": value})
    now_kept: str = connection.execute(_RECALL, {"name": name}).scalar_one()
    return now_kept


def drop(connection: Connection, name: str, value: str) -> None:
    """Drop a small fact if it is *value*."""
    connection.execute(_DROP, {"name": name, "value": value})


def database_now(connection: Connection) -> datetime:
    """The database's own clock."""
    if is_sqlite(connection):
        text = connection.exec_driver_sql("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
        return datetime.fromisoformat(text.scalar_one()).replace(tzinfo=UTC)
    moment: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return moment.astimezone(UTC)
