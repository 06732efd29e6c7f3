"""Ratings, by openskill: how strong somebody is thought to be, and how sure that is.

`skill` is the best guess, `doubt` its standard deviation; everybody begins at 25 with 25/3. People
are shown forty times that: a beginner stands at 1000.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
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
        """Points up or down within which the true strength lies, about 19 times of 20.

        So rounded that `points` less `margin` is `floor`, as everybody can see.
        """
        return self.points - self.floor

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


class _Teams(list[list[Any]]):
    """Teams that `rate` may change: it copies what it is given, and these are read no more."""

    def __deepcopy__(self, _: Any) -> _Teams:
        return self


class _Pool(threading.local):
    """The ratings' objects of a thread, a side of a match each; making one costs a random id."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._sides: tuple[list[Any], list[Any]] = ([], [])

    def teams(self, sides: Sides) -> _Teams:
        """The two sides as openskill takes them; they hold until the next call."""
        teams = _Teams()
        for kept, side in zip(self._sides, sides, strict=True):
            while len(kept) < len(side):
                kept.append(self._make())
            team = kept[: len(side)]
            for one, rating in zip(team, side, strict=True):
                one.mu, one.sigma = rating
            teams.append(team)
        return teams


class Rater:
    """Rates a match between two sides of one or more. Any thread may ask."""

    def __init__(self, models: Any) -> None:
        self._model = models.PlackettLuce()
        self._pool = _Pool(self._model.rating)

    def rate(self, sides: Sides, winner: int) -> tuple[float, After]:
        """How probable it was that the first side wins, and what all are rated after the match.

        `winner` is the side that did, 0 or 1.
        """
        teams = self._pool.teams(sides)
        # First, because `rate` changes what it is given.
        first, _ = self._model.predict_win(teams)
        after = self._model.rate(teams, ranks=[winner, 1 - winner])
        one, two = (tuple([Rating(each.mu, each.sigma) for each in team]) for team in after)
        return float(first), (one, two)

    def chance(self, sides: Sides) -> float:
        """How probable it is that the first side wins, from 0 to 1."""
        first, _ = self._model.predict_win(self._pool.teams(sides))
        return float(first)
