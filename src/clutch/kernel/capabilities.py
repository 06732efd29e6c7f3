"""Capabilities: what the site leans on without needing it, and how each stands."""

from __future__ import annotations

import threading
from datetime import datetime
from enum import StrEnum

import msgspec
import structlog

from clutch.kernel.clock import Clock

_log = structlog.get_logger("capabilities")


class State(StrEnum):
    """How a capability stands."""

    OFF = "off"
    ABSENT = "absent"
    DOWN = "down"
    PROBING = "probing"
    UP = "up"


class Capability(msgspec.Struct, frozen=True):
    """One optional thing: how it stands, why, since when, how often that changed."""

    name: str
    state: State
    reason: str
    since: datetime
    changes: int


class Capabilities:
    """The one registry of what is optional.

    A change is one line in the log, never a line a request.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._all: dict[str, Capability] = {}

    def set(self, name: str, state: State, reason: str) -> None:
        """Say how a capability stands now."""
        with self._lock:
            before = self._all.get(name)
            if before is not None and (before.state, before.reason) == (state, reason):
                return
            changes = 0 if before is None else before.changes + 1
            self._all[name] = Capability(name, state, reason, self._clock.now(), changes)
        _log.info("capability", capability=name, state=state.value, reason=reason)

    def get(self, name: str) -> Capability:
        return self._all[name]

    def all(self) -> list[Capability]:
        """Every capability, by name."""
        return sorted(self._all.values(), key=lambda one: one.name)

    def states(self) -> dict[str, str]:
        """Name to state: what anybody may know."""
        return {one.name: one.state.value for one in self.all()}
