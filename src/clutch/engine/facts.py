"""What happened in a stage: frozen values from which it is rebuilt.

`StageDrawn` is the first; folding all facts of a stage in order gives the stage again. A fact says
enough to be read alone: a decision and its revocation name both opponents, in the order that the
scores follow (None: a vacant place). `StageCompleted` and `StageReopened` announce what the facts
before them brought about and change nothing themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clutch.engine.results import ParticipantId, Result
from clutch.engine.settings import Settings
from clutch.engine.stage import DecidedBy, FormatName, MatchId, Stage

Opponents = tuple[ParticipantId | None, ParticipantId | None]


@dataclass(frozen=True, slots=True)
class StageDrawn:
    """The bracket was drawn: participants in seed order, best first. Byes are played through."""

    format: FormatName
    settings: Settings
    participants: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class MatchDecided:
    """A match got its result, recorded by somebody or given by a rule."""

    match: MatchId
    opponents: Opponents
    result: Result
    decided_by: DecidedBy


@dataclass(frozen=True, slots=True)
class ResultAmended:
    """A decided match has another result with the same winner: nothing else changes."""

    match: MatchId
    opponents: Opponents
    before: Result
    result: Result
    decided_by: DecidedBy


@dataclass(frozen=True, slots=True)
class ResultRevoked:
    """A result was taken back, by hand or because what it built on is gone."""

    match: MatchId
    opponents: Opponents
    result: Result
    decided_by: DecidedBy


@dataclass(frozen=True, slots=True)
class OpponentPlaced:
    """A side (0 or 1) of a match became known: a participant, or None for vacant."""

    match: MatchId
    side: int
    participant: ParticipantId | None


@dataclass(frozen=True, slots=True)
class OpponentRemoved:
    """A side (0 or 1) of a match is open again; `participant` stood there (None: vacant)."""

    match: MatchId
    side: int
    participant: ParticipantId | None


@dataclass(frozen=True, slots=True)
class MatchNotNeeded:
    """A match will not be played, because the one before it decided everything."""

    match: MatchId


@dataclass(frozen=True, slots=True)
class MatchNeededAgain:
    """A match that was not needed may be needed after all."""

    match: MatchId


@dataclass(frozen=True, slots=True)
class ParticipantDisqualified:
    """A participant loses the open match and each later one by walkover."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantReinstated:
    """A disqualification was lifted."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class WalkoverKept:
    """A walkover given by a rule now stands by itself: its winner was disqualified afterwards."""

    match: MatchId


@dataclass(frozen=True, slots=True)
class StageCompleted:
    """No match waits or is ready any more. No champion: nobody won the final."""

    champion: ParticipantId | None


@dataclass(frozen=True, slots=True)
class StageReopened:
    """A complete stage lost a result; the champion that it had is one no longer."""


Fact = (
    StageDrawn
    | MatchDecided
    | ResultAmended
    | ResultRevoked
    | OpponentPlaced
    | OpponentRemoved
    | MatchNotNeeded
    | MatchNeededAgain
    | ParticipantDisqualified
    | ParticipantReinstated
    | WalkoverKept
    | StageCompleted
    | StageReopened
)


@dataclass(frozen=True, slots=True)
class Transition:
    """What an operation brings: the next stage, and the facts that lead there, in order."""

    stage: Stage
    facts: tuple[Fact, ...]


def touched(facts: Iterable[Fact]) -> tuple[MatchId, ...]:
    """The matches that these facts change, each once, in the order of the first change.

    After a draw every match is new; `StageDrawn` names none of them.
    """
    seen = dict.fromkeys(fact.match for fact in facts if hasattr(fact, "match"))
    return tuple(seen)
