"""Rounds beside the schedule, which break no streak."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every round so far was scheduled, for all that is known."""
    op.add_column(
        "rounds", sa.Column("scheduled", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
