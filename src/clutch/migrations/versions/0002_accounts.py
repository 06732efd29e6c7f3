"""Accounts: people, their sessions, known devices, personal tokens and reset links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clutch.kernel.columns import Id, UtcDateTime

revision = "0002"
down_revision = "0001"
phase = "expand"


def upgrade() -> None:
    _account()
    _session()
    _token()


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(128)),
        sa.Column("name_folded", sa.String(160)),
        sa.Column("name_skeleton", sa.String(160)),
        sa.Column("name_shape", sa.String(160)),
        sa.Column("email", sa.String(254)),
        sa.Column("email_folded", sa.String(254), index=True),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8)),
        sa.Column("zone", sa.String(64)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("password_set_at", UtcDateTime),
        sa.Column("banned_at", UtcDateTime),
        sa.Column("ban_reason", sa.Text),
        sa.Column("deleted_at", UtcDateTime),
        sa.UniqueConstraint("name_folded", name="uq_account_name_folded"),
        sa.UniqueConstraint("name_skeleton", name="uq_account_name_skeleton"),
        sa.UniqueConstraint("name_shape", name="uq_account_name_shape"),
        sqlite_autoincrement=True,
    )


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", Id, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("device", sa.String(200), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("last_seen_at", UtcDateTime, nullable=False, index=True),
        sa.UniqueConstraint("token_digest", name="uq_session_token_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "known_device",
        sa.Column(
            "account_id", Id, sa.ForeignKey("account.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("device_digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("last_used_at", UtcDateTime, nullable=False),
    )


def _token() -> None:
    op.create_table(
        "token",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", Id, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("start", sa.String(16), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("last_used_at", UtcDateTime),
        sa.UniqueConstraint("token_digest", name="uq_token_token_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reset_link",
        sa.Column(
            "account_id", Id, sa.ForeignKey("account.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("token_digest", name="uq_reset_link_token_digest"),
    )
