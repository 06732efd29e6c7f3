"""Troubles that requests meet: one line in the log when one begins, however many meet it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import structlog

# What comes and goes, as when one page in ten fails, is said this often and no oftener.
SILENCE_S = 60

_log = structlog.get_logger("troubles")


class _Said(NamedTuple):
    """What the log was told last, and when."""

    trouble: str
    at_s: float


class Troubles:
    """What goes wrong at the moment, by what can't be done because of it. Any thread may tell."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        # By what can't be done: the trouble, and whether the log has it.
        self._now: dict[str, tuple[str, bool]] = {}
        self._said: dict[str, _Said] = {}

    def met(self, what: str, error: Exception) -> None:
        """Somebody met this; the log has it in full unless it is the trouble that it was before."""
        trouble = _named(error)
        with self._lock:
            if self._now.get(what, ("", False))[0] == trouble:
                return
            is_said = self._say(what, trouble)
            self._now[what] = (trouble, is_said)
        if is_said:
            _log.error(what, exc_info=error)

    def over(self, what: str) -> None:
        """It went well (again)."""
        if what not in self._now:
            return
        with self._lock:
            _, was_said = self._now.pop(what, ("", False))
        if was_said:
            _log.info("it works again", trouble=what)

    def _say(self, what: str, trouble: str) -> bool:
        """Whether the log is to have it: not if it had the same a moment ago."""
        now_s, last = self._seconds(), self._said.get(what)
        if last is not None and last.trouble == trouble and now_s - last.at_s < SILENCE_S:
            return False
        self._said[what] = _Said(trouble, now_s)
        return True


def _named(error: Exception) -> str:
    """The trouble without the statement below its first line, which differs from page to page."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
