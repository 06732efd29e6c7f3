"""A line for threads: who came first goes first."""

from __future__ import annotations

import math
import threading
import time
from collections import deque

STANDS_STILL_S = 0.25


class Line:
    """So many have a place at once; the next free place goes to whoever has waited longest.

    Neither `threading`'s locks nor SQLAlchemy's pools know who came first: while most passed a
    full pool within 70 ms, some were still overtaken after five seconds.
    """

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._waiting: deque[threading.Lock] = deque()
        self._passed_at = -math.inf

    @property
    def is_moving(self) -> bool:
        """Whether some wait, and what they wait for is only that those before them are done."""
        return bool(self._waiting) and time.monotonic() - self._passed_at < STANDS_STILL_S

    def wait(self, patience_s: float) -> bool:
        """Whether this thread got a place in time; then it has to pass it on."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=patience_s):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        # Between the end of the wait and the look it came after all.
        return True

    def pass_on(self) -> None:
        """Give the place to whoever has waited longest."""
        with self._lock:
            self._passed_at = time.monotonic()
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
