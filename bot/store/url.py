"""The address of a database, as people and hosts write it."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.core.errors import StoreError

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def read_url(text: str) -> URL:
    """Read a `DATABASE_URL`; raises StoreError for anything but an SQLite file or PostgreSQL."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(
            "DATABASE_URL is not an address such as sqlite:///flaskquiz.db "
            "or postgresql://user:password@host/name."
        ) from None
    if url.drivername not in _DRIVERS:
        raise StoreError(
            f"DATABASE_URL begins with {url.drivername}://, but only sqlite:/// "
            "and postgresql:// are known."
        )
    if url.drivername.startswith("sqlite") and (url.database or ":memory:") == ":memory:":
        # Readers and the writer have a connection each, and each would see a database of its own.
        raise StoreError("DATABASE_URL names no file: write sqlite:///flaskquiz.db.")
    return url.set(drivername=_DRIVERS[url.drivername])


def is_sqlite(url: URL) -> bool:
    """Whether an address read by `read_url` is an SQLite file."""
    return url.drivername == "sqlite"


def shown(url: URL) -> str:
    """Write an address for a log or a sentence: without the password, and short for a file."""
    return str(url.database) if is_sqlite(url) else url.render_as_string(hide_password=True)
