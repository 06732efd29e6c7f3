"""Where each stream stands now, asked cheaply by everybody who reads.

On SQLite the answer comes from a connection of its own inside the event loop, in some tens of
microseconds: a WAL reader never waits for a writer. On PostgreSQL it takes a thread.
"""

from __future__ import annotations

import sqlite3

from anyio import to_thread

from clutch.kernel import log
from clutch.kernel.database import Database, prepare_sqlite, sqlite_path


class Heads:
    """Heads of streams, as committed at the moment of asking; never remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None

    async def seq(self, stream: str) -> int:
        """The stream's head seq; 0 for a stream on which nothing happened.

        Raises:
            StorageUnavailable: the database can't be read.
        """
        if self._database.is_sqlite:
            try:
                return self._ask("SELECT seq FROM stream WHERE name = ?", (stream,))
            except sqlite3.Error:
                self._forget()  # locked or moved: the slow way waits, or says what is wrong
        return await to_thread.run_sync(self.seq_now, stream)

    async def last_position(self) -> int:
        """The position of the log's last event."""
        if self._database.is_sqlite:
            try:
                return self._ask("SELECT max(position) FROM event", ())
            except sqlite3.Error:
                self._forget()
        return await to_thread.run_sync(self.last_position_now)

    def seq_now(self, stream: str) -> int:
        """The same as `seq`, for worker threads."""
        with self._database.read() as conn:
            return log.head(conn, stream)

    def last_position_now(self) -> int:
        """The same as `last_position`, for worker threads."""
        with self._database.read() as conn:
            return log.last_position(conn)

    def close(self) -> None:
        self._forget()

    def _ask(self, statement: str, arguments: tuple[str, ...]) -> int:
        if self._connection is None:
            connection = sqlite3.connect(
                sqlite_path(self._database.url), check_same_thread=False, timeout=0
            )
            prepare_sqlite(connection, reading=True)
            connection.execute("PRAGMA busy_timeout=0")
            self._connection = connection
        row = self._connection.execute(statement, arguments).fetchone()
        return (row[0] or 0) if row else 0

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
