"""Where each stream stands now, asked cheaply by everybody who reads.

The answer comes from a connection of its own inside the event loop: on SQLite in some tens of
microseconds, as a WAL reader never waits for a writer, on PostgreSQL through the `Lookout`. When
that fails a thread asks, which may wait, and says what is wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from anyio import to_thread

from clutch.kernel import log
from clutch.kernel.database import Database, prepare_sqlite, sqlite_path
from clutch.kernel.epoch import get_epoch
from clutch.kernel.points import Point, point

if TYPE_CHECKING:
    from clutch.kernel.lookout import Lookout

_POINT = "SELECT (SELECT value FROM epoch), (SELECT seq FROM stream WHERE name = ?)"
_LAST = "SELECT (SELECT value FROM epoch), (SELECT max(position) FROM event)"


class Heads:
    """Heads of streams, as committed at the moment of asking; never remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None
        self._lookout: Lookout | None = None

    @asynccontextmanager
    async def within_loop(self) -> AsyncIterator[None]:
        """Ask PostgreSQL inside this event loop, until the end of the block."""
        if self._database.is_sqlite:
            yield
            return
        # With psycopg, which a site on SQLite never loads.
        from clutch.kernel.lookout import Lookout

        self._lookout = lookout = Lookout(self._database.reading_arguments())
        try:
            yield
        finally:
            self._lookout = None
            await lookout.close()

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
        elif self._lookout and (found := await self._lookout.ask(stream)):
            return found
        return await to_thread.run_sync(self._point_now, stream)

    async def last(self) -> Point:
        """The epoch and the position of the log's last event."""
        if self._database.is_sqlite:
            try:
                return self._ask(_LAST, ())
            except sqlite3.Error:
                self._forget()
        elif self._lookout and (found := await self._lookout.ask(None)):
            return found
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
