"""Start times and the history of a tournament in the API."""

from __future__ import annotations

from datetime import datetime

import msgspec
from fastapi import APIRouter
from pydantic import AwareDatetime, Field, StrictInt
from starlette.responses import Response

from clutch.engine import MatchId
from clutch.kernel.log import Event
from clutch.kernel.writing import Transaction
from clutch.tournaments import history, scheduling
from clutch.tournaments.matches import Seen, claims_of
from clutch.tournaments.models import TournamentId
from clutch.tournaments.queries import see_tournament
from clutch.tournaments.scheduling import RoundTimes
from clutch.web.answers import ApiIn, answers
from clutch.web.views.matches import MatchAndClaims, MatchOut, match_out, with_claims
from clutch.web.views.numbers import PageNumber
from clutch.web.views.round_times import part_of_round
from clutch.web.visit import ApiVisitDep

router = APIRouter(prefix="/tournaments/{tournament_id}", tags=["matches"])


class StartIn(ApiIn):
    """When the match begins; null: not set."""

    starts_at: AwareDatetime | None


class RoundTimesIn(ApiIn):
    """When the open matches of a round begin; null: not set.

    The first one begins at `starts_at`, each other one `every_minutes` later than the one before.
    """

    starts_at: AwareDatetime | None
    every_minutes: StrictInt = Field(0, ge=0, le=scheduling.LONGEST_INTERVAL)


class RoundOut(msgspec.Struct, frozen=True):
    """The matches of a round in the order of the draw; `version` is the tournament's."""

    matches: tuple[MatchOut, ...]
    version: int


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


@router.put("/rounds/{round_key}/start", **answers(RoundOut, versioned=True))
def schedule_round(
    visit: ApiVisitDep, tournament_id: str, round_key: str, body: RoundTimesIn
) -> Response:
    """Say when a round (such as U2) begins (organizers); If-Match is the tournament's version."""
    key, version = TournamentId(tournament_id), visit.version()
    times = RoundTimes(*part_of_round(round_key), body.starts_at, body.every_minutes)

    def work(tx: Transaction) -> RoundOut:
        found = scheduling.schedule_round(tx, visit.actor, key, version, times)
        return RoundOut(tuple(map(match_out, found)), version)

    return visit.mutate(work)


@router.get("/history", **answers(HistoryOut))
def show_history(visit: ApiVisitDep, tournament_id: str, page: PageNumber = 1) -> Response:
    """Who did what when, newest first."""
    with visit.read() as conn:
        tournament = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        found = history.history(conn, tournament.stream, page)
    return visit.json(HistoryOut(tuple(map(_event_out, found.events)), found.page, found.pages))


def _event_out(event: Event) -> EventOut:
    fact = msgspec.Raw(event.json.encode())
    return EventOut(event.seq, event.at, event.kind, event.actor_id, fact)
