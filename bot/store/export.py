"""Everything kept about one member, as JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, select

from bot.core.models import Caller
from bot.store.people import find_member
from bot.store.rounds import ticked_of
from bot.store.tables import attempts, channels, members, memories, rounds, scores, streaks

_MEMBER: BindParameter[Any] = bindparam("member")
_ABOUT = select(
    members.c.external_id.label("id"), members.c.name, members.c.hidden, members.c.created_at
).where(members.c.id == _MEMBER)
_PARTS: dict[str, Select[Any]] = {
    "attempts": select(
        channels.c.external_id.label("channel"),
        rounds.c.local_on.label("round_on"),
        attempts.c.question_id.label("question"),
        attempts.c.words,
        attempts.c.confidence,
        attempts.c.revealed_at,
        attempts.c.ticked,
        attempts.c.grade,
        attempts.c.points,
        attempts.c.graded_at,
        attempts.c.created_at,
    )
    .outerjoin(rounds, rounds.c.id == attempts.c.round_id)
    .outerjoin(channels, channels.c.id == attempts.c.channel_id)
    .where(attempts.c.member_id == _MEMBER)
    .order_by(attempts.c.id),
    "memories": select(
        memories.c.question_id.label("question"),
        memories.c.state,
        memories.c.stability,
        memories.c.difficulty,
        memories.c.due_at,
        memories.c.reviewed_at,
    )
    .where(memories.c.member_id == _MEMBER)
    .order_by(memories.c.question_id),
    "scores": select(
        channels.c.external_id.label("channel"),
        scores.c.period,
        scores.c.points,
        scores.c.attempts,
    )
    .join(channels, channels.c.id == scores.c.channel_id)
    .where(scores.c.member_id == _MEMBER)
    .order_by(channels.c.external_id, scores.c.period),
    "streaks": select(
        channels.c.external_id.label("channel"),
        streaks.c.days,
        streaks.c.best,
        streaks.c.freezes,
        streaks.c.last_on,
    )
    .join(channels, channels.c.id == streaks.c.channel_id)
    .where(streaks.c.member_id == _MEMBER)
    .order_by(channels.c.external_id),
}
_ADMIN_OF = select(channels.c.external_id).where(
    channels.c.platform == bindparam("platform"),
    channels.c.workspace == bindparam("workspace"),
    channels.c.admin == bindparam("admin"),
)


def export(connection: Connection, caller: Caller) -> Mapping[str, Any]:
    """Everything kept about the caller, ready for JSON; empty for one never seen."""
    wanted = {
        "platform": caller.platform,
        "workspace": caller.workspace,
        "admin": caller.member,
    }
    admin_of = list(connection.scalars(_ADMIN_OF, wanted))
    person = find_member(connection, caller)
    if person is None:
        return {"admin_of": admin_of} if admin_of else {}
    about = connection.execute(_ABOUT, {"member": person.id}).mappings().one()
    parts = {
        name: [_plain(row) for row in connection.execute(part, {"member": person.id}).mappings()]
        for name, part in _PARTS.items()
    }
    for attempt in parts["attempts"]:
        attempt["ticked"] = sorted(ticked_of(attempt["ticked"]))
    return {"member": _plain(about), "admin_of": admin_of, **parts}


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Write moments and dates the way JSON can hold them."""
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()
    }
