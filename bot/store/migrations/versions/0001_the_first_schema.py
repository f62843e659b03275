"""The first schema."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _where(condition: str) -> dict[str, Any]:
    """Keep only some rows in an index."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """The first schema."""
    op.create_table(
        "installations",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("bot_id", sa.String(length=64), nullable=False),
        sa.Column("bot_user_id", sa.String(length=64), nullable=False),
        sa.Column("installed_by", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("installed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_installations"),
    )
    op.create_table(
        "kept",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kept"),
    )
    op.create_table(
        "seen",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("forget_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_seen"),
    )
    op.create_index("ix_seen_forget_at", "seen", ["forget_at"])

    op.create_table(
        "workspaces",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=10), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
        sa.UniqueConstraint("platform", "external_id", name="uq_workspaces_platform_external_id"),
    )
    op.create_table(
        "channels",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("platform", sa.String(length=10), nullable=False),
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="new", nullable=False),
        sa.Column("post_at", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("days", sa.String(length=7), nullable=False),
        sa.Column("levels", sa.String(length=40), server_default="", nullable=False),
        sa.Column("topics", sa.Text(), server_default="", nullable=False),
        sa.Column("open_minutes", sa.Integer(), nullable=True),
        sa.Column("digest_day", sa.SmallInteger(), nullable=False),
        sa.Column("digest_at", sa.String(length=5), nullable=False),
        sa.Column("next_daily_at", MOMENT, nullable=True),
        sa.Column("next_digest_at", MOMENT, nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("failing_reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("admin", sa.String(length=64), server_default="", nullable=False),
        sa.Column("set_up_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_channels_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        sa.UniqueConstraint(
            "workspace_id", "external_id", name="uq_channels_workspace_id_external_id"
        ),
    )
    op.create_index("ix_channels_daily", "channels", ["platform", "next_daily_at"])
    op.create_index("ix_channels_digest", "channels", ["platform", "next_digest_at"])

    op.create_table(
        "members",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), server_default="", nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_members_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.UniqueConstraint(
            "workspace_id", "external_id", name="uq_members_workspace_id_external_id"
        ),
    )
    op.create_table(
        "channel_memories",
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("stability", sa.Float(), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name="fk_channel_memories_channel_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", "question_id", name="pk_channel_memories"),
    )
    op.create_table(
        "memories",
        sa.Column("member_id", ID, nullable=False),
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("stability", sa.Float(), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_memories_member_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", "question_id", name="pk_memories"),
    )
    op.create_table(
        "rounds",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("platform", sa.String(length=10), nullable=False),
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.Column("posted_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("message", sa.String(length=120), nullable=True),
        sa.Column("edit_due_at", MOMENT, nullable=True),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_rounds_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
        sa.UniqueConstraint("channel_id", "local_on", name="uq_rounds_channel_id_local_on"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_rounds_closing", "rounds", ["platform", "closes_at"], **_where("closed_at IS NULL")
    )
    op.create_index(
        "ix_rounds_edit", "rounds", ["platform", "edit_due_at"], **_where("edit_due_at IS NOT NULL")
    )
    op.create_index("ix_rounds_message", "rounds", ["channel_id", "message"])
    op.create_index("ix_rounds_open", "rounds", ["channel_id"], **_where("closed_at IS NULL"))

    op.create_table(
        "scores",
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_scores_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_scores_member_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", "period", "member_id", name="pk_scores"),
    )
    op.create_index(
        "ix_scores_board", "scores", ["channel_id", "period", "shown", "points", "member_id"]
    )
    op.create_index("ix_scores_member", "scores", ["member_id"])

    op.create_table(
        "streaks",
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("best", sa.Integer(), nullable=False),
        sa.Column("freezes", sa.SmallInteger(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_streaks_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_streaks_member_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", "member_id", name="pk_streaks"),
    )
    op.create_index("ix_streaks_member", "streaks", ["member_id"])

    op.create_table(
        "attempts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=True),
        sa.Column("round_id", ID, nullable=True),
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=True),
        sa.Column("revealed_at", MOMENT, nullable=True),
        sa.Column("ticked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=True),
        sa.Column("points", sa.Integer(), server_default="0", nullable=False),
        sa.Column("graded_at", MOMENT, nullable=True),
        sa.Column("memory_before", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_attempts_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_attempts_member_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name="fk_attempts_round_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("round_id", "member_id", name="uq_attempts_round_id_member_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_channel", "attempts", ["channel_id"])
    op.create_index("ix_attempts_member", "attempts", ["member_id", "graded_at"])
    op.create_index(
        "uq_attempts_practice",
        "attempts",
        ["member_id"],
        unique=True,
        **_where("round_id IS NULL AND graded_at IS NULL"),
    )

    op.create_table(
        "deliveries",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("platform", sa.String(length=10), nullable=False),
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("round_id", ID, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_tried_at", MOMENT, nullable=True),
        sa.Column("message", sa.String(length=120), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.String(length=300), server_default="", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_deliveries_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name="fk_deliveries_round_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint(
            "channel_id", "kind", "local_on", name="uq_deliveries_channel_id_kind_local_on"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["platform", "due_at", "workspace", "kind"],
        **_where("due_at IS NOT NULL"),
    )
    op.create_index("ix_deliveries_round", "deliveries", ["round_id"])
