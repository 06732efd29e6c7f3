"""The figures of all processes of a site: each leaves its own in `run/metrics-<pid>.json`.

Who adds them up reads only files, its own too, so that a sum never goes back. What a process had
counted that ended badly is taken over by its parent, whose file holds nothing else.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from clutch.kernel.metrics import Figures

EVERY_S = 1.0
_READ = msgspec.json.Decoder(Figures)


class MetricsFile:
    """One process's file, written every second from `start` to `stop`; any thread may `write`."""

    def __init__(self, folder: Path, figures: Callable[[], Figures]) -> None:
        self._path = path_of(folder, os.getpid())
        self._figures = figures
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._keep_writing, name="metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and take the file away."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=0.5)
        with self._lock:
            self._path.unlink(missing_ok=True)

    def write(self) -> None:
        """Leave the figures as they are now. A full disk costs the figures, never the site."""
        with self._lock, contextlib.suppress(OSError):
            if self._ended.is_set():
                return
            draft = self._path.with_suffix(".new")
            draft.write_bytes(msgspec.json.encode(self._figures()))
            draft.replace(self._path)

    def _keep_writing(self) -> None:
        self.write()
        while not self._ended.wait(EVERY_S):
            self.write()


class Departed:
    """What ended processes had counted, kept by their parent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sum = Figures()
        self._file = MetricsFile(folder, lambda: self._sum)

    def take_over(self, pid: int) -> None:
        """A process has ended: its counts stay, its file goes."""
        path = path_of(self._folder, pid)
        left = read(path)
        if left is not None:
            self._sum.add(left.past())
            self._file.write()
        # Who was killed while it wrote left a draft.
        for one in (path, path.with_suffix(".new")):
            one.unlink(missing_ok=True)

    def remove(self) -> None:
        """The site ends: nothing stays."""
        self._file.stop()


def path_of(folder: Path, pid: int) -> Path:
    """Where the process `pid` leaves its figures."""
    return folder / f"metrics-{pid}.json"


def read(path: Path) -> Figures | None:
    """The figures in a file; None when there are none."""
    try:
        return _READ.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def read_all(folder: Path) -> Figures:
    """The figures of all processes, added up."""
    total = Figures()
    for path in sorted(folder.glob("metrics-*.json")):
        found = read(path)
        if found is not None:
            total.add(found)
    return total
