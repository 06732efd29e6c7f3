"""Calls that wait for the one thread that speaks with Redis."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

# More than these can't be answered in time anyway: the oldest go first.
MOST_WAITING = 1_000

Command = tuple[Any, ...]


class Call:
    """Some commands, and whoever waits for their answers."""

    __slots__ = ("_done", "_lock", "_settled", "answers", "commands")

    def __init__(self, commands: tuple[Command, ...]) -> None:
        self.commands = commands
        self.answers: list[Any] | None = None
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._settled = False

    def wait(self, seconds: float) -> bool:
        return self._done.wait(seconds)

    def answer(self, answers: list[Any]) -> bool:
        """Give the answers; False when nobody waits any more."""
        return self._settle(answers)

    def fail(self) -> bool:
        """There will be no answer; False when that is known already."""
        return self._settle(None)

    def give_up(self) -> bool:
        """Wait no longer; False when it is settled after all."""
        return self._settle(None)

    def _settle(self, answers: list[Any] | None) -> bool:
        with self._lock:
            if self._settled:
                return False
            self._settled, self.answers = True, answers
        self._done.set()
        return True


class Calls:
    """What waits to be sent. `put`, `wake` and `drop` are for any thread."""

    def __init__(self) -> None:
        self._waiting: deque[Call] = deque()
        self._more = threading.Condition()
        self._woken = False

    def put(self, call: Call) -> None:
        with self._more:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft().fail()
            self._waiting.append(call)
            self._more.notify()

    def wake(self) -> None:
        """Let `take` return, whatever waits."""
        with self._more:
            self._woken = True
            self._more.notify()

    def take(self, seconds: float) -> list[Call]:
        """All that waits; after so many seconds at the latest, then perhaps nothing."""
        with self._more:
            self._more.wait_for(lambda: self._waiting or self._woken, max(0.0, seconds))
            taken, self._woken = list(self._waiting), False
            self._waiting.clear()
        return taken

    def drop(self) -> None:
        """Nobody will answer these."""
        for call in self.take(0):
            call.fail()
