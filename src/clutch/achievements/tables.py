"""The achievements' tables: what is held, how far everybody is, and what organizers made."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)

from clutch.kernel.columns import Id, UtcDateTime, metadata

# One row for what a holder has; `period` is the day or week of a challenge, else empty.
unlock = Table(
    "unlock",
    metadata,
    Column("holder_kind", String(8), primary_key=True),  # player | team
    Column("holder_id", Id, primary_key=True, autoincrement=False),
    Column("key", String(40), primary_key=True),
    Column("tier", SmallInteger, primary_key=True, autoincrement=False),
    Column("period", String(10), primary_key=True),
    Column("at", UtcDateTime, nullable=False),  # when its cause happened
    Column("tournament_id", String(8)),
    Column("match_id", String(12)),
    Column("team_id", Id),
    Column("points", SmallInteger, nullable=False),
    Index("ix_unlock_key_tier", "key", "tier", "holder_kind"),
    Index("ix_unlock_at", "holder_kind", "at"),
)

# How far a holder is: the sum of the points, and each count that is not 0.
standing = Table(
    "achievement_standing",
    metadata,
    Column("holder_kind", String(8), primary_key=True),
    Column("holder_id", Id, primary_key=True, autoincrement=False),
    Column("points", Integer, nullable=False),
    Column("held", Integer, nullable=False),  # tiers of the catalogue
    Column("counts", Text, nullable=False),  # JSON: key to value
    Index("ix_achievement_standing_points", "holder_kind", "points", "holder_id"),
)

# One row: grows when the unlocks, or the people whom they are counted among, are others.
tally = Table(
    "achievement_tally",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", Id, nullable=False),
)

own_achievement = Table(
    "own_achievement",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("owner_id", Id, ForeignKey("account.id"), nullable=False),
    Column("rule", String(16), nullable=False),
    Column("target", Integer, nullable=False),  # of the first tier
    Column("further", Text, nullable=False, server_default="[]"),  # JSON: targets of the others
    Column("game", String(60)),  # NULL: any
    Column("format", String(32)),  # NULL: any
    Column("everywhere", Boolean, nullable=False),
    Column("words", Text, nullable=False),  # JSON: language to name and text
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
    Index("ix_own_achievement_owner_id", "owner_id"),
    sqlite_autoincrement=True,
)
