"""Deliveries: what leaves the site (mail), queued in the transaction of its cause.

Each is sent at least once, with its id, so that the receiver can drop a second copy. A
delivery that is sent is gone from the table; one that keeps failing waits ever longer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from clutch.kernel.tables import delivery
from clutch.kernel.writing import Transaction

Send = Callable[[int, dict[str, Any]], None]

LONGEST_WAIT = timedelta(hours=24)
GIVE_UP_AFTER = 20

_DUE = (
    select(delivery.c.id, delivery.c.kind, delivery.c.body, delivery.c.attempts)
    .where(delivery.c.due_at <= bindparam("now"), delivery.c.attempts < GIVE_UP_AFTER)
    .order_by(delivery.c.due_at, delivery.c.id)
    .limit(20)
)


_WAITS = (delivery.c.attempts > 0) & (delivery.c.attempts < GIVE_UP_AFTER)
_TROUBLES = (
    select(delivery.c.last_error)
    .where(delivery.c.kind == bindparam("of_kind"), _WAITS, delivery.c.last_error.is_not(None))
    .order_by(delivery.c.id.desc())
    .limit(20)
)
_HURRY = update(delivery).where(delivery.c.kind == bindparam("of_kind"), _WAITS)


class Delivery(msgspec.Struct, frozen=True):
    """One thing to send."""

    id: int
    kind: str
    body: dict[str, Any]
    attempts: int


def queue(tx: Transaction, kind: str, body: dict[str, Any]) -> None:
    """Send `body` by the sender of `kind` soon after the commit."""
    tx.conn.execute(
        insert(delivery).values(
            kind=kind,
            body=msgspec.json.encode(body).decode(),
            due_at=tx.now,
            attempts=0,
            created_at=tx.now,
        )
    )


def due(conn: Connection, now: datetime) -> list[Delivery]:
    """Deliveries whose time has come, oldest first, a handful at a time."""
    rows = conn.execute(_DUE, {"now": now}).all()
    return [Delivery(row.id, row.kind, msgspec.json.decode(row.body), row.attempts) for row in rows]


def sent(tx: Transaction, delivery_id: int) -> None:
    """It went out: forget it, whatever secret it carried."""
    tx.conn.execute(delete(delivery).where(delivery.c.id == delivery_id))


def troubles(conn: Connection, kind: str) -> list[str]:
    """Why deliveries of this kind could not be sent and wait to be tried again, newest first."""
    return list(conn.execute(_TROUBLES, {"of_kind": kind}).scalars())


def hurry(tx: Transaction, kind: str) -> None:
    """Try those that wait now: what was in their way is gone."""
    tx.conn.execute(_HURRY.values(due_at=tx.now), {"of_kind": kind})


def failed(tx: Transaction, one: Delivery, reason: str) -> None:
    """It did not go out: try again after a wait that doubles."""
    wait = min(timedelta(seconds=15 * 2**one.attempts), LONGEST_WAIT)
    tx.conn.execute(
        update(delivery)
        .where(delivery.c.id == one.id)
        .values(attempts=one.attempts + 1, due_at=tx.now + wait, last_error=reason[:500])
    )
