"""What members and channels remember, and the copy kept for a changed grade."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, FromClause, Select, Table, bindparam, select

from bot.core.memory import Memory
from bot.core.models import ChannelId, MemberId, QuestionId
from bot.store.given import KeepRows, for_given, given_ids
from bot.store.tables import channel_memories, memories


def columns(table: Table) -> tuple[Any, ...]:
    """The columns of a memory, in the order `memory_of` reads them."""
    return (
        table.c.state,
        table.c.stability,
        table.c.difficulty,
        table.c.due_at,
        table.c.reviewed_at,
    )


_OF_MEMBER = select(memories.c.question_id, *columns(memories)).where(
    memories.c.member_id == bindparam("owner")
)
_OF_CHANNEL = select(channel_memories.c.question_id, *columns(channel_memories)).where(
    channel_memories.c.channel_id == bindparam("owner")
)


def _of_channels(wanted: FromClause) -> Select[Any]:
    return select(
        channel_memories.c.channel_id, channel_memories.c.question_id, *columns(channel_memories)
    ).where(channel_memories.c.channel_id.in_(select(wanted.c.id)))


_OF_CHANNELS = for_given(_of_channels, id=BigInteger())
_KEEP = KeepRows(memories, "member_id", "question_id")
_KEEP_CHANNEL = KeepRows(channel_memories, "channel_id", "question_id")


def memory_of(row: Sequence[Any]) -> Memory:
    """Read a memory from a row of `columns`."""
    return Memory(*row)


def of_member(connection: Connection, member_id: MemberId) -> dict[QuestionId, Memory]:
    """All that a member remembers."""
    rows = connection.execute(_OF_MEMBER, {"owner": member_id})
    return {QuestionId(question): memory_of(rest) for question, *rest in rows}


def of_channel(connection: Connection, channel_id: ChannelId) -> dict[QuestionId, Memory]:
    """All that a channel as a whole remembers."""
    rows = connection.execute(_OF_CHANNEL, {"owner": channel_id})
    return {QuestionId(question): memory_of(rest) for question, *rest in rows}


def of_channels(
    connection: Connection, channel_ids: Sequence[ChannelId]
) -> dict[ChannelId, dict[QuestionId, Memory]]:
    """All that several channels remember; none of those that remember nothing."""
    found: dict[ChannelId, dict[QuestionId, Memory]] = {}
    rows = connection.execute(_OF_CHANNELS(connection), given_ids(channel_ids))
    for channel, question, *rest in rows:
        found.setdefault(channel, {})[question] = memory_of(rest)
    return found


def keep_memories(
    connection: Connection, kept: Iterable[tuple[MemberId, QuestionId, Memory]]
) -> None:
    """Keep what members remember."""
    _KEEP(connection, [_row("member_id", *memory) for memory in kept])


def keep_channel_memories(
    connection: Connection, kept: Iterable[tuple[ChannelId, QuestionId, Memory]]
) -> None:
    """Keep what channels remember."""
    _KEEP_CHANNEL(connection, [_row("channel_id", *memory) for memory in kept])


def _row(owner: str, owner_id: int, question_id: QuestionId, memory: Memory) -> dict[str, Any]:
    return {
        owner: owner_id,
        "question_id": question_id,
        "state": memory.state,
        "stability": memory.stability,
        "difficulty": memory.difficulty,
        "due_at": memory.due_at,
        "reviewed_at": memory.reviewed_at,
    }


def to_json(memory: Memory | None) -> str:
    """Write a memory, or that there was none, for `from_json`."""
    return json.dumps(memory and memory_json(memory))


def from_json(text: str) -> Memory | None:
    """Read what `to_json` wrote."""
    values: Mapping[str, Any] | None = json.loads(text)
    if values is None:
        return None
    moments = {name: datetime.fromisoformat(values[name]) for name in ("due_at", "reviewed_at")}
    return Memory(**{**values, **moments})


def memory_json(memory: Memory) -> dict[str, Any]:
    """Write a memory as JSON values."""
    return {
        "state": memory.state,
        "stability": memory.stability,
        "difficulty": memory.difficulty,
        "due_at": memory.due_at.isoformat(),
        "reviewed_at": memory.reviewed_at.isoformat(),
    }
