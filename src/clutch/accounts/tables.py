"""The accounts' own tables. Secrets stand here only as digests that can't be turned back."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from clutch.accounts.names import CODE_POINT_LIMIT, KEY_LIMIT
from clutch.kernel.columns import Id, UtcDateTime, metadata

# A deleted account keeps its row (results point at it) with every personal column empty.
account = Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(CODE_POINT_LIMIT)),
    Column("name_folded", String(KEY_LIMIT), unique=True),
    Column("name_skeleton", String(KEY_LIMIT), unique=True),
    Column("name_shape", String(KEY_LIMIT), unique=True),
    Column("email", String(254)),
    Column("email_folded", String(254), index=True),
    Column("password_hash", String(255)),
    Column("role", String(16), nullable=False),
    Column("language", String(8)),
    Column("zone", String(64)),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("password_set_at", UtcDateTime),
    Column("banned_at", UtcDateTime),
    Column("ban_reason", Text),
    Column("deleted_at", UtcDateTime),
    sqlite_autoincrement=True,
)

session = Table(
    "session",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token_digest", LargeBinary(32), nullable=False, unique=True),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False, index=True),
    Column("device", String(200), nullable=False),
    Column("address", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False, index=True),
    sqlite_autoincrement=True,
)

# Browsers in which somebody logged in before; they have their own budget of wrong passwords.
known_device = Table(
    "known_device",
    metadata,
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("device_digest", LargeBinary(32), primary_key=True),
    Column("last_used_at", UtcDateTime, nullable=False),
)

token = Table(
    "token",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token_digest", LargeBinary(32), nullable=False, unique=True),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("start", String(16), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    sqlite_autoincrement=True,
)

# At most one living link an account: a newer one takes the older one's place.
reset_link = Table(
    "reset_link",
    metadata,
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("token_digest", LargeBinary(32), nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

# Tries at log-in, sign-up and reset links, counted by all processes; kept until the last limit of
# the budget has forgotten them. `budget` is a digest of what is limited: a name, an address, both.
attempt = Table(
    "attempt",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("budget", LargeBinary(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False, index=True),
    Index("ix_attempt_budget_at", "budget", "at"),
    sqlite_autoincrement=True,
)
