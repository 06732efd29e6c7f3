"""What nobody needs any more, swept away about once an hour."""

from __future__ import annotations

from sqlalchemy import delete

from clutch.accounts.login import DEVICE_LIFE
from clutch.accounts.sessions import UNUSED_LIFE
from clutch.accounts.tables import attempt, known_device, reset_link, session
from clutch.kernel.writing import Transaction


def sweep(tx: Transaction) -> None:
    """Forget expired sessions, reset links, spent budgets and long unused devices."""
    tx.conn.execute(delete(session).where(session.c.last_seen_at <= tx.now - UNUSED_LIFE))
    tx.conn.execute(delete(reset_link).where(reset_link.c.expires_at <= tx.now))
    tx.conn.execute(delete(attempt).where(attempt.c.until <= tx.now))
    tx.conn.execute(delete(known_device).where(known_device.c.last_used_at <= tx.now - DEVICE_LIFE))
