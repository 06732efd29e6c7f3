"""The one place where a stage changes: folding facts into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from clutch.engine.facts import (
    Fact,
    MatchDecided,
    MatchNeededAgain,
    MatchNotNeeded,
    OpponentPlaced,
    OpponentRemoved,
    ParticipantDisqualified,
    ParticipantReinstated,
    ResultAmended,
    ResultRevoked,
    StageCompleted,
    StageDrawn,
    StageReopened,
    Transition,
    WalkoverKept,
)
from clutch.engine.formats import shape_of
from clutch.engine.placements import champion_of
from clutch.engine.results import ParticipantId, Result
from clutch.engine.settings import Settings
from clutch.engine.stage import (
    SINGLE_ELIMINATION,
    DecidedBy,
    Holds,
    Match,
    MatchId,
    Opponent,
    Stage,
    Status,
)

UNDRAWN = Stage(SINGLE_ELIMINATION, Settings(), (), MappingProxyType({}), frozenset(), 0)


def fold(stage: Stage | None, fact: Fact) -> Stage:
    """Return the stage as it is after `fact`; before the draw there is None."""
    return replay((fact,), stage)


def replay(facts: Iterable[Fact], stage: Stage | None = None) -> Stage:
    """Fold all `facts` in order, at the cost of one copy; from None they begin with the draw."""
    draft = Draft(stage or UNDRAWN)
    for fact in facts:
        draft.apply(fact)
    return draft.freeze()


class Draft:
    """A stage in the making, private to one operation: facts go in, one frozen stage comes out."""

    __slots__ = (
        "_format",
        "_participants",
        "_pending",
        "_settings",
        "_was",
        "disqualified",
        "facts",
        "matches",
    )

    def __init__(self, stage: Stage) -> None:
        self._was = stage
        self._format = stage.format
        self._settings = stage.settings
        self._participants = stage.participants
        self._pending = stage.pending
        self.matches: dict[MatchId, Match] = stage.matches.copy()
        self.disqualified = stage.disqualified
        self.facts: list[Fact] = []

    def record(self, fact: Fact) -> None:
        """Let `fact` happen, and remember that it did."""
        self.facts.append(fact)
        self.apply(fact)

    def freeze(self) -> Stage:
        """Return the stage as it is by now."""
        return Stage(
            self._format,
            self._settings,
            self._participants,
            MappingProxyType(self.matches),
            self.disqualified,
            self._pending,
        )

    def finish(self) -> Transition:
        """Announce a completion that came or went, and return what the operation brought."""
        was_complete = bool(self._was.matches) and self._was.pending == 0
        lost = was_complete and any(isinstance(fact, ResultRevoked) for fact in self.facts)
        if lost:
            self.record(StageReopened())
        if self._pending == 0 and (lost or not was_complete):
            self.record(StageCompleted(champion_of(self.matches)))
        return Transition(self.freeze(), tuple(self.facts))

    def apply(self, fact: Fact) -> None:
        """Change what `fact` says has changed."""
        _APPLY[type(fact)](self, fact)

    def _draw(self, fact: StageDrawn) -> None:
        shape = shape_of(fact.format, len(fact.participants), fact.settings)
        self._format, self._settings = fact.format, fact.settings
        self._participants = fact.participants
        self.matches = dict(shape.matches)
        for match_id, seeds in shape.seats:
            match = self.matches[match_id]
            first, second = (
                opponent if seed is None else _seated(opponent, fact.participants[seed - 1])
                for opponent, seed in zip(match.opponents, seeds, strict=True)
            )
            self.matches[match_id] = _with_opponents(match, (first, second))
        self._pending = sum(match.is_pending for match in self.matches.values())

    def _set_opponent(
        self, match_id: MatchId, side: int, holds: Holds, participant: ParticipantId | None
    ) -> None:
        match = self.matches[match_id]
        first, second = match.opponents
        if side == 0:
            opponents = (Opponent(first.source, holds, participant), second)
        else:
            opponents = (first, Opponent(second.source, holds, participant))
        self.matches[match_id] = _with_opponents(match, opponents)

    def _set_result(
        self, match_id: MatchId, result: Result | None, decided_by: DecidedBy | None
    ) -> None:
        match = self.matches[match_id]
        status = Status.DECIDED if result else _status(match.opponents)
        self._put(Match(match.plan, match.opponents, status, result, decided_by))

    def _set_status(self, match_id: MatchId, status: Status) -> None:
        match = self.matches[match_id]
        self._put(Match(match.plan, match.opponents, status))

    def _put(self, match: Match) -> None:
        self._pending += match.is_pending - self.matches[match.id].is_pending
        self.matches[match.id] = match

    def _place(self, fact: OpponentPlaced) -> None:
        holds = Holds.VACANT if fact.participant is None else Holds.PARTICIPANT
        self._set_opponent(fact.match, fact.side, holds, fact.participant)

    def _remove(self, fact: OpponentRemoved) -> None:
        self._set_opponent(fact.match, fact.side, Holds.UNKNOWN, None)

    def _decide(self, fact: MatchDecided | ResultAmended) -> None:
        self._set_result(fact.match, fact.result, fact.decided_by)

    def _revoke(self, fact: ResultRevoked) -> None:
        self._set_result(fact.match, None, None)

    def _keep(self, fact: WalkoverKept) -> None:
        self._set_result(fact.match, self.matches[fact.match].result, DecidedBy.RECORDED)

    def _drop(self, fact: MatchNotNeeded) -> None:
        self._set_status(fact.match, Status.NOT_NEEDED)

    def _await(self, fact: MatchNeededAgain) -> None:
        self._set_status(fact.match, Status.WAITING)

    def _disqualify(self, fact: ParticipantDisqualified) -> None:
        self.disqualified |= {fact.participant}

    def _reinstate(self, fact: ParticipantReinstated) -> None:
        self.disqualified -= {fact.participant}

    def _announce(self, fact: StageCompleted | StageReopened) -> None:
        """Nothing changes: what is announced follows from the facts before."""


_APPLY: Mapping[type[Fact], Callable[[Draft, Any], None]] = {
    StageDrawn: Draft._draw,
    MatchDecided: Draft._decide,
    ResultAmended: Draft._decide,
    ResultRevoked: Draft._revoke,
    OpponentPlaced: Draft._place,
    OpponentRemoved: Draft._remove,
    MatchNotNeeded: Draft._drop,
    MatchNeededAgain: Draft._await,
    ParticipantDisqualified: Draft._disqualify,
    ParticipantReinstated: Draft._reinstate,
    WalkoverKept: Draft._keep,
    StageCompleted: Draft._announce,
    StageReopened: Draft._announce,
}


def _seated(opponent: Opponent, participant: ParticipantId) -> Opponent:
    return Opponent(opponent.source, Holds.PARTICIPANT, participant)


def _with_opponents(match: Match, opponents: tuple[Opponent, Opponent]) -> Match:
    """Opponents change only while there is no result, so the status follows from them."""
    return Match(match.plan, opponents, _status(opponents))


def _status(opponents: tuple[Opponent, Opponent]) -> Status:
    first, second = opponents[0].holds, opponents[1].holds
    if first is Holds.BYE or second is Holds.BYE:
        return Status.BYE
    if first is second is Holds.PARTICIPANT:
        return Status.READY
    return Status.WAITING
