"""Workspaces and members: who asks, and what the store calls them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, select, update

from bot.core.models import Caller, MemberId, Platform, WorkspaceId
from bot.store.dialects import insert_or_ignore
from bot.store.tables import members, scores, workspaces
from bot.store.text import fit

NAME_MAX = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A member as kept."""

    id: MemberId
    workspace_id: WorkspaceId
    name: str
    hidden: bool


HERE = and_(
    workspaces.c.platform == bindparam("platform"),
    workspaces.c.external_id == bindparam("workspace"),
)
"""The workspace of a caller; give `place(caller)` for it."""

_FIND_WORKSPACE = select(workspaces.c.id).where(HERE)
_FIND = (
    select(members.c.id, members.c.workspace_id, members.c.name, members.c.hidden)
    .join(workspaces, workspaces.c.id == members.c.workspace_id)
    .where(HERE, members.c.external_id == bindparam("member"))
)
_LOCK = _FIND.with_for_update(key_share=True, of=members)
_ADD_WORKSPACE = insert_or_ignore(workspaces, "platform", "external_id")
_ADD = insert_or_ignore(members, "workspace_id", "external_id")
_RENAME = update(members).where(members.c.id == bindparam("id_")).values(name=bindparam("name_"))


def place(caller: Caller) -> dict[str, str]:
    """Name a caller and where they are, for `HERE` and for the members' key."""
    return {
        "platform": caller.platform,
        "workspace": caller.workspace,
        "member": caller.member,
        "channel": caller.channel or "",
    }


def short(name: str) -> str:
    """Cut a name to what is kept."""
    return fit(name, NAME_MAX)


def find_member(connection: Connection, caller: Caller) -> Person | None:
    """The caller as kept, or None for one never seen."""
    row = connection.execute(_FIND, place(caller)).one_or_none()
    return Person(*row) if row else None


def lock_member(connection: Connection, caller: Caller) -> Person | None:
    """
    Find the caller and let no other transaction write for them until this one ends.

    A member's attempts, memories, points and streaks are read, reckoned and written back; this
    lock is what makes two grades at once come out like one after the other.
    """
    row = connection.execute(_LOCK, place(caller)).one_or_none()
    return Person(*row) if row else None


def add_member(connection: Connection, caller: Caller, now: datetime) -> Person:
    """Lock the caller, adding them and their workspace if needed; the newest name is kept."""
    person = lock_member(connection, caller)
    if person is None:
        workspace_id = add_workspace(connection, caller.platform, caller.workspace, now)
        connection.execute(
            _ADD(connection),
            {
                "workspace_id": workspace_id,
                "external_id": caller.member,
                "name": short(caller.name),
                "created_at": now,
            },
        )
        person = lock_member(connection, caller)
        assert person is not None  # added just now, by us or by another
    rename(connection, person, caller)
    return person


def rename(connection: Connection, person: Person, caller: Caller) -> None:
    """Keep the caller's name where it is new."""
    rename_all(connection, [(caller, person.id, person.name)])


def rename_member(connection: Connection, caller: Caller) -> None:
    """Keep the name of a caller who changed it; for one never seen, there is nothing to keep."""
    person = lock_member(connection, caller)
    if person is not None:
        rename(connection, person, caller)


def rename_all(connection: Connection, known: Iterable[tuple[Caller, MemberId, str]]) -> None:
    """Keep callers' names where they are not the ones known."""
    rows = [
        {"id_": member_id, "name_": short(caller.name)}
        for caller, member_id, name in known
        if caller.name and short(caller.name) != name
    ]
    if rows:
        connection.execute(_RENAME, rows)


def add_workspace(
    connection: Connection, platform: Platform, workspace: str, now: datetime
) -> WorkspaceId:
    """Give the id of a workspace, adding it if needed."""
    where = {"platform": platform, "workspace": workspace}
    found = connection.scalar(_FIND_WORKSPACE, where)
    if found is None:
        row = {"platform": platform, "external_id": workspace, "created_at": now}
        connection.execute(_ADD_WORKSPACE(connection), row)
        found = connection.execute(_FIND_WORKSPACE, where).scalar_one()
    return WorkspaceId(found)


def set_hidden(connection: Connection, caller: Caller, hidden: bool, now: datetime) -> None:
    """Take the caller's name off the boards of the workspace, or put it back."""
    person = add_member(connection, caller, now)
    connection.execute(update(members).where(members.c.id == person.id).values(hidden=hidden))
    connection.execute(
        update(scores).where(scores.c.member_id == person.id).values(shown=not hidden)
    )
