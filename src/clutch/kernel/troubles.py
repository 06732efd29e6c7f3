"""Troubles that requests meet: one line in the log when one begins, however many meet it."""

from __future__ import annotations

import threading

import structlog

_log = structlog.get_logger("troubles")


class Troubles:
    """What goes wrong at the moment, by what can't be done because of it. Any thread may tell."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[str, str] = {}

    def met(self, what: str, error: Exception) -> None:
        """Somebody met this; the log has it in full unless it is the trouble that it was before."""
        trouble = f"{type(error).__name__}: {error}"
        with self._lock:
            is_known = self._now.get(what) == trouble
            self._now[what] = trouble
        if not is_known:
            _log.error(what, exc_info=error)

    def over(self, what: str) -> None:
        """It went well (again)."""
        if what not in self._now:
            return
        with self._lock:
            was_there = self._now.pop(what, None) is not None
        if was_there:
            _log.info("it works again", trouble=what)
