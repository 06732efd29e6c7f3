"""What a match can end with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

ParticipantId = NewType("ParticipantId", int)
Scores = tuple[int, int]


class Outcome(StrEnum):
    """How a match came to its end. *Walkover*: somebody did not start; *forfeit*: gave up later."""

    PLAYED = "played"
    WALKOVER = "walkover"
    FORFEIT = "forfeit"
    DOUBLE_FORFEIT = "double_forfeit"


# Somebody was there on both sides, to the end or until one of them gave up: what counts as played
# wherever something is counted, else who is losing would leave.
STARTED = frozenset({Outcome.PLAYED, Outcome.FORFEIT})


@dataclass(frozen=True, slots=True)
class Game:
    """One game (map) of a match; its scores follow the match's opponents and are never level."""

    scores: Scores
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome, winner and scores of one match.

    `scores` are games won, or points where the match has no best-of; they follow the match's
    own opponents, and None means that they are not known. `games`, where given, add up to them.
    No winner: a double forfeit, or a walkover that nobody was left to take.
    """

    outcome: Outcome
    winner: ParticipantId | None
    scores: Scores | None = None
    games: tuple[Game, ...] = ()


def played(
    opponents: Sequence[ParticipantId], scores: Scores, games: tuple[Game, ...] = ()
) -> Result:
    """A played result whose winner the scores name; level scores name nobody."""
    winner = None if scores[0] == scores[1] else opponents[scores[1] > scores[0]]
    return Result(Outcome.PLAYED, winner, scores, games)


def walkover(winner: ParticipantId) -> Result:
    """The other side did not start."""
    return Result(Outcome.WALKOVER, winner)


def forfeit(winner: ParticipantId, scores: Scores | None = None) -> Result:
    """The other side gave up after the start, at these scores where they are known."""
    return Result(Outcome.FORFEIT, winner, scores)


def double_forfeit(scores: Scores | None = None) -> Result:
    """Both gave up, or neither came: both are out."""
    return Result(Outcome.DOUBLE_FORFEIT, None, scores)
