"""What organizers do with results: set, correct, revoke, disqualify; always previewed.

A correction of a match is a revocation with all that followed from it and a new report. When
that takes back matches which were really played, the organizer confirms their number and says
why, for everybody to read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, update

from clutch import engine
from clutch.accounts.models import Actor
from clutch.engine import MatchId, ParticipantId, Preview, Result, Stage, Transition
from clutch.kernel.writing import Transaction
from clutch.tournaments import stages
from clutch.tournaments.events_play import (
    DisqualificationDecided,
    ResultCorrected,
    TournamentReopened,
)
from clutch.tournaments.match_rows import Decision
from clutch.tournaments.matches import MatchRow, Seen, get_match
from clutch.tournaments.models import Status, Tournament, TournamentId, stream_of
from clutch.tournaments.moving import tell_moved
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.reasons import check_reason
from clutch.tournaments.refusals_play import (
    ConfirmationNeeded,
    PreviewStale,
    TournamentNotRunning,
)
from clutch.tournaments.reporting import check_version, confirmed
from clutch.tournaments.repository import get_tournament, update_tournament
from clutch.tournaments.tables import participant as participant_table
from clutch.tournaments.tables import placement as placement_table

Operation = Callable[[Stage], Transition]


class Consent(msgspec.Struct, frozen=True):
    """What the organizer saw in the preview and accepts: so many played matches lost, and why.

    `losses` is the `fingerprint` of that preview; it may be left out where nothing played is lost.
    """

    played: int = 0
    reason: str | None = None
    losses: str | None = None


NOTHING_LOST = Consent()


def set_result(
    tx: Transaction,
    actor: Actor,
    seen: Seen,
    result: Result,
    consent: Consent = NOTHING_LOST,
) -> MatchRow:
    """Decide an open match, or correct a decided one.

    Raises:
        MatchStale: the match changed since the actor saw it.
        ConfirmationNeeded, ReasonNeeded: played matches would be taken back; see `consent`.
        PreviewStale: something else would be taken away than `consent` saw.
        TournamentNotRunning, MatchNotReady, ResultUnchanged, ImpossibleScores, ...
    """
    tournament, match = _as_organizer(tx, actor, seen)
    if match.is_decided:
        operation = _correction(match.id, result)
        _correct(tx, actor, tournament, match, Change(operation, result, consent))
    else:
        stages.advance(
            tx,
            actor.account_id,
            tournament.id,
            lambda stage: engine.report(stage, match.id, result),
            Decision(match.id, "organizer"),
            confirmed(match, result, "organizer"),
        )
    return get_match(tx.conn, tournament.id, match.id)


def revoke_result(
    tx: Transaction, actor: Actor, seen: Seen, consent: Consent = NOTHING_LOST
) -> MatchRow:
    """Take a decided match's result back, and all that followed from it.

    Raises:
        MatchStale, ConfirmationNeeded, ReasonNeeded, PreviewStale: as for `set_result`.
        MatchNotDecided, MatchDecidedByRule: there is no result that somebody recorded.
    """
    tournament, match = _as_organizer(tx, actor, seen)
    _correct(tx, actor, tournament, match, Change(_revocation(match.id), None, consent))
    return get_match(tx.conn, tournament.id, match.id)


def disqualify(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    participant_id: ParticipantId,
    reason: str,
) -> None:
    """The participant's open match and each later one are lost by walkover; decided ones stand.

    Raises:
        ReasonNeeded: everybody reads it.
        ParticipantUnknown, AlreadyDisqualified, TournamentNotRunning.
    """
    tournament = _running(tx, actor, tournament_id)
    reason = check_reason(reason)
    stages.advance(
        tx,
        actor.account_id,
        tournament.id,
        lambda stage: engine.disqualify(stage, participant_id),
        None,
        DisqualificationDecided(participant=participant_id, reason=reason, lifted=False),
    )
    _mark(tx, participant_id, reason)


def reinstate(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    participant_id: ParticipantId,
    consent: Consent = NOTHING_LOST,
) -> None:
    """Lift a disqualification: what it decided is undone, with all that followed from that.

    Raises:
        ConfirmationNeeded, ReasonNeeded: played matches would be taken back.
        PreviewStale: something else would be taken away than `consent` saw.
        NotDisqualified, TournamentNotRunning.
    """
    tournament = _running(tx, actor, tournament_id)
    preview = engine.preview(
        stages.locked_stage(tx, tournament_id), engine.reinstate, participant_id
    )
    reason = _check_consent(preview, consent)
    stages.advance(
        tx,
        actor.account_id,
        tournament_id,
        lambda stage: engine.reinstate(stage, participant_id),
        None,
        DisqualificationDecided(
            participant=participant_id, reason=reason, lifted=True, revoked=preview.recorded
        ),
    )
    _mark(tx, participant_id, None)
    _reopen_if_open(tx, actor, tournament, preview.stage, None)


def preview_result(stage: Stage, match_id: MatchId, result: Result | None) -> Preview:
    """What setting `result` (None: revoking) would take away; nothing for an open match.

    Raises:
        RuleRefusal: whatever the act itself would refuse.
    """
    if result is None:
        return engine.preview(stage, engine.revoke, match_id)
    match = stage.matches.get(match_id)
    if match is not None and match.status is engine.Status.DECIDED:
        return engine.preview(stage, engine.correct, match_id, result)
    return engine.preview(stage, engine.report, match_id, result)


def preview_reinstatement(stage: Stage, participant_id: ParticipantId) -> Preview:
    """What lifting a disqualification would take away."""
    return engine.preview(stage, engine.reinstate, participant_id)


def fingerprint(preview: Preview) -> str:
    """What a preview showed, in a word: two previews that differ have different ones."""
    return hashlib.sha256(repr(preview.losses).encode()).hexdigest()[:16]


def may_be_corrected(tournament: Tournament) -> bool:
    """Corrections are possible while a tournament runs and after it is completed."""
    return tournament.status in {Status.RUNNING, Status.COMPLETED}


def read_preview(
    conn: Connection,
    kept: dict[str, Any],
    tournament_id: TournamentId,
    match_id: MatchId,
    result: Result | None,
) -> Preview:
    """The same as `preview_result`, on the stage as this snapshot of the database has it."""
    return preview_result(stages.read_stage(conn, kept, tournament_id), match_id, result)


class Change(NamedTuple):
    """What is done to a decided match, and what was agreed to lose by it."""

    operation: Operation
    result: Result | None
    consent: Consent


def _correction(match_id: MatchId, result: Result) -> Operation:
    return lambda stage: engine.correct(stage, match_id, result)


def _revocation(match_id: MatchId) -> Operation:
    return lambda stage: engine.revoke(stage, match_id)


def _correct(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    match: MatchRow,
    change: Change,
) -> None:
    preview = engine.preview(stages.locked_stage(tx, tournament.id), change.operation)
    reason = _check_consent(preview, change.consent, besides=match.id)
    revoked = tuple(each for each in preview.recorded if each != match.id)
    stages.advance(
        tx,
        actor.account_id,
        tournament.id,
        change.operation,
        Decision(match.id, "organizer", corrects=True),
        ResultCorrected(
            match=match.id,
            opponents=match.participants,
            result=None if change.result is None else engine.encode_result(change.result),
            revoked=revoked,
            reason=reason,
        ),
    )
    _reopen_if_open(tx, actor, tournament, preview.stage, match.id)


def _check_consent(
    preview: Preview, consent: Consent, besides: MatchId | None = None
) -> str | None:
    """Played matches are taken back only by who said how many they are, and why; gives why."""
    if consent.losses is not None and consent.losses != fingerprint(preview):
        raise PreviewStale
    played = [match_id for match_id in preview.recorded if match_id != besides]
    if played and (consent.losses is None or consent.played != len(played)):
        raise ConfirmationNeeded(
            played=len(played), matches=", ".join(played), losses=fingerprint(preview)
        )
    return check_reason(consent.reason or "") if played or consent.reason else None


def _reopen_if_open(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    stage: Stage,
    match_id: MatchId | None,
) -> None:
    """A completed tournament whose result changed runs again until it is completed anew."""
    if tournament.status is not Status.COMPLETED or _same_places(tx, tournament, stage):
        return
    tx.conn.execute(delete(placement_table).where(placement_table.c.tournament_id == tournament.id))
    reopened = TournamentReopened(match=match_id)
    tx.append(tournament.stream, reopened, actor_id=actor.account_id)
    tell_moved(tx, actor, update_tournament(tx, tournament, status=Status.RUNNING, ended_at=None))


def _same_places(tx: Transaction, tournament: Tournament, stage: Stage) -> bool:
    """Whether nobody's placement changes, as after a change of score that keeps the winner."""
    if not engine.is_complete(stage):
        return False
    rows = tx.conn.execute(
        placement_table.select().where(placement_table.c.tournament_id == tournament.id)
    )
    before = {row.participant_id: (row.rank, row.to) for row in rows}
    after = {
        each: (place.rank, place.to)
        for place in engine.placements(stage)
        for each in place.participants
    }
    return before == after


def _as_organizer(tx: Transaction, actor: Actor, seen: Seen) -> tuple[Tournament, MatchRow]:
    tournament = _running(tx, actor, seen.tournament_id)
    match = get_match(tx.conn, tournament.id, seen.match_id)
    check_version(match, seen)
    return tournament, match


def _running(tx: Transaction, actor: Actor, tournament_id: TournamentId) -> Tournament:
    tx.lock(stream_of(tournament_id))
    tournament = get_tournament(tx.conn, tournament_id)
    require_organizer(tx.conn, actor, tournament)
    if not may_be_corrected(tournament):
        raise TournamentNotRunning
    return tournament


def _mark(tx: Transaction, participant_id: ParticipantId, reason: str | None) -> None:
    tx.conn.execute(
        update(participant_table)
        .where(participant_table.c.id == participant_id)
        .values(disqualified=reason is not None, disqualified_reason=reason)
    )
