"""Forgetting: what is deleted when a member or a whole workspace wants it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from bot.core.models import Caller, Platform
from bot.store.people import lock_member
from bot.store.rounds import ask_edits
from bot.store.tables import attempts, channels, installations, kept, members, rounds, workspaces

_COUNTED = (
    select(rounds.c.id)
    .join(attempts, attempts.c.round_id == rounds.c.id)
    .where(attempts.c.member_id == bindparam("member"), rounds.c.closed_at.is_(None))
)


def forget_workspace(connection: Connection, platform: Platform, workspace: str) -> bool:
    """
    Delete a workspace with all it holds: its token, and the small facts that name it. False if
    nothing was kept.
    """
    deleted = connection.execute(
        delete(workspaces).where(
            workspaces.c.platform == platform, workspaces.c.external_id == workspace
        )
    ).rowcount
    if platform is Platform.SLACK:
        token = delete(installations).where(installations.c.workspace == workspace)
        deleted += connection.execute(token).rowcount
    names_it = or_(
        kept.c.value == workspace, kept.c.name.endswith(f":{workspace}", autoescape=True)
    )
    connection.execute(delete(kept).where(kept.c.name.startswith(f"{platform}:"), names_it))
    return deleted > 0


def forget(connection: Connection, caller: Caller, now: datetime) -> None:
    """Delete everything kept about the caller in this workspace; open cards count again."""
    person = lock_member(connection, caller)
    if person is not None:
        counted = connection.scalars(_COUNTED, {"member": person.id}).all()
        connection.execute(delete(members).where(members.c.id == person.id))
        ask_edits(connection, dict.fromkeys(counted, now))
    connection.execute(
        update(channels)
        .where(
            channels.c.platform == caller.platform,
            channels.c.workspace == caller.workspace,
            channels.c.admin == caller.member,
        )
        .values(admin="")
    )
    if caller.platform is Platform.SLACK:
        connection.execute(
            update(installations)
            .where(
                installations.c.workspace == caller.workspace,
                installations.c.installed_by == caller.member,
            )
            .values(installed_by="")
        )
