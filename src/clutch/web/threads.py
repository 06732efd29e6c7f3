"""The threads of a serving process, and who gets them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from clutch.accounts.passwords import MAX_WAITING
from clutch.kernel.database import Database
from clutch.web.refusals import ManyReaders

T = TypeVar("T")

# Log-ins that wait for the hashing queue hold a thread each; pages must find others.
THREADS: Final = 40 + MAX_WAITING
# Those who draw share one interpreter. More of them finish nothing sooner, and the event loop and
# whoever writes stand in line behind all of them each time they have spoken to the network or the
# database. Who draws from PostgreSQL waits for its answers most of the time, so there are more of
# them; but few while writers stand in line (decisions 0006 and 0018 have the figures).
FEW: Final = 4
DRAWERS_ON_POSTGRES: Final = 12
PATIENCE_S: Final = 5.0


class _Drawers:
    """Places for those who draw, in the order in which they came."""

    def __init__(self, database: Database) -> None:
        places = drawers_on(database)
        self._database = database
        self._places, self._few = asyncio.Semaphore(places), asyncio.Semaphore(FEW)
        # Nobody waits here: it only keeps their threads apart from all others.
        self.limiter = CapacityLimiter(places)

    async def take_place(self, turn: AsyncExitStack) -> None:
        """Wait for a place; it is free again at the end of `turn`."""
        await turn.enter_async_context(self._places)
        if self._database.is_busy_writing:
            await turn.enter_async_context(self._few)


_drawers: RunVar[_Drawers | None] = RunVar("drawers", None)


def drawers_on(database: Database) -> int:
    """How many may draw at once in a process."""
    return FEW if database.is_sqlite else DRAWERS_ON_POSTGRES


def share_out(database: Database) -> None:
    """Say for this event loop how many threads there are, and how many of them draw."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    _drawers.set(_Drawers(database))


async def draw(work: Callable[..., T], *arguments: Any) -> T:
    """Run what only reads in one of the drawing threads, in turn.

    Who writes may wait for the database for seconds, and takes any thread.

    Raises:
        ManyReaders: it wasn't this one's turn within five seconds.
    """
    drawers = _drawers.get()
    if drawers is None:
        return await to_thread.run_sync(work, *arguments)
    async with AsyncExitStack() as turn:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await drawers.take_place(turn)
        except TimeoutError:
            raise ManyReaders from None
        return await to_thread.run_sync(work, *arguments, limiter=drawers.limiter)
