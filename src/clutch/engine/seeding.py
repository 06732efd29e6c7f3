"""Who stands where in the first round."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random

from clutch.engine.results import ParticipantId


@lru_cache
def bracket_order(size: int) -> tuple[int, ...]:
    """The seeds of a bracket of `size` places (a power of two), from top to bottom.

    The best seed meets the worst, and the best 2^k seeds can't meet before the last k rounds:
    `bracket_order(8) == (1, 8, 4, 5, 2, 7, 3, 6)`.
    """
    order: tuple[int, ...] = (1,)
    while len(order) < size:
        total = 2 * len(order) + 1
        order = tuple(seed for each in order for seed in (each, total - each))
    return order


def shuffle(participants: Sequence[ParticipantId], chance: Random) -> tuple[ParticipantId, ...]:
    """A random seeding; the same `chance` gives the same one again."""
    shuffled = list(participants)
    chance.shuffle(shuffled)
    return tuple(shuffled)
