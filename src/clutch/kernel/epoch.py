"""The epoch: a random id of this history of the data.

It is new whenever the data's generation changes (a restore, an update that was rolled
back), so that nobody trusts a `seq` from a future that did not happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from clutch.kernel import ids
from clutch.kernel.tables import epoch

if TYPE_CHECKING:
    from clutch.kernel.writing import Transaction

_VALUE = select(epoch.c.value)


def get_epoch(conn: Connection) -> str:
    """The epoch of this database. Ask in the transaction that reads what it is said of."""
    return str(conn.execute(_VALUE).scalar_one())


def renew(tx: Transaction) -> str:
    """Begin a new epoch."""
    value = ids.new_key(12)
    tx.conn.execute(update(epoch).values(value=value))
    return value
