"""The statistics' own tables: what a rebuild empties and folds again. No names stand here."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)

from clutch.kernel.columns import Id, UtcDateTime, metadata

# Each decided match between two participants, in the order in which they rate.
decided = Table(
    "statistics_match",
    metadata,
    Column("tournament_id", String(8), primary_key=True),
    Column("match_id", String(12), primary_key=True),
    Column("place", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("game", String(60), nullable=False),
    Column("format", String(24), nullable=False),
    Column("by_teams", Boolean, nullable=False),
    Column("sides", Text, nullable=False),  # JSON: models.Side twice
    Column("outcome", String(16), nullable=False),
    Column("winner", SmallInteger),  # 0 | 1
    Column("score_a", Integer),
    Column("score_b", Integer),
    Column("best_of", SmallInteger),
    Column("maps", Text),  # JSON: models.MapWon
    Column("counts", Boolean, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("awaiting", Boolean, nullable=False),
    Index("ix_statistics_match_place", "place", unique=True),
    Index("ix_statistics_match_awaiting", "awaiting"),
)

# A counted match in the life of one holder, with the rating after it.
played = Table(
    "statistics_played",
    metadata,
    Column("mode", String(6), primary_key=True),
    Column("holder_id", Id, primary_key=True, autoincrement=False),
    Column("place", Id, primary_key=True, autoincrement=False),
    Column("side", SmallInteger, nullable=False),
    Column("game", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("won", Boolean, nullable=False),
    Column("chance", Double),  # of winning, as the ratings before it had it; NULL: not rated
    Column("skill", Double),
    Column("doubt", Double),
    Column("game_skill", Double),
    Column("game_doubt", Double),
    Index("ix_statistics_played_place", "place"),
    sqlite_with_rowid=False,
)

placed = Table(
    "statistics_placed",
    metadata,
    Column("mode", String(6), primary_key=True),
    Column("holder_id", Id, primary_key=True, autoincrement=False),
    Column("tournament_id", String(8), primary_key=True),
    Column("place", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("game", String(60), nullable=False),
    Column("format", String(24), nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("to", SmallInteger, nullable=False),
    Column("participants", SmallInteger, nullable=False),
    Column("counts", Boolean, nullable=False),
    Index("ix_statistics_placed_tournament_id", "tournament_id"),
    sqlite_with_rowid=False,
)

# tallies.Tally by holder and tallies.TallyKey.
tally = Table(
    "statistics_tally",
    metadata,
    Column("mode", String(6), primary_key=True),
    Column("holder_id", Id, primary_key=True, autoincrement=False),
    Column("axis", String(8), primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("played", Integer, nullable=False),
    Column("won", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("walkovers_won", Integer, nullable=False),
    Column("walkovers_lost", Integer, nullable=False),
    Column("games_won", Integer, nullable=False),
    Column("games_lost", Integer, nullable=False),
    Column("games_from", Integer, nullable=False, server_default="0"),
    Column("deciders_won", Integer, nullable=False),
    Column("deciders_lost", Integer, nullable=False),
    Column("placed", Integer, nullable=False),
    Column("titles", Integer, nullable=False),
    Column("podiums", Integer, nullable=False),
    Column("rank_sum", Integer, nullable=False),
    Column("best_rank", SmallInteger),
    Column("best_to", SmallInteger),
    Column("best_among", SmallInteger),
    Column("form", String(20), nullable=False),
    Column("streak", Integer, nullable=False),
    Column("longest", Integer, nullable=False),
    Column("first_at", UtcDateTime),
    Column("last_at", UtcDateTime),
    Column("skill", Double),
    Column("doubt", Double),
    # What leaderboards rank by: skill less twice the doubt; the share of W in five or more.
    Column("floor", Double),
    Column("form_share", Double),
    Index("ix_statistics_tally_floor", "mode", "axis", "value", "period", "floor"),
    Index("ix_statistics_tally_titles", "mode", "axis", "value", "period", "titles"),
    sqlite_with_rowid=False,
)

# At most one row: ratings from place `since` on are being computed anew, and are right before
# place `next`.
refold = Table(
    "statistics_refold",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("since", Id, nullable=False),
    Column("next", Id, nullable=False),
)

ALL_TABLES = (decided, played, placed, tally, refold)
