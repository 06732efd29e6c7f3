"""Capabilities: what the site leans on without needing it, and how each stands.

Names: `redis`, `live`, `statistics`, `achievements`, `notices`, `mail`, `metrics`. A reason is an
English sentence with `{facts}`, marked with `N_`: it goes into the log as it is and is translated
where people read it. What a library or the system says of it, in no language of ours, is the fact
`detail`: it stands in the log and beside the sentence, for admins, and like in the log without
secrets: servers repeat what they were sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import structlog

from clutch.kernel.clock import Clock
from clutch.kernel.logs import Blanks
from clutch.kernel.refusals import N_

_log = structlog.get_logger("capabilities")

WELL = N_("It works.")


class State(StrEnum):
    """How a capability stands."""

    OFF = "off"
    """Nobody asked for it."""
    ABSENT = "absent"
    """Its package is not installed: it can't return without a restart."""
    DOWN = "down"
    """It was asked for and does not work."""
    PROBING = "probing"
    """It answers (again), and is being checked before anybody relies on it."""
    UP = "up"


class Capability(msgspec.Struct, frozen=True):
    """One optional thing: how it stands, why, since when, how often its state changed."""

    name: str
    state: State
    sentence: str
    facts: Mapping[str, Any]
    since: datetime
    changes: int

    @property
    def reason(self) -> str:
        """The sentence in English, with its facts and the detail."""
        said = self.sentence.format(**self.facts)
        return f"{said} ({self.detail})" if self.detail else said

    @property
    def detail(self) -> str:
        """What a library or the system says of it; empty when nothing."""
        return str(self.facts.get("detail", ""))


Heard = Callable[[Capability], None]


class Capabilities:
    """The one registry of what is optional.

    A change of state is one line in the log and one call of each listener, never one a request.
    Any thread may ask and tell. A process that nobody asks writes no lines (`says`). No detail
    has one of the `secrets` in it.
    """

    def __init__(self, clock: Clock, *, says: bool = True, secrets: Iterable[str] = ()) -> None:
        self._clock = clock
        self._says = says
        self._blanks = Blanks(secrets)
        self._lock = threading.Lock()
        self._all: dict[str, Capability] = {}
        self._rest: dict[str, tuple[State, str, Mapping[str, Any]]] = {}
        self._heard: list[Heard] = []

    def declare(self, name: str, state: State, sentence: str = WELL, **facts: Any) -> None:
        """Say how a capability stands when nothing is wrong: what `settle` comes back to."""
        self._rest[name] = (state, sentence, facts)
        self.set(name, state, sentence, **facts)

    def settle(self, name: str) -> None:
        """Nothing is wrong with it (any more): as it was declared."""
        state, sentence, facts = self._rest[name]
        self.set(name, state, sentence, **facts)

    def set(self, name: str, state: State, sentence: str = WELL, **facts: Any) -> None:
        """Say how a capability stands now. Another reason for the same state is no change."""
        if "detail" in facts:
            facts["detail"] = self._blanks.blank(str(facts["detail"]))
        with self._lock:
            before = self._all.get(name)
            if before is not None and before.state is state:
                self._all[name] = msgspec.structs.replace(before, sentence=sentence, facts=facts)
                return
            changes = 0 if before is None else before.changes + 1
            now = Capability(name, state, sentence, facts, self._clock.now(), changes)
            self._all[name] = now
        self._tell(now)

    def on_change(self, heard: Heard) -> None:
        """Call this after each change of a state, in the thread that brought it."""
        self._heard.append(heard)

    def get(self, name: str) -> Capability:
        return self._all[name]

    def is_up(self, name: str) -> bool:
        """Whether it works now. What was never declared does not."""
        found = self._all.get(name)
        return found is not None and found.state is State.UP

    def all(self) -> list[Capability]:
        """Every capability, by name."""
        with self._lock:
            return sorted(self._all.values(), key=lambda one: one.name)

    def states(self) -> dict[str, str]:
        """Name to state: what anybody may know."""
        return {one.name: one.state.value for one in self.all()}

    def _tell(self, now: Capability) -> None:
        if self._says:
            say = _log.warning if now.state is State.DOWN else _log.info
            say("capability", capability=now.name, state=now.state.value, reason=now.reason)
        for heard in self._heard:
            heard(now)
