"""What an organizer sets before the draw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clutch.engine.refusals import BestOfNotOdd


class Bracket(StrEnum):
    """The part of a stage that a match stands in."""

    UPPER = "upper"
    LOWER = "lower"
    FINAL = "final"
    THIRD_PLACE = "third_place"


class GrandFinal(StrEnum):
    """How the winners of the two brackets of a double elimination meet.

    NONE: they don't, the upper one is first. SINGLE: once. DOUBLE: a second time exactly when the
    lower bracket's side wins the first.
    """

    NONE = "none"
    SINGLE = "single"
    DOUBLE = "double"


@dataclass(frozen=True, slots=True)
class RoundBestOf:
    """The best-of of one round, where it differs from the default."""

    bracket: Bracket
    round: int
    best_of: int | None


@dataclass(frozen=True, slots=True)
class BestOf:
    """How many games a match has at most: an odd number, or None for any two different scores.

    `rounds` overrides `default`, and `final`, where it is a number, overrides both for the final
    (both grand finals; the last match of a single elimination; the upper bracket's last where
    there is no grand final).

    Raises:
        BestOfNotOdd: one of the numbers is even or below 1.
    """

    default: int | None = None
    rounds: tuple[RoundBestOf, ...] = ()
    final: int | None = None

    def __post_init__(self) -> None:
        for number in (self.default, self.final, *(each.best_of for each in self.rounds)):
            if number is not None and (number < 1 or number % 2 == 0):
                raise BestOfNotOdd(number)

    def of(self, bracket: Bracket, round_number: int, *, final: bool) -> int | None:
        """The best-of of a match of this round; `final` says that it is the final."""
        if final and self.final is not None:
            return self.final
        for each in self.rounds:
            if (each.bracket, each.round) == (bracket, round_number):
                return each.best_of
        return self.default


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a stage. `third_place` is for single, `grand_final` for double elimination."""

    third_place: bool = False
    grand_final: GrandFinal = GrandFinal.DOUBLE
    best_of: BestOf = BestOf()
