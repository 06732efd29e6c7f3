"""Matches in the API: bracket, reports, results, corrections, placements."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import Field, StrictInt
from starlette.responses import Response

from clutch.engine import MatchId, Outcome, ParticipantId, Result
from clutch.engine.scores import MOST
from clutch.kernel.writing import Transaction
from clutch.tournaments import completing, reporting, results
from clutch.tournaments.bracket import Placed, get_bracket, placements_of
from clutch.tournaments.matches import (
    GameRow,
    MatchRow,
    Seen,
    claims_of,
    get_match,
    result_of,
)
from clutch.tournaments.models import TournamentId, stream_of
from clutch.tournaments.queries import see_tournament
from clutch.tournaments.results import Consent
from clutch.web.answers import ApiIn, answers
from clutch.web.kept_api import kept_answer
from clutch.web.views.matches import (
    BracketOut,
    MatchAndClaims,
    MatchOut,
    PreviewOut,
    bracket_out,
    match_out,
    preview_out,
    with_claims,
)
from clutch.web.visit import ApiVisit, ApiVisitDep

router = APIRouter(prefix="/tournaments/{tournament_id}", tags=["matches"])

Score = Annotated[StrictInt, Field(ge=0, le=MOST)]
Scores = tuple[Score, Score]


class GameIn(ApiIn):
    """One game (map); scores in the order of the match's opponents."""

    scores: Scores
    name: str | None = Field(None, max_length=60)


class ResultIn(ApiIn):
    """How a match ended; scores in the order of the match's opponents.

    `winner` is a participant's id, for outcomes that scores don't name (and null for a double
    forfeit).
    """

    outcome: Outcome = Outcome.PLAYED
    scores: Scores | None = None
    winner: int | None = None
    games: list[GameIn] = Field([], max_length=99)

    def result(self, match: MatchRow) -> Result:
        """The engine's form of it."""
        games = tuple(GameRow(game.scores, game.name) for game in self.games)
        winner = None if self.winner is None else ParticipantId(self.winner)
        return result_of(match, self.outcome, winner, self.scores, games)


class DecisionIn(ResultIn):
    """A result that an organizer sets.

    Where played matches are lost by it, `confirm_played` (their number), `losses` (the fingerprint)
    and a `reason` agree to exactly what the preview showed.
    """

    confirm_played: int = Field(0, ge=0)
    losses: str | None = Field(None, max_length=40)
    reason: str | None = Field(None, max_length=500)

    def consent(self) -> Consent:
        return Consent(self.confirm_played, self.reason, self.losses)


def _consent(
    confirm_played: Annotated[int, Query(ge=0)] = 0,
    losses: Annotated[str | None, Query(max_length=40)] = None,
    reason: Annotated[str | None, Query(max_length=500)] = None,
) -> Consent:
    return Consent(confirm_played, reason, losses)


ConsentDep = Annotated[Consent, Depends(_consent)]


class PreviewIn(ApiIn):
    """What to preview: setting this result, or (null) revoking the one that stands."""

    result: ResultIn | None = None


@router.get("/bracket", **answers(BracketOut))
@kept_answer("bracket-json", lambda at: [stream_of(at["tournament_id"])])
def show_bracket(visit: ApiVisitDep, tournament_id: str) -> Response:
    """The whole drawn tournament: matches, who plays in them, placements."""
    with visit.read() as conn:
        tournament = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        found = get_bracket(conn, visit.site.writer.kept, tournament)
    return visit.json(bracket_out(found))


