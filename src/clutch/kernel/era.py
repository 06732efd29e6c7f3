"""The era of what is kept outside the database: part of every key there.

It moves on when a shared cache comes back from an outage, so that nothing which was put there
before is ever read again.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from clutch.kernel.database import Database
from clutch.kernel.tables import era as table
from clutch.kernel.writing import Transaction, Writer

_READ = select(table.c.value)
_NEXT = update(table).values(value=table.c.value + 1)


def read_era(conn: Connection) -> int:
    """The era that the database stands in."""
    return int(conn.execute(_READ).scalar_one())


class Era:
    """The era as this process knows it; any thread may read `value`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        with database.read() as conn:
            self.value = read_era(conn)

    def look(self) -> None:
        """Take over what another process may have made of it.

        Raises:
            StorageUnavailable: the database can't be read.
        """
        with self._database.read() as conn:
            self.value = read_era(conn)

    def move_on(self) -> None:
        """Begin a new era.

        Raises:
            StorageUnavailable, WritesPaused: the database can't be written now.
        """

        def work(tx: Transaction) -> int:
            tx.conn.execute(_NEXT)
            return read_era(tx.conn)

        self.value = self._writer.write(work)
