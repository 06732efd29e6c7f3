"""The threads of a serving process, and who gets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from clutch.accounts.passwords import MAX_WAITING

T = TypeVar("T")

# Log-ins that wait for the hashing queue hold a thread each; pages must find others.
THREADS: Final = 40 + MAX_WAITING
# On SQLite those who draw share one interpreter and hardly ever wait: more of them finish nothing
# sooner, and each time the event loop has spoken to the network it stands in line behind all of
# them (decision 0006 has the figures). On PostgreSQL they mostly wait for its answers.
DRAWERS: Final = 4

_drawers: RunVar[CapacityLimiter | None] = RunVar("drawers", None)


def share_out(*, few_draw: bool) -> None:
    """Say for this event loop how many threads there are, and whether only a few of them draw."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    _drawers.set(CapacityLimiter(DRAWERS) if few_draw else None)


async def draw(work: Callable[..., T], *arguments: Any) -> T:
    """Run what only reads in one of the drawing threads, in turn.

    Who writes may wait for the database for seconds, and takes any thread.
    """
    return await to_thread.run_sync(work, *arguments, limiter=_drawers.get())