@router.get("/matches", **answers(list[MatchOut]))
def list_matches(
    visit: ApiVisitDep,
    tournament_id: str,
    status: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    """All matches in the order of the draw; `status` keeps those that stand so."""
    with visit.read() as conn:
        tournament = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        found = get_bracket(conn, visit.site.writer.kept, tournament).matches
    return visit.json([match_out(each) for each in found if status in {None, each.status}])


@router.get("/matches/{match_id}", **answers(MatchAndClaims))
def show_match(visit: ApiVisitDep, tournament_id: str, match_id: str) -> Response:
    """One match, and the reports that wait beside it."""
    with visit.read() as conn:
        tournament = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        match = get_match(conn, tournament.id, match_id)
        claims = claims_of(conn, tournament.id, match_id)
    return visit.json(with_claims(match, claims))


@router.post(
    "/matches/{match_id}/reports", status_code=201, **answers(MatchAndClaims, 201, versioned=True)
)
def report(visit: ApiVisitDep, tournament_id: str, match_id: str, body: ResultIn) -> Response:
    """Report for your side: it waits, confirms what the other side said, or disputes it."""
    seen = _seen(visit, tournament_id, match_id)

    def work(tx: Transaction) -> MatchAndClaims:
        match = get_match(tx.conn, seen.tournament_id, match_id)
        became = reporting.report_result(tx, visit.actor, seen, body.result(match))
        return _now(tx, seen, became)

    return visit.mutate(work, 201)


@router.delete("/matches/{match_id}/reports/mine", **answers(MatchAndClaims, versioned=True))
def withdraw(visit: ApiVisitDep, tournament_id: str, match_id: str) -> Response:
    """Take your side's report back."""
    seen = _seen(visit, tournament_id, match_id)

    def work(tx: Transaction) -> MatchAndClaims:
        reporting.withdraw_report(tx, visit.actor, seen)
        return _now(tx, seen, "withdrawn")

    return visit.mutate(work)


@router.post("/matches/{match_id}/confirm", **answers(MatchAndClaims, versioned=True))
def confirm(visit: ApiVisitDep, tournament_id: str, match_id: str) -> Response:
    """Accept what the other side reported."""
    seen = _seen(visit, tournament_id, match_id)

    def work(tx: Transaction) -> MatchAndClaims:
        reporting.confirm_report(tx, visit.actor, seen)
        return _now(tx, seen, "confirmed")

    return visit.mutate(work)


@router.put("/matches/{match_id}/result", **answers(MatchAndClaims, versioned=True))
def decide(visit: ApiVisitDep, tournament_id: str, match_id: str, body: DecisionIn) -> Response:
    """Set the result of an open match, or correct a decided one (organizers)."""
    seen = _seen(visit, tournament_id, match_id)

    def work(tx: Transaction) -> MatchAndClaims:
        match = get_match(tx.conn, seen.tournament_id, match_id)
        decided = results.set_result(tx, visit.actor, seen, body.result(match), body.consent())
        return with_claims(decided, [])

    return visit.mutate(work)


@router.delete("/matches/{match_id}/result", **answers(MatchAndClaims, versioned=True))
def revoke(
    visit: ApiVisitDep,
    tournament_id: str,
    match_id: str,
    consent: ConsentDep,
) -> Response:
    """Take a decided match's result back, and all that followed from it (organizers)."""
    seen = _seen(visit, tournament_id, match_id)

    def work(tx: Transaction) -> MatchAndClaims:
        opened = results.revoke_result(tx, visit.actor, seen, consent)
        return with_claims(opened, [])

    return visit.mutate(work)


@router.post("/matches/{match_id}/preview", **answers(PreviewOut))
def preview(visit: ApiVisitDep, tournament_id: str, match_id: str, body: PreviewIn) -> Response:
    """What setting or (result null) revoking a result would take away; nothing is changed."""
    with visit.read() as conn:
        tournament = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        match = get_match(conn, tournament.id, match_id)
        wanted = None if body.result is None else body.result.result(match)
        found = results.read_preview(conn, visit.site.writer.kept, tournament.id, match.id, wanted)
    return visit.json(preview_out(found, match))


@router.get("/placements", **answers(list[Placed]))
def placements(visit: ApiVisitDep, tournament_id: str) -> Response:
    """Placements that nothing but a correction can change any more, best first."""
    with visit.read() as conn:
        tournament = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        found = placements_of(conn, visit.site.writer.kept, tournament)
    return visit.json(found)


class CompletedOut(msgspec.Struct, frozen=True):
    """The tournament after its end."""

    id: str
    status: str
    version: int


@router.post("/complete", **answers(CompletedOut, versioned=True))
def complete(visit: ApiVisitDep, tournament_id: str) -> Response:
    """Close the tournament: placements become final, the first three get their trophies."""
    version = visit.version()

    def work(tx: Transaction) -> CompletedOut:
        done = completing.complete(tx, visit.actor, TournamentId(tournament_id), version)
        return CompletedOut(done.id, done.status.value, done.version)

    return visit.mutate(work)


class DisqualifyIn(ApiIn):
    """Why; everybody can read it."""

    reason: str = Field(min_length=1, max_length=500)


@router.put("/participants/{participant_id}/disqualification", **answers(None, 204))
def disqualify(
    visit: ApiVisitDep, tournament_id: str, participant_id: int, body: DisqualifyIn
) -> Response:
    """The open match and each later one are lost by walkover; decided ones stand (organizers)."""
    return visit.mutate(
        lambda tx: results.disqualify(
            tx,
            visit.actor,
            TournamentId(tournament_id),
            ParticipantId(participant_id),
            body.reason,
        )
    )


@router.delete("/participants/{participant_id}/disqualification", **answers(None, 204))
def reinstate(
    visit: ApiVisitDep,
    tournament_id: str,
    participant_id: int,
    consent: ConsentDep,
) -> Response:
    """Lift a disqualification; what it decided is undone (organizers)."""
    return visit.mutate(
        lambda tx: results.reinstate(
            tx, visit.actor, TournamentId(tournament_id), ParticipantId(participant_id), consent
        )
    )


def _now(tx: Transaction, seen: Seen, became: str) -> MatchAndClaims:
    match = get_match(tx.conn, seen.tournament_id, seen.match_id)
    # Only a ready match can have claims beside it.
    claims = claims_of(tx.conn, seen.tournament_id, seen.match_id) if match.is_ready else []
    return with_claims(match, claims, became)


def _seen(visit: ApiVisit, tournament_id: str, match_id: str) -> Seen:
    return Seen(TournamentId(tournament_id), MatchId(match_id), visit.version())
