"""The schema: one table a noun, and the keys that decide races."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only for INTEGER PRIMARY KEY; where a key outlives its row (in an
# old button, a nonce), sqlite_autoincrement keeps it from being given to a new one.
Id = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """
    A moment in UTC: refuses one without a zone, and reads back `datetime.UTC` on every database.

    SQLite keeps it as text, which is made and read here in one step: rows hold many moments, and
    SQLAlchemy's several steps for each would be felt.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Refuse a naive moment; SQLite keeps no zone, so it gets UTC without one."""
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        """Give the moment back in `datetime.UTC`."""
        return _from_text if dialect.name == "sqlite" else _to_utc


def _to_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def _to_text(moment: datetime | None) -> str | None:
    utc = _to_utc(moment)
    if utc is None:
        return None
    return utc.isoformat(" ", "microseconds").removesuffix("+00:00")


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def _id() -> Column[Any]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _owner(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(
        name, Id, ForeignKey(f"{target}.id", ondelete="CASCADE"), nullable=nullable, index=False
    )


workspaces = Table(
    "workspaces",
    metadata,
    _id(),
    Column("platform", String(10), nullable=False),
    Column("external_id", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("platform", "external_id"),
)

channels = Table(
    "channels",
    metadata,
    _id(),
    _owner("workspace_id", "workspaces"),
    # The platform and its name for the workspace again, so that a claim needs no join.
    Column("platform", String(10), nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("external_id", String(64), nullable=False),
    Column("name", String(100), nullable=False, server_default=""),
    Column("state", String(10), nullable=False, server_default="new"),
    Column("post_at", String(5), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("days", String(7), nullable=False),  # "01234": Monday is 0
    Column("levels", String(40), nullable=False, server_default=""),  # comma-separated, sorted
    Column("topics", Text, nullable=False, server_default=""),  # slugs, the same
    Column("open_minutes", Integer),
    Column("digest_day", SmallInteger, nullable=False),
    Column("digest_at", String(5), nullable=False),
    Column("next_daily_at", Moment),
    Column("next_digest_at", Moment),
    Column("last_on", Date),
    Column("failing_since", Moment),
    Column("failing_reason", String(300), nullable=False, server_default=""),
    Column("admin", String(64), nullable=False, server_default=""),
    Column("set_up_at", Moment),  # when its settings were first kept
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "external_id"),
    # The tick asks for these two; a channel that owes nothing has NULL and is not in them.
    Index("ix_channels_daily", "platform", "next_daily_at"),
    Index("ix_channels_digest", "platform", "next_digest_at"),
)

members = Table(
    "members",
    metadata,
    _id(),
    _owner("workspace_id", "workspaces"),
    Column("external_id", String(64), nullable=False),
    Column("name", String(100), nullable=False, server_default=""),
    Column("hidden", Boolean, nullable=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "external_id"),
)

rounds = Table(
    "rounds",
    metadata,
    _id(),
    _owner("channel_id", "channels"),
    Column("platform", String(10), nullable=False),
    Column("question_id", String(40), nullable=False),
    Column("local_on", Date, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("posted_at", Moment),
    Column("closed_at", Moment),
    Column("message", String(120)),
    Column("edit_due_at", Moment),  # when the card's counter is to be edited next
    Column("edited_at", Moment),
    Column("scheduled", Boolean, nullable=False, server_default=true()),
    UniqueConstraint("channel_id", "local_on"),
    Index("ix_rounds_message", "channel_id", "message"),
    Index(
        "ix_rounds_closing",
        "platform",
        "closes_at",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_rounds_open",
        "channel_id",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_rounds_edit",
        "platform",
        "edit_due_at",
        sqlite_where=text("edit_due_at IS NOT NULL"),
        postgresql_where=text("edit_due_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    _owner("member_id", "members"),
    _owner("channel_id", "channels", nullable=True),
    _owner("round_id", "rounds", nullable=True),  # NULL: practice
    Column("question_id", String(40), nullable=False),
    Column("words", Text, nullable=False, server_default=""),
    Column("confidence", String(10)),
    Column("revealed_at", Moment),
    Column("ticked", Integer, nullable=False, server_default="0"),  # bit i: key point i
    Column("grade", String(10)),
    Column("points", Integer, nullable=False, server_default="0"),
    Column("graded_at", Moment),
    Column("memory_before", Text),  # JSON; what a changed grade is counted from
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("round_id", "member_id"),
    Index("ix_attempts_member", "member_id", "graded_at"),
    Index("ix_attempts_channel", "channel_id"),
    # One open practice a member: a second press finds the first.
    Index(
        "uq_attempts_practice",
        "member_id",
        unique=True,
        sqlite_where=text("round_id IS NULL AND graded_at IS NULL"),
        postgresql_where=text("round_id IS NULL AND graded_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)


def _memory(name: str, owner: str, target: str) -> Table:
    """What a member, or a channel as a whole, remembers: FSRS's own columns."""
    return Table(
        name,
        metadata,
        Column(owner, Id, ForeignKey(f"{target}.id", ondelete="CASCADE"), primary_key=True),
        Column("question_id", String(40), primary_key=True),
        Column("state", SmallInteger, nullable=False),
        Column("stability", Float, nullable=False),
        Column("difficulty", Float, nullable=False),
        Column("due_at", Moment, nullable=False),
        Column("reviewed_at", Moment, nullable=False),
    )


memories = _memory("memories", "member_id", "members")
channel_memories = _memory("channel_memories", "channel_id", "channels")

streaks = Table(
    "streaks",
    metadata,
    Column("channel_id", Id, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", Id, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("best", Integer, nullable=False),
    Column("freezes", SmallInteger, nullable=False),
    Column("last_on", Date, nullable=False),  # the newest scheduled day counted in
    Index("ix_streaks_member", "member_id"),
)

scores = Table(
    "scores",
    metadata,
    Column("channel_id", Id, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True),
    Column("period", String(8), primary_key=True),  # 2026-W47, 2026-11, all
    Column("member_id", Id, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("points", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("shown", Boolean, nullable=False, server_default=true()),  # not hidden by hide-me
    Index("ix_scores_board", "channel_id", "period", "shown", "points", "member_id"),
    Index("ix_scores_member", "member_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    _owner("channel_id", "channels"),
    Column("platform", String(10), nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("local_on", Date, nullable=False),
    _owner("round_id", "rounds", nullable=True),
    Column("state", String(10), nullable=False),
    # pending: when to try next; sending: when the lease ends; NULL once settled.
    Column("due_at", Moment),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("first_tried_at", Moment),
    Column("message", String(120)),
    Column("detail", Text, nullable=False, server_default=""),
    Column("error", String(300), nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    UniqueConstraint("channel_id", "kind", "local_on"),
    Index("ix_deliveries_round", "round_id"),
    # With workspace and kind, so that a lease passes over others without reading their rows.
    Index(
        "ix_deliveries_due",
        "platform",
        "due_at",
        "workspace",
        "kind",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

installations = Table(
    "installations",
    metadata,
    Column("workspace", String(64), primary_key=True),  # Slack's team id
    Column("token", LargeBinary, nullable=False),  # encrypted with TOKEN_KEY
    Column("bot_id", String(64), nullable=False),
    Column("bot_user_id", String(64), nullable=False),
    Column("installed_by", String(64), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("installed_at", Moment, nullable=False),
)

# Events and OAuth states that count once: whoever inserts the key goes on, a second one stops.
seen = Table(
    "seen",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("forget_at", Moment, nullable=False, index=True),
)

# Small facts a process leaves for the next: the hash of the synced commands, the page's secret.
kept = Table(
    "kept",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)
