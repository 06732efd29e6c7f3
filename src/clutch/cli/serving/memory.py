"""How processes that live long use memory."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress
from typing import Final

# What pages and statements are made of lies in rings, and everybody waits while those are taken
# apart: some 10 ms for so many. What lives long is looked through as seldom as can be.
COLLECT_AFTER: Final = (5_000, 20, 100)
ARENAS: Final = 2
_M_ARENA_MAX: Final = -8  # malloc.h


def settle() -> None:
    """Call it once all is imported and no thread runs, before forking.

    Memory stays shared with the children unless it is written; the collector writes to it.
    """
    share_arenas()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()


def share_arenas() -> None:
    """Let the threads of this process share two arenas of glibc's.

    It would make eight for each processor, and what each has ever needed stays with it. Threads
    that wait for the interpreter anyway lose nothing by it. Other C libraries have no such call.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
