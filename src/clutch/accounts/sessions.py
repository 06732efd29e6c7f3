"""Log-in sessions: rows in the database, so that they end the moment they should.

The browser holds a random 256-bit token, the database its SHA-256; neither can be made from the
other. Whom a personal token stands for is answered here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from clutch.accounts.digests import digest_of
from clutch.accounts.models import AccountId, Actor, Role, Scope, Session, SessionId, TokenId
from clutch.accounts.policy import may_login, scopes_within
from clutch.accounts.tables import account, session, token
from clutch.kernel.writing import Transaction

UNUSED_LIFE = timedelta(days=30)
TOUCH_EVERY = timedelta(minutes=5)

_OF_TOKEN = (
    select(
        session.c.id,
        session.c.account_id,
        session.c.device,
        session.c.address,
        session.c.created_at,
        session.c.last_seen_at,
        account.c.name,
        account.c.role,
        account.c.language,
        account.c.zone,
        account.c.banned_at,
        account.c.deleted_at,
    )
    .join_from(session, account, session.c.account_id == account.c.id)
    .where(session.c.token_digest == bindparam("digest"))
)
_OF_BEARER = (
    select(
        token.c.id,
        token.c.account_id,
        token.c.scopes,
        token.c.last_used_at,
        account.c.name,
        account.c.role,
        account.c.language,
        account.c.zone,
        account.c.banned_at,
        account.c.deleted_at,
    )
    .join_from(token, account, token.c.account_id == account.c.id)
    .where(token.c.token_digest == bindparam("digest"))
)
_ROLES = {role.value: role for role in Role}


def actor_of_session(conn: Connection, secret: str, now: datetime) -> tuple[Actor, Session] | None:
    """Who holds `secret`; None when it was never given out, has ended, or its owner is banned or
    gone.

    One indexed query; it never writes. See `touch_session` for the time a session was last used.
    """
    row = conn.execute(_OF_TOKEN, {"digest": digest_of(secret)}).one_or_none()
    if row is None or row.last_seen_at <= now - UNUSED_LIFE or not may_login(row):
        return None
    actor = Actor(row.account_id, row.name, _ROLES[row.role], row.language, row.zone)
    return actor, Session(*row[:6])


def actor_of_token(conn: Connection, secret: str, now: datetime) -> Actor | None:
    """Whom a personal token stands for; None when it was never made, is revoked, or its owner is
    banned or gone.
    """
    found = token_in_use(conn, secret, now)
    return None if found is None else found[0]


def token_in_use(
    conn: Connection, secret: str, now: datetime
) -> tuple[Actor, TokenId | None] | None:
    """The actor of a personal token, and the token's id when `touch_token` is due."""
    row = conn.execute(_OF_BEARER, {"digest": digest_of(secret)}).one_or_none()
    if row is None or not may_login(row):
        return None
    role = _ROLES[row.role]
    # Asked anew each time: a token made by an admin is no admin's any more once its owner is none.
    scopes = frozenset(Scope(scope) for scope in row.scopes.split()) & scopes_within(role)
    actor = Actor(row.account_id, row.name, role, row.language, row.zone, scopes)
    is_due = row.last_used_at is None or now - row.last_used_at >= TOUCH_EVERY
    return actor, TokenId(row.id) if is_due else None


def touch_token(tx: Transaction, token_id: TokenId) -> None:
    """Note that a token was used just now."""
    tx.conn.execute(update(token).where(token.c.id == token_id).values(last_used_at=tx.now))


def is_stale(session: Session, now: datetime) -> bool:
    """Whether `touch_session` is due; at most once in a few minutes a session."""
    return now - session.last_seen_at >= TOUCH_EVERY


def touch_session(tx: Transaction, session_id: SessionId) -> None:
    """Note that a session was used just now, which keeps it from expiring."""
    tx.conn.execute(update(session).where(session.c.id == session_id).values(last_seen_at=tx.now))


def open_session(
    tx: Transaction, account_id: AccountId, device: str, address: str
) -> tuple[Session, str]:
    """A new session and its token, which is shown to the browser once and kept nowhere.

    The caller has asked `may_login`. Sessions of the account that expired are swept away.
    """
    tx.conn.execute(
        delete(session).where(
            session.c.account_id == account_id, session.c.last_seen_at <= tx.now - UNUSED_LIFE
        )
    )
    secret = tx.new_token()
    row = {
        "token_digest": digest_of(secret),
        "account_id": account_id,
        "device": device[:200],
        "address": address[:64],
        "created_at": tx.now,
        "last_seen_at": tx.now,
    }
    new_id = tx.conn.execute(insert(session).values(row).returning(session.c.id)).scalar_one()
    return Session(
        SessionId(new_id), account_id, device[:200], address[:64], tx.now, tx.now
    ), secret


def end_session(tx: Transaction, account_id: AccountId, session_id: SessionId) -> None:
    """End one of the account's sessions at once; ending one that is gone is no mistake."""
    tx.conn.execute(
        delete(session).where(session.c.id == session_id, session.c.account_id == account_id)
    )


def end_sessions(tx: Transaction, account_id: AccountId, *, keep: SessionId | None = None) -> int:
    """End all sessions of the account but `keep`; the number of those that ended."""
    ending = delete(session).where(session.c.account_id == account_id)
    if keep is not None:
        ending = ending.where(session.c.id != keep)
    return tx.conn.execute(ending).rowcount


def sessions_of(conn: Connection, account_id: AccountId, now: datetime) -> list[Session]:
    """The account's living sessions, last used first."""
    rows = conn.execute(
        select(*_SESSION)
        .where(session.c.account_id == account_id, session.c.last_seen_at > now - UNUSED_LIFE)
        .order_by(session.c.last_seen_at.desc(), session.c.id.desc())
    )
    return [Session(*row) for row in rows]


def living(
    conn: Connection, session_ids: Iterable[SessionId], now: datetime
) -> frozenset[SessionId]:
    """Which of these sessions still count (for long-lived connections: ask every few seconds)."""
    found: set[SessionId] = set()
    for some in _in_portions(list(session_ids)):
        rows = conn.execute(_STANDING.where(session.c.id.in_(some))).all()
        found.update(
            row.id for row in rows if may_login(row) and row.last_seen_at > now - UNUSED_LIFE
        )
    return frozenset(found)


def _in_portions(ids: list[SessionId], size: int = 500) -> Iterable[list[SessionId]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


_SESSION: tuple[Any, ...] = tuple(session.c[name] for name in Session.__dataclass_fields__)
_STANDING = select(
    session.c.id, session.c.last_seen_at, account.c.banned_at, account.c.deleted_at
).join_from(session, account, session.c.account_id == account.c.id)
