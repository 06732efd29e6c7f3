"""What a correction, a revocation or a disqualification would change, before it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from clutch import engine
from clutch.engine import MatchId, ParticipantId, Preview, Result, Stage
from clutch.tournaments import results, stages
from clutch.tournaments.bracket import Bracket, get_part
from clutch.tournaments.models import Participant, Status, Tournament
from clutch.web.views.bracket import DrawnMatch
from clutch.web.views.play import Rounds
from clutch.web.views.tournament_bracket import drawn_match


@dataclass(frozen=True, slots=True)
class LossView:
    """What one match loses: participants who stand in it, its result, or both.

    `is_played`: the result was recorded by somebody, so it really was played.
    """

    match: DrawnMatch
    opponents: tuple[Participant, ...]
    loses_result: bool
    is_played: bool


@dataclass(frozen=True, slots=True)
class PreviewView:
    """All that an act takes away, in the order of play.

    `fingerprint` names exactly these losses; `reopens`: a completed tournament runs again.
    """

    rounds: Rounds
    losses: tuple[LossView, ...]
    fingerprint: str
    reopens: bool

    @property
    def played(self) -> int:
        """How many played matches lose their result."""
        return sum(loss.is_played for loss in self.losses)


def preview_of_result(
    conn: Connection,
    kept: dict[str, Any],
    tournament: Tournament,
    match_id: MatchId,
    result: Result | None,
) -> PreviewView:
    """What setting `result` (None: taking back the one that stands) takes away.

    Raises:
        RuleRefusal: whatever the act itself would refuse.
    """
    stage = stages.read_stage(conn, kept, tournament.id)
    found = results.preview_result(stage, match_id, result)
    return _view(conn, stage, tournament, found, besides=match_id)


def preview_of_reinstatement(
    conn: Connection, kept: dict[str, Any], tournament: Tournament, participant_id: ParticipantId
) -> PreviewView:
    """What lifting a disqualification takes away.

    Raises:
        ParticipantUnknown, NotDisqualified: there is nothing to lift.
    """
    stage = stages.read_stage(conn, kept, tournament.id)
    return _view(conn, stage, tournament, results.preview_reinstatement(stage, participant_id))


def lost_by_disqualification(
    conn: Connection, kept: dict[str, Any], tournament: Tournament, participant_id: ParticipantId
) -> list[DrawnMatch]:
    """The matches that a disqualification decides at once, as they stand before it.

    Raises:
        ParticipantUnknown, AlreadyDisqualified: there is nothing to do.
    """
    stage = stages.read_stage(conn, kept, tournament.id)
    after = engine.disqualify(stage, participant_id).stage
    decided = [
        match.id
        for match in after.matches.values()
        if match.result != stage.matches[match.id].result
    ]
    return _drawn(get_part(conn, stage, tournament, decided))


def _view(
    conn: Connection,
    stage: Stage,
    tournament: Tournament,
    found: Preview,
    besides: MatchId | None = None,
) -> PreviewView:
    losses = {loss.match: loss for loss in found.losses if loss.match != besides}
    part = get_part(conn, stage, tournament, losses)
    return PreviewView(
        rounds=Rounds.of(stage),
        losses=tuple(
            LossView(
                match=drawn,
                opponents=_people(part, losses[MatchId(drawn.id)].opponents),
                loses_result=losses[MatchId(drawn.id)].result is not None,
                is_played=losses[MatchId(drawn.id)].is_recorded,
            )
            for drawn in _drawn(part)
        ),
        fingerprint=results.fingerprint(found),
        reopens=tournament.status is Status.COMPLETED and _moves_places(stage, found.stage),
    )


def _drawn(part: Bracket) -> list[DrawnMatch]:
    return [drawn_match(part, match) for match in part.matches]


def _people(part: Bracket, lost: Iterable[ParticipantId]) -> tuple[Participant, ...]:
    return tuple(part.participants[each] for each in lost)


def _moves_places(before: Stage, after: Stage) -> bool:
    return not engine.is_complete(after) or engine.placements(before) != engine.placements(after)
