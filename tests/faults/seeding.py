"""How one thing of a history is made wrong: the tools of `mutations.py`."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeVar

from tests.faults.history import Asked, History, Moved, Said, Showed, Told, Wrote
from tests.faults.sample import FAULT

T = TypeVar("T")
Mutate = Callable[[History, random.Random], object]


def change_one(
    chance: random.Random,
    things: list[T],
    change: Callable[[T], T | None],
    fits: Callable[[T], Any],
) -> None:
    """Change one of those that fit; None takes it out."""
    at = chance.choice([number for number, thing in enumerate(things) if fits(thing)])
    changed = change(things[at])
    things[at : at + 1] = [] if changed is None else [changed]


def change_asked(change: Callable[[Asked], Asked | None], fits: Callable[[Asked], Any]) -> Mutate:
    return lambda history, chance: change_one(chance, history.asked, change, fits)


def in_fault(asked: Asked) -> bool:
    return FAULT.began + 1 <= asked.due < FAULT.ended


def change_wrote(change: Callable[[Wrote], Wrote | None]) -> Mutate:
    return lambda history, chance: change_one(chance, history.wrote, change, lambda _: True)


def change_told(change: Callable[[Told], Told | None]) -> Mutate:
    return lambda history, chance: change_one(chance, history.told, change, lambda one: one.applied)


def change_said(change: Callable[[Said], Said | None], fits: Callable[[Said], Any]) -> Mutate:
    return lambda history, chance: change_one(chance, history.said, change, fits)


def change_showed(change: Callable[[Showed], Showed], since: float, until: float) -> Mutate:
    return lambda history, chance: change_one(
        chance, history.showed, change, lambda one: since <= one.at < until
    )


def change_moved(change: Callable[[Moved], Moved | None], fits: Callable[[Moved], Any]) -> Mutate:
    return lambda history, chance: change_one(chance, history.moved, change, fits)
