"""Pauses between tries: ever longer, and not the same in every process."""

from __future__ import annotations

import random

# Spreads the tries of several processes; nothing depends on it.
_CHANCE = random.Random()  # noqa: S311


def spread(seconds: float, least: float = 0.8, most: float = 1.0) -> float:
    """A pause of about so many seconds: between `least` and `most` times that."""
    return seconds * _CHANCE.uniform(least, most)


class Pauses:
    """The pauses after failures in a row: `first` seconds, doubling up to `longest`, spread."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._last = 0.0

    def next(self) -> float:
        """How many seconds to wait after one more failure."""
        self._last = min(max(self._first, self._last * 2), self._longest)
        return spread(self._last)

    def begin_anew(self) -> None:
        """It went well: the next failure is a first one."""
        self._last = 0.0
