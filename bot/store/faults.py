"""What a database's errors mean: which may be tried again, and a sentence for the rest."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.core.errors import StoreError

# Another transaction was in the way: run again, it goes through.
_CROSSED = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available
}

_SENTENCES = {
    "SQLITE_FULL": "The disk is full: {name} cannot be written.",
    "SQLITE_READONLY": "The database {name} is read-only.",
    "SQLITE_CANTOPEN": "The database {name} cannot be opened or made there.",
    "SQLITE_PERM": "The database {name} may not be opened.",
    "SQLITE_AUTH": "The database {name} may not be opened.",
    "SQLITE_NOTADB": "The file {name} is not a database.",
    "SQLITE_CORRUPT": "The database {name} is damaged.",
    "SQLITE_BUSY": "The database {name} is locked by another program.",
    "SQLITE_LOCKED": "The database {name} is locked by another program.",
    "SQLITE_IOERR": "The disk with {name} reports an error.",
    "SQLITE_PROTOCOL": "The database {name} is locked by another program.",
    "53100": "The disk of the database {name} is full.",
    "53200": "The database {name} is out of memory.",
    "53300": "The database {name} takes no more connections.",
    "25006": "The database {name} is read-only.",
    "42501": "The user of the database {name} lacks a right.",
    "3D000": "The database {name} does not exist on that server.",
    "28000": "The database {name} refused the user.",
    "28P01": "The database {name} refused the password.",
    "57014": "The database {name} took too long and was stopped.",
    "57P03": "The database {name} is still starting.",
    "55P03": "The database {name} is busy with another change.",
    "40P01": "The database {name} is busy with other changes.",
    "40001": "The database {name} is busy with other changes.",
    "42P01": "The database {name} lacks a table: run `flaskquiz migrate`.",
    "42703": "The database {name} lacks a column: run `flaskquiz migrate`.",
}


def is_crossed(error: BaseException) -> bool:
    """Whether another transaction was in the way."""
    return isinstance(error, DBAPIError) and _code(error) in _CROSSED


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone; the next one may work."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def outcome_unknown(name: str) -> StoreError:
    """Say that the connection was lost while committing."""
    return StoreError(
        f"The database {name} went away while it was saving: the change may be there or not."
    )


def told(error: Exception, name: str) -> Exception:
    """Turn a database's trouble into a StoreError; anything else (a bug, a refusal) stays."""
    if isinstance(error, PoolTimeoutError):
        return StoreError(f"The database {name} is too busy to answer.")
    if not isinstance(error, DBAPIError):
        return error
    if words := sentence(_code(error), name):
        return StoreError(words)
    if isinstance(error, OperationalError | InterfaceError) and _is_schema_missing(error):
        return StoreError(sentence("42P01", name))
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return StoreError(f"The database {name} cannot be reached: {_first_line(error)}.")
    return error


def _code(error: DBAPIError) -> str:
    """Give SQLite's name of an error, or PostgreSQL's five characters."""
    origin = error.orig
    return str(getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", "") or "")


def sentence(code: str, name: str) -> str:
    """Say what a code means; SQLite refines its codes: SQLITE_READONLY_DIRECTORY. Else empty."""
    known = code if code in _SENTENCES else "_".join(code.split("_")[:2])
    return _SENTENCES.get(known, "").format(name=name)


def _is_schema_missing(error: DBAPIError) -> bool:
    message = str(error.orig)
    return "no such table" in message or "no such column" in message


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error.orig).__name__
