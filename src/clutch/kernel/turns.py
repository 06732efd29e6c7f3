"""Turns for threads that would be in each other's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 1.0
# A writer in another process looks every millisecond whether it may.
SHORTEST_BREATH_S = 0.003
LONGEST_BREATH_S = 0.1
# How much longer than the turn the breath after it is, while nobody waits for the work.
BREATHS = 3
# People see a result in the numbers within a second: from here on courtesy costs too much.
LATE_S = 0.4
TOO_LATE_S = 0.7


class Turns:
    """One at a time, and after each a breath three times as long: a courtesy, nobody's safety.

    Who holds the database's write lock and has to share the interpreter makes all other processes
    wait; who goes on at once leaves them no chance. So together they take a quarter of a processor
    from those who answer people, while there is much to do; half of one, or what there is, as the
    work gets late. For then only work counts, not waiting for the lock or the processor: or who is
    kept waiting most would also rest longest. Somebody who takes longer than a second is overtaken,
    so that what hangs holds up only itself.
    """

    def __init__(self) -> None:
        self._free = threading.Lock()

    @contextmanager
    def mine(self, late_s: Callable[[], float] = lambda: 0.0) -> Iterator[None]:
        """Wait for the others, a second at most; `late_s` is asked after the turn."""
        is_mine = self._free.acquire(timeout=PATIENCE_S)
        began, work_began = time.monotonic(), time.thread_time()
        try:
            yield
            took, worked = time.monotonic() - began, time.thread_time() - work_began
            time.sleep(breath(took, worked, late_s()))
        finally:
            if is_mine:
                self._free.release()


def breath(took_s: float, worked_s: float, late_s: float) -> float:
    """How long to pause after a turn, in seconds; shorter when the oldest of its work is late."""
    if late_s >= TOO_LATE_S:
        return SHORTEST_BREATH_S
    wished = worked_s if late_s >= LATE_S else BREATHS * took_s
    return min(max(wished, SHORTEST_BREATH_S), LONGEST_BREATH_S)
