"""Slack workspaces that installed the app, with their tokens as encrypted bytes."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from bot.core.ports import Installation
from bot.store.dialects import insert_or_replace
from bot.store.tables import installations

_COLUMNS = (
    installations.c.workspace,
    installations.c.token,
    installations.c.bot_id,
    installations.c.bot_user_id,
    installations.c.installed_by,
    installations.c.scopes,
    installations.c.installed_at,
)
_FIND = select(*_COLUMNS).where(installations.c.workspace == bindparam("workspace"))
_KEEP = insert_or_replace(installations, "workspace")


def find_installation(connection: Connection, workspace: str) -> Installation | None:
    """The installation of a workspace, or None."""
    row = connection.execute(_FIND, {"workspace": workspace}).one_or_none()
    return Installation(*row) if row else None


def keep_installation(connection: Connection, installation: Installation) -> None:
    """Keep an installation; a newer one of the same workspace replaces it."""
    row = {column.name: getattr(installation, column.name) for column in _COLUMNS}
    connection.execute(_KEEP(connection), row)


def delete_installation(connection: Connection, workspace: str) -> None:
    """Forget the installation of a workspace."""
    connection.execute(delete(installations).where(installations.c.workspace == workspace))
