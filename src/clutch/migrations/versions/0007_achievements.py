"""Achievements: what is held, how far everybody is, and what organizers made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clutch.kernel.columns import Id, UtcDateTime

revision = "0007"
down_revision = "0006"
phase = "expand"


def upgrade() -> None:
    _unlock()
    _standing()
    _own()


def _unlock() -> None:
    op.create_table(
        "unlock",
        sa.Column("holder_kind", sa.String(8), primary_key=True),
        sa.Column("holder_id", Id, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("tier", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("period", sa.String(10), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("tournament_id", sa.String(8)),
        sa.Column("match_id", sa.String(12)),
        sa.Column("team_id", Id),
        sa.Column("points", sa.SmallInteger, nullable=False),
    )
    op.create_index("ix_unlock_key_tier", "unlock", ["key", "tier", "holder_kind"])
    op.create_index("ix_unlock_at", "unlock", ["holder_kind", "at"])


def _standing() -> None:
    op.create_table(
        "achievement_standing",
        sa.Column("holder_kind", sa.String(8), primary_key=True),
        sa.Column("holder_id", Id, primary_key=True, autoincrement=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
    )
    op.create_index(
        "ix_achievement_standing_points",
        "achievement_standing",
        ["holder_kind", "points", "holder_id"],
    )
    tally = op.create_table(
        "achievement_tally",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("seq", Id, nullable=False),
    )
    op.bulk_insert(tally, [{"id": 1, "seq": 1}])


def _own() -> None:
    op.create_table(
        "own_achievement",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("owner_id", Id, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("rule", sa.String(16), nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("game", sa.String(60)),
        sa.Column("everywhere", sa.Boolean, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("retired_at", UtcDateTime),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_own_achievement_owner_id", "own_achievement", ["owner_id"])
