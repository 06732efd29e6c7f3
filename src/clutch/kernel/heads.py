"""Where each stream stands now, asked cheaply by everybody who reads.

On SQLite the answer comes from a connection of its own inside the event loop, in some tens of
microseconds: a WAL reader never waits for a writer. On PostgreSQL it takes a thread.
"""

from __future__ import annotations

import sqlite3

from anyio import to_thread
from sqlalchemy import Connection

from clutch.kernel import log
from clutch.kernel.database import Database, prepare_sqlite, sqlite_path
from clutch.kernel.epoch import get_epoch

# The epoch, and a seq or a position in it: two of different epochs say nothing of each other.
Point = tuple[str, int]

_POINT = "SELECT (SELECT value FROM epoch), (SELECT seq FROM stream WHERE name = ?)"
_LAST = "SELECT (SELECT value FROM epoch), (SELECT max(position) FROM event)"


class Heads:
    """Heads of streams, as committed at the moment of asking; never remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None

    async def point(self, stream: str) -> Point:
        """The epoch and the stream's head seq; 0 for a stream on which nothing happened.

        Raises:
            StorageUnavailable: the database can't be read.
        """
        if self._database.is_sqlite:
            try:
                return self._ask(_POINT, (stream,))
            except sqlite3.Error:
                self._forget()  # locked or moved: the slow way waits, or says what is wrong
        return await to_thread.run_sync(self._point_now, stream)

    async def last(self) -> Point:
        """The epoch and the position of the log's last event."""
        if self._database.is_sqlite:
            try:
                return self._ask(_LAST, ())
            except sqlite3.Error:
                self._forget()
        return await to_thread.run_sync(self._last_now)

    def close(self) -> None:
        self._forget()

    def _point_now(self, stream: str) -> Point:
        with self._database.read() as conn:
            return point(conn, stream)

    def _last_now(self) -> Point:
        with self._database.read() as conn:
            return get_epoch(conn), log.last_position(conn)

    def _ask(self, statement: str, arguments: tuple[str, ...]) -> Point:
        if self._connection is None:
            connection = sqlite3.connect(
                sqlite_path(self._database.url), check_same_thread=False, timeout=0
            )
            prepare_sqlite(connection, reading=True)
            connection.execute("PRAGMA busy_timeout=0")
            self._connection = connection
        epoch, number = self._connection.execute(statement, arguments).fetchone()
        return epoch, number or 0

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def point(conn: Connection, stream: str) -> Point:
    """The epoch and the stream's head seq, as this snapshot has them."""
    return get_epoch(conn), log.head(conn, stream)
