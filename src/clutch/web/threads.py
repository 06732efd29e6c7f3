"""Threads in which pages and answers are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

T = TypeVar("T")

# On SQLite they share one interpreter and hardly ever wait: more of them finish nothing sooner, and
# each time the event loop has spoken to the network it stands in line behind all of them. Under the
# load of docs/reliability.md the slowest hundredth took 1.2 to 2 times as long with 64. On
# PostgreSQL they wait for its answers most of the time, and need not be so few.
DRAWERS: Final = 4

_drawers: RunVar[CapacityLimiter | None] = RunVar("drawers", None)


def limit_drawers(most: int) -> None:
    """Let so many draw at once in this event loop; as many as there are threads before that."""
    _drawers.set(CapacityLimiter(most))


async def draw(work: Callable[..., T], *arguments: Any) -> T:
    """Run what only reads in one of the drawing threads, in turn.

    Who writes may wait for the database for seconds, and has threads of their own.
    """
    return await to_thread.run_sync(work, *arguments, limiter=_drawers.get())
