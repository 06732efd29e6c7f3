"""The state of a stage, as values: a `Stage` holds matches, a match two opponents.

Nothing here changes; `fold` makes the next stage from this one and a fact, and the two share
every match that the fact did not touch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from clutch.engine.results import ParticipantId, Result
from clutch.engine.settings import Bracket, Settings

MatchId = NewType("MatchId", str)
FormatName = NewType("FormatName", str)

SINGLE_ELIMINATION = FormatName("single_elimination")
DOUBLE_ELIMINATION = FormatName("double_elimination")


@dataclass(frozen=True, slots=True)
class Seed:
    """The opponent with this seed (from 1); past the last participant it is a bye."""

    number: int


@dataclass(frozen=True, slots=True)
class WinnerOf:
    """Whoever wins that match."""

    match: MatchId


@dataclass(frozen=True, slots=True)
class LoserOf:
    """Whoever loses that match."""

    match: MatchId


Source = Seed | WinnerOf | LoserOf


class Holds(StrEnum):
    """What is known of an opponent. *Bye*: nobody was ever due. *Vacant*: nobody is left."""

    UNKNOWN = "unknown"
    PARTICIPANT = "participant"
    BYE = "bye"
    VACANT = "vacant"


@dataclass(frozen=True, slots=True)
class Opponent:
    """One side of a match: where it comes from, and who stands there by now."""

    source: Source
    holds: Holds = Holds.UNKNOWN
    participant: ParticipantId | None = None


class Status(StrEnum):
    """Where a match stands. A *ready* one has two participants and no result."""

    WAITING = "waiting"
    READY = "ready"
    DECIDED = "decided"
    BYE = "bye"
    NOT_NEEDED = "not_needed"


class DecidedBy(StrEnum):
    """RECORDED: somebody recorded the result. RULE: it follows from who is disqualified or gone."""

    RECORDED = "recorded"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Feed:
    """Where somebody goes from a match: to this side (0 or 1) of that match."""

    match: MatchId
    side: int


@dataclass(frozen=True, slots=True)
class Levels:
    """Where those stand in the final order who leave the stage in this match.

    Level 0 is the champion's, 1 the next; who shares a level shares a rank. `out` is for both
    opponents of a match that nobody won; None: nobody leaves here that way.
    """

    winner: int | None
    loser: int | None
    out: int


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """What the draw says of a match once and for all.

    `round` and `place` count from 1. `needed_if` names the side of an earlier match that must win
    it, else this match is not played.
    """

    id: MatchId
    bracket: Bracket
    round: int
    place: int
    best_of: int | None
    levels: Levels
    winner_to: Feed | None = None
    loser_to: Feed | None = None
    needed_if: Feed | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A match of a stage: its plan, and what is known by now."""

    plan: MatchPlan
    opponents: tuple[Opponent, Opponent]
    status: Status
    result: Result | None = None
    decided_by: DecidedBy | None = None

    @property
    def id(self) -> MatchId:
        """Unique in its stage: `U2.1`, `L3.1`, `F1`, `F2`, `T1`."""
        return self.plan.id

    @property
    def bracket(self) -> Bracket:
        """The part of the stage it stands in."""
        return self.plan.bracket

    @property
    def round(self) -> int:
        """From 1, within the bracket."""
        return self.plan.round

    @property
    def place(self) -> int:
        """From 1, within the round."""
        return self.plan.place

    @property
    def best_of(self) -> int | None:
        """Odd number of games, or None: any two different scores."""
        return self.plan.best_of

    @property
    def winner_to(self) -> Feed | None:
        """Where the winner goes; None: the winner leaves the stage here."""
        return self.plan.winner_to

    @property
    def loser_to(self) -> Feed | None:
        """Where the loser goes; None: the loser is out."""
        return self.plan.loser_to

    @property
    def participants(self) -> tuple[ParticipantId, ...]:
        """Who is known to play here, in the order of the opponents: none, one or two."""
        first, second = self.opponents[0].participant, self.opponents[1].participant
        if first is not None and second is not None:
            return first, second
        return tuple(each for each in (first, second) if each is not None)

    @property
    def winner(self) -> ParticipantId | None:
        """Who won; None while undecided, and where nobody did."""
        return self.result.winner if self.result else None

    @property
    def loser(self) -> ParticipantId | None:
        """Who lost to the winner; None where there is no winner or no such participant."""
        winner = self.winner
        if winner is None:
            return None
        return next((each for each in self.participants if each != winner), None)

    @property
    def is_pending(self) -> bool:
        """Waiting or ready: something is still to happen here."""
        return self.status is Status.WAITING or self.status is Status.READY


@dataclass(frozen=True, slots=True)
class Stage:
    """A drawn stage.

    `participants` stand in seed order. `matches` are in an order in which each match comes after
    those that feed it. `pending` counts the matches that wait or are ready: at 0 the stage is
    complete.
    """

    format: FormatName
    settings: Settings
    participants: tuple[ParticipantId, ...]
    matches: MappingProxyType[MatchId, Match]
    disqualified: frozenset[ParticipantId]
    pending: int

    def matches_of(self, participant: ParticipantId) -> Iterator[Match]:
        """The matches in which this participant stands, earliest first."""
        for match in self.matches.values():
            if any(each.participant == participant for each in match.opponents):
                yield match


def is_complete(stage: Stage) -> bool:
    """Whether no match waits or is ready."""
    return stage.pending == 0


def open_matches(stage: Stage) -> tuple[Match, ...]:
    """The matches that can be played now, in the order of the draw."""
    return tuple(match for match in stage.matches.values() if match.status is Status.READY)
