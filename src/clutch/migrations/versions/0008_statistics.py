"""Statistics: decided matches in their order, who played them, and what they add up to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clutch.kernel.columns import Id, UtcDateTime

revision = "0008"
down_revision = "0007"
phase = "expand"


def upgrade() -> None:
    _match()
    _played()
    _placed()
    _tally()
    op.create_table(
        "statistics_refold",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("since", Id, nullable=False),
        sa.Column("next", Id, nullable=False),
    )


def _match() -> None:
    op.create_table(
        "statistics_match",
        sa.Column("tournament_id", sa.String(8), primary_key=True),
        sa.Column("match_id", sa.String(12), primary_key=True),
        sa.Column("place", Id, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("game", sa.String(60), nullable=False),
        sa.Column("format", sa.String(24), nullable=False),
        sa.Column("by_teams", sa.Boolean, nullable=False),
        sa.Column("sides", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("winner", sa.SmallInteger),
        sa.Column("score_a", sa.Integer),
        sa.Column("score_b", sa.Integer),
        sa.Column("best_of", sa.SmallInteger),
        sa.Column("maps", sa.Text),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("standing", sa.Boolean, nullable=False),
        sa.Column("awaiting", sa.Boolean, nullable=False),
    )
    op.create_index("ix_statistics_match_place", "statistics_match", ["place"], unique=True)
    op.create_index("ix_statistics_match_awaiting", "statistics_match", ["awaiting"])


def _played() -> None:
    op.create_table(
        "statistics_played",
        sa.Column("mode", sa.String(6), primary_key=True),
        sa.Column("holder_id", Id, primary_key=True, autoincrement=False),
        sa.Column("place", Id, primary_key=True, autoincrement=False),
        sa.Column("side", sa.SmallInteger, nullable=False),
        sa.Column("game", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("won", sa.Boolean, nullable=False),
        sa.Column("chance", sa.Double),
        sa.Column("skill", sa.Double),
        sa.Column("doubt", sa.Double),
        sa.Column("game_skill", sa.Double),
        sa.Column("game_doubt", sa.Double),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_statistics_played_place", "statistics_played", ["place"])


def _placed() -> None:
    op.create_table(
        "statistics_placed",
        sa.Column("mode", sa.String(6), primary_key=True),
        sa.Column("holder_id", Id, primary_key=True, autoincrement=False),
        sa.Column("tournament_id", sa.String(8), primary_key=True),
        sa.Column("place", Id, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("game", sa.String(60), nullable=False),
        sa.Column("format", sa.String(24), nullable=False),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("to", sa.SmallInteger, nullable=False),
        sa.Column("participants", sa.SmallInteger, nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_statistics_placed_tournament_id", "statistics_placed", ["tournament_id"])


_COUNTERS = (
    "played",
    "won",
    "lost",
    "walkovers_won",
    "walkovers_lost",
    "games_won",
    "games_lost",
    "deciders_won",
    "deciders_lost",
    "placed",
    "titles",
    "podiums",
    "rank_sum",
)


def _tally() -> None:
    op.create_table(
        "statistics_tally",
        sa.Column("mode", sa.String(6), primary_key=True),
        sa.Column("holder_id", Id, primary_key=True, autoincrement=False),
        sa.Column("axis", sa.String(8), primary_key=True),
        sa.Column("value", sa.String(64), primary_key=True),
        sa.Column("period", sa.String(7), primary_key=True),
        *[sa.Column(name, sa.Integer, nullable=False) for name in _COUNTERS],
        sa.Column("best_rank", sa.SmallInteger),
        sa.Column("best_among", sa.SmallInteger),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("streak", sa.Integer, nullable=False),
        sa.Column("longest", sa.Integer, nullable=False),
        sa.Column("first_at", UtcDateTime),
        sa.Column("last_at", UtcDateTime),
        sa.Column("skill", sa.Double),
        sa.Column("doubt", sa.Double),
        sa.Column("floor", sa.Double),
        sa.Column("form_share", sa.Double),
        sqlite_with_rowid=False,
    )
    board = ["mode", "axis", "value", "period"]
    op.create_index("ix_statistics_tally_floor", "statistics_tally", [*board, "floor"])
    op.create_index("ix_statistics_tally_titles", "statistics_tally", [*board, "titles"])
