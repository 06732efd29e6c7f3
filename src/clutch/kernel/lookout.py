"""The look at the heads of streams on PostgreSQL: one connection inside the event loop.

Every reader begins with it. A thread, a connection and a transaction for each took half of what
reading costs there; here whoever comes while a look is under way is answered by the next one, so
the more there is to do, the more readers share a look.
"""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg

from clutch.kernel.points import Point
from clutch.kernel.refusals import StorageUnavailable

# As long as writers stand in line.
PATIENCE_S = 5.0

_LOOK = """
SELECT epoch.value, (SELECT max(position) FROM event), stream.name, stream.seq
FROM epoch LEFT JOIN stream ON stream.name = ANY(%s)
"""

# Of a stream, or of the whole log.
_Asked = dict[str | None, asyncio.Future[Point | None]]


class Lookout:
    """Answers with what was committed when it was asked.

    Or with None when the connection broke: then ask another way, which knows what is wrong.

    Only within one event loop.
    """

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._arguments = arguments
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._waiting: _Asked = {}
        self._looking: asyncio.Task[None] | None = None

    async def ask(self, stream: str | None) -> Point | None:
        """The epoch and the stream's head seq; without a stream, the log's last position.

        Raises:
            StorageUnavailable: the database gave no answer for five seconds.
        """
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_while_asked())
        if stream not in self._waiting:
            self._waiting[stream] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(self._waiting[stream])
        except TimeoutError:
            raise StorageUnavailable from None

    async def close(self) -> None:
        """End the connection; who still waits has to ask another way."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        await self._forget()

    async def _look_while_asked(self) -> None:
        asked: _Asked = {}
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, {}
                found = await self._look([stream for stream in asked if stream is not None])
                for stream, answer in asked.items():
                    answer.set_result(found.get(stream))
        finally:
            for answer in (*asked.values(), *self._waiting.values()):
                if not answer.done():
                    answer.set_result(None)
            self._waiting, self._looking = {}, None

    async def _look(self, streams: list[str]) -> dict[str | None, Point]:
        """The points of these streams and of the log; of none when the database doesn't answer."""
        try:
            if self._connection is None:
                self._connection = await psycopg.AsyncConnection.connect(
                    **self._arguments, autocommit=True
                )
            found = await self._connection.execute(_LOOK, [streams])
            rows = await found.fetchall()
        except (psycopg.Error, OSError):
            await self._forget()
            return {}
        epoch, position = rows[0][:2]
        seqs = {name: seq for _, _, name, seq in rows}
        points: dict[str | None, Point] = {None: (epoch, position or 0)}
        return points | {stream: (epoch, seqs.get(stream, 0)) for stream in streams}

    async def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
