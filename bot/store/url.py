"""The address of a database, as people and hosts write it."""

from __future__ import annotations

import sqlite3

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.core.errors import StoreError

SQLITE_MIN = (3, 35)
"""The first SQLite that gives rows back from an INSERT."""
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def read_url(text: str) -> URL:
    """
    Read a `DATABASE_URL`.

    Raises StoreError for anything but an SQLite file or PostgreSQL, and for an SQLite too old.
    """
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
    url = url.set(drivername=_DRIVERS[url.drivername])
    if not is_sqlite(url) and "@" in f"{url.host}{url.database}":
        # The rest of a password: it would be asked for as a host, and shown as one.
        raise StoreError("DATABASE_URL holds one @ too many: one in its password is written %40.")
    if is_sqlite(url) and sqlite3.sqlite_version_info < SQLITE_MIN:
        oldest = ".".join(map(str, SQLITE_MIN))
        raise StoreError(
            f"This Python has SQLite {sqlite3.sqlite_version}, but {oldest} or newer is needed: "
            "use another Python, or PostgreSQL."
        )
    return url


def is_sqlite(url: URL) -> bool:
    """Whether an address read by `read_url` is an SQLite file."""
    return url.drivername == "sqlite"


def shown(url: URL) -> str:
    """Write an address for a log or a sentence: without passwords, and short for a file."""
    return str(url.database) if is_sqlite(url) else url.set(query={}).render_as_string()
