"""Turns for threads that would be in each other's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 1.0
# A writer in another process looks every millisecond whether it may.
SHORTEST_BREATH_S = 0.003
LONGEST_BREATH_S = 0.1
# How much longer than the turn the breath after it is.
BREATHS = 3


class Turns:
    """One at a time, and after each a breath three times as long: a courtesy, nobody's safety.

    Who holds the database's write lock and has to share the interpreter makes all other processes
    wait; who goes on at once leaves them no chance. So together they take a quarter of a processor
    from those who answer people, while there is much to do. Somebody who takes longer than a second
    is overtaken, so that what hangs holds up only itself.
    """

    def __init__(self) -> None:
        self._free = threading.Lock()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Wait for the others, a second at most."""
        is_mine = self._free.acquire(timeout=PATIENCE_S)
        began = time.monotonic()
        try:
            yield
            took = time.monotonic() - began
            time.sleep(min(max(BREATHS * took, SHORTEST_BREATH_S), LONGEST_BREATH_S))
        finally:
            if is_mine:
                self._free.release()
