"""The kernel: log, streams, epoch, idempotency, timers, leases, deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clutch.kernel import ids
from clutch.kernel.columns import Id, UtcDateTime

revision = "0001"
down_revision = None
phase = "expand"


def upgrade() -> None:
    _log()
    _requests()
    _background()
    _keep_the_log()


def _log() -> None:
    op.create_table(
        "event",
        sa.Column("position", Id, primary_key=True, autoincrement=True),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("schema", sa.SmallInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("actor_id", Id),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("stream", "seq", name="uq_event_stream_seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "stream",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("seq", Id, nullable=False),
    )
    epoch = op.create_table(
        "epoch",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("value", sa.String(32), nullable=False),
    )
    op.bulk_insert(epoch, [{"id": 1, "value": ids.new_key(12)}])


def _requests() -> None:
    op.create_table(
        "idempotency",
        sa.Column("actor_id", Id, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False, index=True),
    )
    op.create_table(
        "write_probe",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def _background() -> None:
    op.create_table(
        "timer",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.UniqueConstraint("kind", "key", name="uq_timer_kind_key"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )


def _keep_the_log() -> None:
    """Let the database itself refuse to change or delete what happened."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER event_no_{act.lower()} BEFORE {act} ON event "
                "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()"
    )
