"""Organizers' own achievements: tiers, and the format of the tournaments that count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
phase = "expand"


def upgrade() -> None:
    further = sa.Column("further", sa.Text, nullable=False, server_default="[]")
    op.add_column("own_achievement", further)
    op.add_column("own_achievement", sa.Column("format", sa.String(32)))
