"""Projections: where each stands in the log. The era of what is kept outside the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clutch.kernel.columns import Id

revision = "0005"
down_revision = "0004"
phase = "expand"


def upgrade() -> None:
    op.create_table(
        "cursor",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("position", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("quiet_until", Id, nullable=False),
        sa.Column("trouble", sa.Text),
    )
    era = op.create_table(
        "era",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("value", Id, nullable=False),
    )
    op.bulk_insert(era, [{"id": 1, "value": 1}])
