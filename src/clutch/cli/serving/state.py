"""What each process says about itself, once a second, in `run/process-<pid>.json`.

The follower's is `run/follower-<pid>.json`.

For `clutch status`, for the parent's watchdog and for whoever looks with `cat`: a file is
whole at any moment, belongs to a living process, and is gone when that process is.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from clutch.kernel.clock import SystemClock

EVERY_SECONDS = 1.0
# A living process rewrites its file each second: one this old is stale, whoever has the pid now.
STALE_SECONDS = 30.0

SERVING, FOLLOWING = "process", "follower"

Facts = Callable[[], Mapping[str, Any]]


class StateFile:
    """Writes `facts()` to the process's file every second from a thread of its own.

    A thread, so that the file also tells when the loop hangs (`loop_lag_ms` grows).
    """

    def __init__(self, folder: Path, facts: Facts, kind: str = SERVING) -> None:
        self._path = state_path(folder, os.getpid(), kind)
        self._facts = facts
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, name="state-file", daemon=True)

    def start(self) -> None:
        self._write()
        self._thread.start()

    def remove(self) -> None:
        """Stop writing and take the file away."""
        self._ended.set()
        self._thread.join(EVERY_SECONDS)
        self._path.unlink(missing_ok=True)

    def _keep_writing(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self._write()

    def _write(self) -> None:
        draft = self._path.with_suffix(".new")
        try:
            draft.write_text(json.dumps(self._facts()) + "\n", encoding="utf-8")
            draft.replace(self._path)
        except OSError:
            # A full disk costs the figures of this second, never the site: it still lives.
            with contextlib.suppress(OSError):
                os.utime(self._path)


def state_path(folder: Path, pid: int, kind: str = SERVING) -> Path:
    """Where the process `pid` keeps its state."""
    return folder / f"{kind}-{pid}.json"


def remove_state(folder: Path, pid: int) -> None:
    """Take away what a process that is gone said, whatever it did."""
    for kind in (SERVING, FOLLOWING):
        path = state_path(folder, pid, kind)
        # Who was killed while it wrote left a draft.
        for one in (path, path.with_suffix(".new")):
            one.unlink(missing_ok=True)


def read_state(folder: Path, pid: int) -> dict[str, Any] | None:
    """What the process said last, or None when it has said nothing."""
    try:
        state = json.loads(state_path(folder, pid).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def seconds_silent(folder: Path, pid: int) -> float:
    """How long ago the process wrote its state; 0 when it has written none."""
    try:
        written = state_path(folder, pid).stat().st_mtime
    except OSError:
        return 0.0
    return SystemClock().now().timestamp() - written


def remove_stale(folder: Path) -> None:
    """Take away files whose process is gone."""
    now = SystemClock().now().timestamp()
    left = (folder.glob(f"{kind}-*.*") for kind in (SERVING, FOLLOWING, "metrics"))
    for path in chain.from_iterable(left):
        with contextlib.suppress(OSError, ValueError):
            old = now - path.stat().st_mtime > STALE_SECONDS
            if old or not is_alive(int(path.stem.partition("-")[2])):
                path.unlink()


def is_alive(pid: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Beat:
    """How late the event loop is: it is asked to beat every quarter second."""

    every_seconds = 0.25

    def __init__(self) -> None:
        self._at = time.monotonic()

    def touch(self) -> None:
        """Called by the loop."""
        self._at = time.monotonic()

    @property
    def lag_ms(self) -> int:
        """Milliseconds since the loop should have beaten; 0 when it is on time."""
        return max(0, round((time.monotonic() - self._at - self.every_seconds) * 1000))
