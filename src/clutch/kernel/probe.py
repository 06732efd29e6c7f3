"""Whether the database can be written, found out by writing in the background."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import structlog
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from clutch.kernel.clock import Clock
from clutch.kernel.database import Database
from clutch.kernel.refusals import StorageUnavailable
from clutch.kernel.tables import write_probe

EVERY_S = 2.0
OLDEST_S = 5.0

_log = structlog.get_logger("probe")


class WriteProbe:
    """Writes one tiny row of its own again and again, past the log.

    A closed gate is no fault of the database: while it is closed nothing is written and the
    last finding stands.
    """

    def __init__(self, database: Database, clock: Clock, gate: Path) -> None:
        self._database = database
        self._clock = clock
        self._gate = gate
        self._stop = threading.Event()
        self._found = threading.Event()
        self._writable = True
        self._at = time.monotonic()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="write-probe", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=1)

    def is_writable(self) -> bool:
        """Whether a write succeeded in the last five seconds; one that hangs counts as failed."""
        is_fresh = time.monotonic() - self._at <= OLDEST_S
        return self._found.is_set() and self._writable and is_fresh

    def look(self) -> bool:
        """Write now, in this thread, and note what came of it."""
        writable = self._writable if self._gate.exists() else self._write()
        if writable != self._writable:
            _log.warning("database writable again" if writable else "database can't be written")
        self._writable, self._at = writable, time.monotonic()
        self._found.set()
        return writable

    @property
    def has_looked(self) -> bool:
        """Whether anything was found out yet."""
        return self._found.is_set()

    def wait_for_first(self, seconds: float) -> None:
        """Wait until something was found out at all."""
        self._found.wait(seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except Exception:  # noqa: BLE001 - logged; a probe that ended would call all well for 5 s
                self._writable = False
                _log.exception("write probe failed")
            self._stop.wait(EVERY_S)

    def _write(self) -> bool:
        values = {"id": 1, "at": self._clock.now()}
        try:
            with self._database.begin_write() as conn:
                touched = conn.execute(
                    update(write_probe).where(write_probe.c.id == 1).values(at=values["at"])
                )
                if touched.rowcount == 0:
                    insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
                    conn.execute(insert(write_probe).values(values).on_conflict_do_nothing())
        except StorageUnavailable:
            return False
        return True
