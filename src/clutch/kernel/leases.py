"""Leases: which one of the serving processes runs a thing that must run once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from clutch.kernel.tables import lease
from clutch.kernel.writing import Transaction

LENGTH = timedelta(seconds=4)

_FIND = select(lease.c.holder, lease.c.until).where(lease.c.name == bindparam("lease_name"))
_TAKE = (
    update(lease)
    .where(lease.c.name == bindparam("lease_name"))
    .values(holder=bindparam("who"), until=bindparam("till"))
)


def hold(tx: Transaction, name: str, holder: str) -> bool:
    """Take or renew the lease for a few seconds; False while somebody else holds it.

    A holder that dies is replaced when its lease has run out, within five seconds.
    """
    found = tx.conn.execute(_FIND.with_for_update(), {"lease_name": name}).one_or_none()
    if found is None:
        return _begin(tx, name, holder)
    if found.holder != holder and found.until > tx.now:
        return False
    tx.conn.execute(_TAKE, {"lease_name": name, "who": holder, "till": tx.now + LENGTH})
    return True


def let_go(tx: Transaction, name: str, holder: str) -> None:
    """Give the lease back at once, so that the next process need not wait."""
    tx.conn.execute(
        update(lease).where(lease.c.name == name, lease.c.holder == holder).values(until=tx.now)
    )


def _begin(tx: Transaction, name: str, holder: str) -> bool:
    new = (sqlite.insert if tx.conn.dialect.name == "sqlite" else postgresql.insert)(lease)
    made = new.values(name=name, holder=holder, until=tx.now + LENGTH).on_conflict_do_nothing()
    return tx.conn.execute(made.returning(lease.c.name)).first() is not None
