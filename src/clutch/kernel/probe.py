"""Whether the database can be read and written, found out by reading and writing it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text, update
from sqlalchemy.dialects import postgresql, sqlite

from clutch.kernel.clock import Clock
from clutch.kernel.database import Database
from clutch.kernel.refusals import StorageUnavailable
from clutch.kernel.tables import write_probe

EVERY_S = 2.0
OLDEST_S = 5.0

_log = structlog.get_logger("probe")
_TIME = {
    True: text("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"),
    False: text("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"),
}
_SCHEMA = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True)
class Found:
    """What the database said of itself: its time (ISO, UTC) and its schema."""

    time: str
    schema: str


class Probe:
    """Looks at the database so that nobody's request has to wait for it.

    In the background it is read, and writing is tried, past the log, on one tiny row. A closed gate
    is no fault of the database: while it is closed nothing is written and the last finding stands.
    """

    def __init__(self, database: Database, clock: Clock, gate: Path) -> None:
        self._database = database
        self._clock = clock
        self._gate = gate
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._writable = True
        self._found: tuple[float, Found] | None = None
        self._written_at: float | None = None
        # One look and one try at a time: a database that hangs must not eat all threads.
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="probe")
        self._reading: Future[Found] | None = None
        self._trying: Future[bool] | None = None

    def start(self) -> None:
        """Begin to read and write in the background."""
        self._thread = threading.Thread(target=self._run, name="probe", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        under_way: list[Future[Any]] = [one for one in (self._reading, self._trying) if one]
        wait(under_way, timeout=0.5)
        if self._thread is not None:
            self._thread.join(timeout=1)

    def ask(self) -> Future[Found]:
        """A look that is under way, shared by all who ask meanwhile; it may never end.

        Its result raises `StorageUnavailable` when the database can't be read.
        """
        if self._reading is None or self._reading.done():
            self._reading = self._threads.submit(self._read)
        return self._reading

    def ask_to_write(self) -> Future[bool]:
        """The same for `write`, for whoever can't wait for the background's next try."""
        if self._trying is None or self._trying.done():
            self._trying = self._threads.submit(self.write)
        return self._trying

    @property
    def found_lately(self) -> Found | None:
        """What a look found in the last five seconds; None when none succeeded."""
        if self._found is None or time.monotonic() - self._found[0] > OLDEST_S:
            return None
        return self._found[1]

    @property
    def is_writable(self) -> bool | None:
        """Whether a write succeeded in the last five seconds; None when none was tried yet.

        A write that hangs counts as failed.
        """
        if self._written_at is None:
            return None
        return self._writable and time.monotonic() - self._written_at <= OLDEST_S

    def write(self) -> bool:
        """Try to write now, in this thread, and note what came of it."""
        writable = self._writable if self._gate.exists() else self._try()
        if writable != self._writable:
            _log.warning("database can be written again" if writable else "database not writable")
        self._writable, self._written_at = writable, time.monotonic()
        return writable

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                # Nobody waits for it: who asks later, and is in a hurry, finds an answer there.
                self.ask()
                self.write()
            except Exception:  # noqa: BLE001 - logged; a probe that ended would find nothing ever again
                self._writable = False
                _log.exception("probe failed")
            self._stop.wait(EVERY_S)

    def _try(self) -> bool:
        now = self._clock.now()
        change = update(write_probe).where(write_probe.c.id == 1).values(at=now)
        insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(write_probe)
        try:
            with self._database.begin_write() as conn:
                if conn.execute(change).rowcount == 0:
                    conn.execute(insert.values(id=1, at=now).on_conflict_do_nothing())
        except StorageUnavailable:
            return False
        return True

    def _read(self) -> Found:
        with self._database.read() as conn:
            at = conn.execute(_TIME[self._database.is_sqlite]).scalar_one()
            found = Found(str(at), str(conn.execute(_SCHEMA).scalar_one()))
        self._found = (time.monotonic(), found)
        return found
