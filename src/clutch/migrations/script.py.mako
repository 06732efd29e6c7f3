"""${message}"""

from __future__ import annotations

from alembic import op

revision = "${up_revision}"
down_revision = ${repr(down_revision)}
phase = "expand"


def upgrade() -> None:
    ${upgrades if upgrades else "raise NotImplementedError"}
