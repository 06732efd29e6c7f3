"""The tail: a thread of this process that follows the log, in commit order, and skips nothing.

The position is the order of commits (the log's own lock sees to that), so whatever is read after
the last position is all there is. Being woken only makes it faster: it looks by itself, too.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

import structlog
from sqlalchemy import Connection

from clutch.kernel import log
from clutch.kernel.database import Database
from clutch.kernel.epoch import get_epoch
from clutch.kernel.log import Event
from clutch.kernel.refusals import StorageUnavailable

_log = structlog.get_logger("live")

LOOK_EVERY_S = 0.2
AFTER_TROUBLE_S = 1.0
MOST = 1_000
LONGEST_BREATH_S = 0.05


class Sink(Protocol):
    """What the tail tells; called in its thread, inside the transaction that read the events."""

    def began(self, conn: Connection, epoch: str) -> None:
        """The log is followed from its present end; again after a change of the epoch."""

    def found(self, conn: Connection, epoch: str, events: list[Event]) -> None:
        """These came, in commit order. When this fails, they come again."""

    def wait_for_readers(self) -> None:
        """Wait, not for long, until what was found last is on its way to who follows it."""

    def stands(self, *, well: bool) -> None:
        """Whether the log can be read; told at every change."""


class Tail:
    """Follows the log from the moment it starts."""

    def __init__(self, database: Database, sink: Sink) -> None:
        self._database = database
        self._sink = sink
        self._position = 0
        self._epoch: str | None = None
        self._well: bool | None = None
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, name="live-tail", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what it is drawing is waited for, a little."""
        self._ended.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout=1)

    def wake(self) -> None:
        """Look now. Any thread may call this, and any wake-up line between processes."""
        self._woken.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            well = self._try()
            if well is not self._well:
                self._well = well
                self._sink.stands(well=well)
            self._breathe()
            self._woken.wait(LOOK_EVERY_S if well else AFTER_TROUBLE_S)
            self._woken.clear()

    def _breathe(self) -> None:
        # While one crowd is being told, more happens; it then travels in one frame. So a burst
        # takes half of the loop's time at most, and the rest of the site has the other half.
        began = time.monotonic()
        self._sink.wait_for_readers()
        self._ended.wait(min(time.monotonic() - began, LONGEST_BREATH_S))

    def _try(self) -> bool:
        try:
            while self._look() and not self._ended.is_set():
                pass
        except StorageUnavailable:
            return False
        except Exception:  # noqa: BLE001 - whatever it is, the next look may go well
            if self._well is not False:
                _log.exception("the log's tail can't be followed")
            return False
        return True

    def _look(self) -> bool:
        """Read on; True when there may be more."""
        with self._database.read() as conn:
            epoch = get_epoch(conn)
            if epoch != self._epoch:
                position = log.last_position(conn)
                self._sink.began(conn, epoch)
                self._epoch, self._position = epoch, position
                return False
            events = log.read_tail(conn, self._position, MOST)
            if events:
                self._sink.found(conn, epoch, events)
                self._position = events[-1].position
        return len(events) == MOST
