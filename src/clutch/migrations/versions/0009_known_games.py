"""Statistics: in how many matches the games are known, and with whom the best place is shared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
phase = "expand"


def upgrade() -> None:
    op.add_column(
        "statistics_tally",
        sa.Column("games_from", sa.Integer, nullable=False, server_default="0"),
    )
    op.add_column("statistics_tally", sa.Column("best_to", sa.SmallInteger))
