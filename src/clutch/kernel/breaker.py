"""A breaker: after a few failures nobody waits for a thing until a probe finds it well."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

IN_A_ROW = 3
WINDOW_S = 10.0
ENOUGH_CALLS = 20
SHARE = 0.5


class Breaker:
    """Closed: calls are made. Open: they are not, until `close`.

    It opens after three failures in a row, or when at least half of at least twenty calls within
    ten seconds failed. Any thread may report; only a probe closes it, never a user's request.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._calls: deque[tuple[float, bool]] = deque()
        self._failed = 0
        self._in_a_row = 0
        self._open = True

    @property
    def is_open(self) -> bool:
        """Whether calls are pointless now. It begins open: nothing is relied on unseen."""
        return self._open

    def close(self) -> None:
        """A probe has found it well: begin anew."""
        with self._lock:
            self._calls.clear()
            self._failed = self._in_a_row = 0
            self._open = False

    def trip(self) -> bool:
        """Open it at once, for a failure that trying again can't mend; True when it was closed."""
        with self._lock:
            was_closed, self._open = not self._open, True
            return was_closed

    def note(self, *, well: bool) -> bool:
        """Count a call's outcome; True when this one opened it."""
        with self._lock:
            if self._open:
                return False
            self._count(well=well)
            self._open = self._in_a_row >= IN_A_ROW or self._mostly_fails()
            return self._open

    def _count(self, *, well: bool) -> None:
        now = self._now()
        self._in_a_row = 0 if well else self._in_a_row + 1
        self._calls.append((now, well))
        self._failed += not well
        while self._calls[0][0] < now - WINDOW_S:
            _, went_well = self._calls.popleft()
            self._failed -= not went_well

    def _mostly_fails(self) -> bool:
        return len(self._calls) >= ENOUGH_CALLS and self._failed >= SHARE * len(self._calls)
