"""Teams, who was in them when, and the links that let others in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clutch.kernel.columns import Id, UtcDateTime

revision = "0003"
down_revision = "0002"
phase = "expand"

STILL_IN = sa.text("left_at IS NULL")


def upgrade() -> None:
    _team()
    _membership()
    _invite()


def _team() -> None:
    op.create_table(
        "team",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("name_folded", sa.String(160)),
        sa.Column("name_skeleton", sa.String(160)),
        sa.Column("name_shape", sa.String(160)),
        sa.Column("tag", sa.String(8), nullable=False),
        sa.Column("tag_folded", sa.String(160), nullable=False, index=True),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("captain_id", Id, sa.ForeignKey("account.id")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("disbanded_at", UtcDateTime),
        sa.UniqueConstraint("name_folded", name="uq_team_name_folded"),
        sa.UniqueConstraint("name_skeleton", name="uq_team_name_skeleton"),
        sa.UniqueConstraint("name_shape", name="uq_team_name_shape"),
        sqlite_autoincrement=True,
    )


def _membership() -> None:
    op.create_table(
        "membership",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("team_id", Id, sa.ForeignKey("team.id"), nullable=False, index=True),
        sa.Column("account_id", Id, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("joined_at", UtcDateTime, nullable=False),
        sa.Column("left_at", UtcDateTime),
        sa.Column("ending", sa.String(12)),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_membership_still_in",
        "membership",
        ["team_id", "account_id"],
        unique=True,
        sqlite_where=STILL_IN,
        postgresql_where=STILL_IN,
    )


def _invite() -> None:
    op.create_table(
        "team_invite",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("team_id", Id, sa.ForeignKey("team.id"), nullable=False, index=True),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("start", sa.String(8), nullable=False),
        sa.Column("created_by", Id, sa.ForeignKey("account.id")),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("uses_limit", sa.Integer),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.UniqueConstraint("token_digest", name="uq_team_invite_token_digest"),
        sqlite_autoincrement=True,
    )
