"""Ratings, by openskill: how strong somebody is thought to be, and how sure that is.

`skill` is the best guess, `doubt` its standard deviation; everybody begins at 25 with 25/3. People
are shown forty times that: a beginner stands at 1000.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

SCALE = 40
# So many standard deviations are given away where somebody is ranked or seeded: about 98% sure.
CAUTION = 2
BEGIN = (25.0, 25.0 / 3)


class Rating(NamedTuple):
    """How strong (`skill`), and how unsure that is (`doubt`, a standard deviation)."""

    skill: float
    doubt: float

    @property
    def points(self) -> int:
        """What people read: 1000 for who has not played yet."""
        return round(self.skill * SCALE)

    @property
    def margin(self) -> int:
        """Points up or down within which the true strength lies, about 19 times of 20."""
        return round(self.doubt * SCALE * CAUTION)

    @property
    def floor(self) -> int:
        """Points that are as good as sure; leaderboards rank by them."""
        return round(floor_of(self.skill, self.doubt) * SCALE)


def floor_of(skill: float, doubt: float) -> float:
    """What the strength is at least, almost surely."""
    return skill - CAUTION * doubt


NEWCOMER = Rating(*BEGIN)

Sides = Sequence[Sequence[Rating]]
After = tuple[tuple[Rating, ...], tuple[Rating, ...]]


class Rater:
    """Rates a match between two sides of one or more."""

    def __init__(self, models: Any) -> None:
        self._model = models.PlackettLuce()

    def rate(self, sides: Sides, winner: int) -> tuple[float, After]:
        """How probable it was that the first side wins, and what all are rated after the match.

        `winner` is the side that did, 0 or 1.
        """
        teams = self._teams(sides)
        first, _ = self._model.predict_win(teams)
        after = self._model.rate(teams, ranks=[winner, 1 - winner])
        one, two = (tuple([Rating(each.mu, each.sigma) for each in team]) for team in after)
        return float(first), (one, two)

    def chance(self, sides: Sides) -> float:
        """How probable it is that the first side wins, from 0 to 1."""
        first, _ = self._model.predict_win(self._teams(sides))
        return float(first)

    def _teams(self, sides: Sides) -> list[list[Any]]:
        make = self._model.rating
        return [[make(mu=one.skill, sigma=one.doubt) for one in side] for side in sides]
