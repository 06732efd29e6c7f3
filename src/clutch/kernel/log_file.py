"""The log's file beside standard error: `CLUTCH_HOME/logs/clutch.log`, never more than 60 MB.

Whichever service manager keeps the site, or none, `clutch logs` finds the lines there. All
processes append to the one file; whoever sees that it has grown large gives it its number.
"""

from __future__ import annotations

import fcntl
import logging
import os
from contextlib import suppress
from pathlib import Path

NAME = "clutch.log"
LARGEST_BYTES = 10 << 20
# clutch.log.1 is the newest of the old ones.
OLD_KEPT = 5


class LogFile(logging.Handler):
    """Appends lines, each by one write, so that those of several processes never mix.

    What can't be written is left out: standard error has it, and a full disk stops no site.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._path = folder / NAME
        self._descriptor: int | None = None
        self._inode = 0

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            self._write(f"{self.format(record)}\n".encode(errors="replace"))

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        super().close()

    def _write(self, line: bytes) -> None:
        descriptor = self._opened()
        os.write(descriptor, line)
        if os.fstat(descriptor).st_size >= LARGEST_BYTES:
            self._turn()

    def _opened(self) -> int:
        """The file that has the name now: another process may have turned it over."""
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            inode = 0
        if self._descriptor is not None and inode == self._inode:
            return self._descriptor
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._inode = os.fstat(self._descriptor).st_ino
        return self._descriptor

    def _turn(self) -> None:
        """Number the files anew; the oldest goes. Only one process does it."""
        with (self._path.parent / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._path.stat().st_size < LARGEST_BYTES:
                return
            for number in range(OLD_KEPT - 1, 0, -1):
                with suppress(FileNotFoundError):
                    self._numbered(number).replace(self._numbered(number + 1))
            self._path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{NAME}.{number}")
