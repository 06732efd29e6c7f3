"""What an operation would take away, before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from clutch.engine.facts import OpponentRemoved, ResultAmended, ResultRevoked, Transition
from clutch.engine.results import ParticipantId, Result
from clutch.engine.stage import DecidedBy, Match, MatchId, Stage

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Loss:
    """What one match loses: participants that stood in it, its result, or both.

    `is_recorded`: the result was recorded by somebody, so it stands for something that happened
    outside; a result given by a rule does not.
    """

    match: MatchId
    opponents: tuple[ParticipantId, ...]
    result: Result | None
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What an operation takes away, in the order in which it does: farthest first.

    A match that only gets another recorded result, such as the corrected one, loses nothing.
    `stage` is what it would be afterwards.
    """

    losses: tuple[Loss, ...]
    stage: Stage

    @property
    def recorded(self) -> tuple[MatchId, ...]:
        """The matches whose recorded results would be lost."""
        return tuple(loss.match for loss in self.losses if loss.is_recorded)


def preview(
    stage: Stage,
    operation: Callable[Concatenate[Stage, P], Transition],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Preview:
    """What `operation(stage, ...)` would take away: `preview(stage, correct, match_id, result)`.

    It is worked out by doing it on the value, so it is what the operation does on that stage, and
    it refuses what the operation refuses.
    """
    transition = operation(stage, *args, **kwargs)
    return Preview(tuple(_losses(stage, transition)), transition.stage)


def _losses(before: Stage, transition: Transition) -> Iterator[Loss]:
    taken = (
        fact.match
        for fact in transition.facts
        if isinstance(fact, OpponentRemoved | ResultRevoked | ResultAmended)
    )
    for match_id in dict.fromkeys(taken):
        was, now = before.matches[match_id], transition.stage.matches[match_id]
        gone = _gone(was, now)
        result = was.result if _loses_result(was, now) else None
        if gone or result:
            is_recorded = result is not None and was.decided_by is DecidedBy.RECORDED
            yield Loss(match_id, gone, result, is_recorded)


def _gone(was: Match, now: Match) -> tuple[ParticipantId, ...]:
    return tuple(
        old.participant
        for old, new in zip(was.opponents, now.opponents, strict=True)
        if old.participant is not None and old.participant != new.participant
    )


def _loses_result(was: Match, now: Match) -> bool:
    if was.result is None or now.decided_by is DecidedBy.RECORDED:
        return False
    return was.decided_by is DecidedBy.RECORDED or was.result != now.result
