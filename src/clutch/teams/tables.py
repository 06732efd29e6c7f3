"""The teams' tables. Who was in when is never deleted: a membership that ended keeps its row."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from clutch.accounts.names import CODE_POINT_LIMIT, KEY_LIMIT
from clutch.kernel.columns import Id, UtcDateTime, metadata

STILL_IN = text("left_at IS NULL")

# A disbanded team keeps its row and its name, but the name's keys are empty: others may take it.
team = Table(
    "team",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(CODE_POINT_LIMIT), nullable=False),
    Column("name_folded", String(KEY_LIMIT), unique=True),
    Column("name_skeleton", String(KEY_LIMIT), unique=True),
    Column("name_shape", String(KEY_LIMIT), unique=True),
    Column("tag", String(8), nullable=False),
    Column("tag_folded", String(KEY_LIMIT), nullable=False, index=True),
    Column(
        "colour", String(7), nullable=False
    ),  # #rrggbb as chosen; each theme shows the nearest readable shade
    Column("captain_id", Id, ForeignKey("account.id")),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disbanded_at", UtcDateTime),
    sqlite_autoincrement=True,
)

membership = Table(
    "membership",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("team_id", Id, ForeignKey("team.id"), nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("left_at", UtcDateTime),
    Column("ending", String(12)),  # left | removed | disbanded | erased
    Index("ix_membership_account_id", "account_id"),
    Index("ix_membership_team_id", "team_id"),
    Index(
        "uq_membership_still_in",
        "team_id",
        "account_id",
        unique=True,
        sqlite_where=STILL_IN,
        postgresql_where=STILL_IN,
    ),
    sqlite_autoincrement=True,
)

# The link's token is shown once and stands here only as a digest.
team_invite = Table(
    "team_invite",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("team_id", Id, ForeignKey("team.id"), nullable=False),
    Column("token_digest", LargeBinary(32), nullable=False, unique=True),
    Column("start", String(8), nullable=False),  # how the token begins, to tell links apart
    Column("created_by", Id, ForeignKey("account.id")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("uses_limit", Integer),  # NULL: any number until it expires
    Column("uses", Integer, nullable=False),
    Column("revoked_at", UtcDateTime),
    Index("ix_team_invite_team_id", "team_id"),
    sqlite_autoincrement=True,
)
