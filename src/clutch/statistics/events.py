"""What statistics conclude, told in the log. Rebuilding them tells nothing again."""

from __future__ import annotations

from clutch.kernel.log import Fact, fact

STREAM = "statistics"


@fact("statistics-changed")
class StatisticsChanged(Fact, frozen=True):
    """In a player's or team's stream: their numbers changed, by the event at position `cause`."""

    cause: int


@fact("ratings-recomputing")
class RatingsRecomputing(Fact, frozen=True):
    """In the statistics' own stream: ratings are right before place `next`, and go on from there.

    Taking it in computes the next stretch, so an interrupted recomputing goes on after a restart.
    """

    next: int
