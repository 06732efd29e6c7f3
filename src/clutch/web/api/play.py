"""Start times and the history of a tournament in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from clutch.engine import MatchId
from clutch.kernel.log import Event
from clutch.kernel.writing import Transaction
from clutch.tournaments import history, scheduling
from clutch.tournaments.matches import Seen, claims_of
from clutch.tournaments.models import TournamentId
from clutch.tournaments.queries import see_tournament
from clutch.web.answers import ApiIn, answers
from clutch.web.views.matches import MatchAndClaims, with_claims
from clutch.web.visit import ApiVisitDep

router = APIRouter(prefix="/tournaments/{tournament_id}", tags=["matches"])


class StartIn(ApiIn):
    """When the match begins; null: not set."""

    starts_at: AwareDatetime | None


class EventOut(msgspec.Struct, frozen=True):
    """One fact of a history; `actor` null is the site itself."""

    seq: int
    at: datetime
    kind: str
    actor: int | None
    fact: msgspec.Raw


class HistoryOut(msgspec.Struct, frozen=True):
    """A page of a history, newest first."""

    events: tuple[EventOut, ...]
    page: int
    pages: int


@router.put("/matches/{match_id}/start", **answers(MatchAndClaims, versioned=True))
def schedule(visit: ApiVisitDep, tournament_id: str, match_id: str, body: StartIn) -> Response:
    """Say when a match begins (organizers)."""
    seen = Seen(TournamentId(tournament_id), MatchId(match_id), visit.version())

    def work(tx: Transaction) -> MatchAndClaims:
        match = scheduling.schedule_match(tx, visit.actor, seen, body.starts_at)
        return with_claims(match, claims_of(tx.conn, match.tournament_id, match.id))

    return visit.mutate(work)


@router.get("/history", **answers(HistoryOut))
def show_history(
    visit: ApiVisitDep, tournament_id: str, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1
) -> Response:
    """Who did what when, newest first."""
    with visit.read() as conn:
        tournament = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        found = history.history(conn, tournament.stream, page)
    return visit.json(HistoryOut(tuple(map(_event_out, found.events)), found.page, found.pages))


def _event_out(event: Event) -> EventOut:
    fact = msgspec.Raw(event.json.encode())
    return EventOut(event.seq, event.at, event.kind, event.actor_id, fact)
