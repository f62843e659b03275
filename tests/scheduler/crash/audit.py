"""The audit: what the channels got, against what the calendar says they were owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, select

from bot.core.calendar import week_of
from bot.core.models import Kind
from bot.store.database import Database
from bot.store.tables import channels, deliveries, rounds, scores
from tests.fakes.channel_server import Message
from tests.scheduler.crash.plan import BEGINS_AT, Plan, expected

Owed = tuple[str, str, date]
"""Channel, kind, local date."""


@dataclass
class Audit:
    """What was found."""

    faults: list[str] = field(default_factory=list)
    posts: Counter[str] = field(default_factory=Counter)
    """How many of each kind arrived."""
    looked: int = 0
    days: float = 0.0


@dataclass
class _Books:
    """What the database says."""

    owed: dict[int, Owed]
    states: dict[int, tuple[str, str | None, str]]
    played: set[tuple[str, str]]
    cards: dict[str, str]


async def audit(
    database: Database, plan: Plan, messages: Sequence[Message], must: datetime, may: datetime
) -> Audit:
    """Check a recording: all that was due by *must* is there, once; nothing is due after *may*."""
    books = await database.read(_read)
    found = Audit(days=(may - BEGINS_AT).total_seconds() / 86_400)
    arrived = Counter(message.delivery for message in messages)
    found.posts = Counter(message.kind for message in messages)
    for id_, times in arrived.items():
        if id_ not in books.owed:
            found.faults.append(f"message of an unknown delivery {id_}")
        elif times != 1:
            found.faults.append(f"{books.owed[id_]} arrived {times} times")
    got = Counter(books.owed[id_] for id_ in arrived if id_ in books.owed)
    found.faults += [f"{owed} has {n} deliveries" for owed, n in got.items() if n != 1]
    found.faults += _compare(plan, set(got), books, must, may)
    found.faults += _states(books, arrived, messages)
    return found


def _compare(plan: Plan, got: set[Owed], books: _Books, must: datetime, may: datetime) -> list[str]:
    """Compare what arrived with what each channel was owed."""
    faults = []
    for caller, settings in plan.places():
        assert caller.channel is not None
        needed, allowed = expected(settings, BEGINS_AT, must), expected(settings, BEGINS_AT, may)
        here = {(kind, on) for name, kind, on in got if name == caller.channel}
        for kind in (Kind.DAILY, Kind.ANSWER, Kind.DIGEST):
            wanted = {(kind, on) for on in needed[kind]}
            if kind is Kind.DIGEST:
                wanted = {w for w in wanted if (caller.channel, week_of(w[1])) in books.played}
            faults += [f"{caller.channel} missed {k} of {on}" for k, on in wanted - here]
            extra = {(k, on) for k, on in here if k == kind} - {(kind, on) for on in allowed[kind]}
            faults += [f"{caller.channel} got {k} of {on} unasked" for k, on in extra]
    return faults


def _states(books: _Books, arrived: Counter[int], messages: Sequence[Message]) -> list[str]:
    """Compare what the database believes with what arrived."""
    faults = []
    ids = {message.delivery: message for message in messages}
    for id_, (state, message, error) in books.states.items():
        if state in ("failed", "skipped"):
            faults.append(f"{books.owed[id_]} {state}: {error}")
        if state == "sent" and (not arrived[id_] or ids[id_].id != message):
            faults.append(
                f"{books.owed[id_]} is sent as {message}, but arrived {arrived[id_]} times"
            )
    faults += [
        f"an answer hangs under {message.thread} in {message.channel}"
        for message in messages
        if message.kind == "answer" and books.cards.get(message.thread or "") != message.channel
    ]
    return faults


def _read(connection: Connection) -> _Books:
    rows = connection.execute(
        select(
            deliveries.c.id,
            channels.c.external_id,
            deliveries.c.kind,
            deliveries.c.local_on,
            deliveries.c.state,
            deliveries.c.message,
            deliveries.c.error,
        ).join(channels, channels.c.id == deliveries.c.channel_id)
    ).all()
    played = connection.execute(
        select(channels.c.external_id, scores.c.period).join(
            channels, channels.c.id == scores.c.channel_id
        )
    )
    cards = connection.execute(
        select(rounds.c.message, channels.c.external_id).join(
            channels, channels.c.id == rounds.c.channel_id
        )
    )
    return _Books(
        owed={row[0]: (row[1], row[2], row[3]) for row in rows},
        states={row[0]: (row[4], row[5], row[6]) for row in rows},
        played={(row[0], row[1]) for row in played},
        cards={row[0]: row[1] for row in cards if row[0]},
    )
