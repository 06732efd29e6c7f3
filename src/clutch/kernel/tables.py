"""The kernel's own tables."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from clutch.kernel.columns import Id, UtcDateTime, metadata

event = Table(
    "event",
    metadata,
    Column("position", Id, primary_key=True, autoincrement=True),
    Column("stream", String(64), nullable=False),
    Column("seq", Id, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("schema", SmallInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("actor_id", Id),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("stream", "seq"),
    sqlite_autoincrement=True,
)

stream = Table(
    "stream",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("seq", Id, nullable=False),
)

epoch = Table(
    "epoch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("value", String(32), nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor_id", Id, primary_key=True, autoincrement=False),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

timer = Table(
    "timer",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(64), nullable=False),
    Column("key", String(128), nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("kind", "key"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("created_at", UtcDateTime, nullable=False),
)

cursor = Table(
    "cursor",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("position", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("quiet_until", Id, nullable=False),
    Column("trouble", Text),
)

era = Table(
    "era",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("value", Id, nullable=False),
)

write_probe = Table(
    "write_probe",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
