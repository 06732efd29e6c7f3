"""Attempts: what log-ins, sign-ups and reset links have spent of their budgets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clutch.kernel.columns import Id, UtcDateTime

revision = "0006"
down_revision = "0005"
phase = "expand"


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("budget", sa.LargeBinary(32), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False, index=True),
        sa.Index("ix_attempt_budget_at", "budget", "at"),
        sqlite_autoincrement=True,
    )
