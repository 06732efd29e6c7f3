"""What players and teams played, over the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator
from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.kernel.refusals import N_
from clutch.teams.models import TeamId
from clutch.teams.queries import played_for
from clutch.tournaments import records
from clutch.tournaments.models import Status
from clutch.tournaments.records import Whose
from clutch.web.answers import answers
from clutch.web.views.numbers import Id, PageNumber
from clutch.web.views.players import player_frame
from clutch.web.views.records import LATEST_FIRST, Wanted, is_sort, record_page
from clutch.web.views.team_answers import (
    MatchesOut,
    PlayedForOut,
    RecordOut,
    matches_out,
    played_for_out,
    record_out,
)
from clutch.web.views.teams import team_frame
from clutch.web.visit import ApiVisit, ApiVisitDep

router = APIRouter(tags=["records"])

_NO_SORT = N_(
    "Sort by game, name, participants, status, date, placement or record; "
    "a minus in front turns the order round."
)


def _sort(text: str) -> str:
    if not is_sort(text):
        raise ValueError(_NO_SORT)
    return text


def _wanted(
    game: Annotated[str, Query(max_length=200)] = "",
    name: Annotated[str, Query(max_length=200)] = "",
    status: Status | None = None,
    since: date | None = None,
    until: date | None = None,
    sort: Annotated[str, AfterValidator(_sort)] = LATEST_FIRST,
) -> Wanted:
    status_text = "" if status is None else status.value
    return Wanted(game, name.strip(), status_text, since, until, sort)


WantedDep = Annotated[Wanted, Depends(_wanted)]


@router.get("/players/{player_id}/tournaments", **answers(RecordOut))
def player_tournaments(
    player_id: Id, visit: ApiVisitDep, wanted: WantedDep, page: PageNumber = 1
) -> Response:
    """The tournaments of a player; days are in the caller's time zone."""
    whose = Whose(account_id=AccountId(player_id))
    return _tournaments(visit, whose, wanted, page, unlisted=_sees(visit, whose))


@router.get("/players/{player_id}/matches", **answers(MatchesOut))
def player_matches(player_id: Id, visit: ApiVisitDep, page: PageNumber = 1) -> Response:
    """The matches of a player, open ones first, then the latest decided."""
    whose = Whose(account_id=AccountId(player_id))
    return _matches(visit, whose, page, unlisted=_sees(visit, whose))


@router.get("/players/{player_id}/teams", **answers(list[PlayedForOut]))
def player_teams(player_id: Id, visit: ApiVisitDep) -> Response:
    """Every time that a player was in a team; those that last first."""
    _sees(visit, Whose(account_id=AccountId(player_id)))
    with visit.read() as conn:
        return visit.json(played_for_out(played_for(conn, AccountId(player_id))))


@router.get("/teams/{team_id}/tournaments", **answers(RecordOut))
def team_tournaments(
    team_id: Id, visit: ApiVisitDep, wanted: WantedDep, page: PageNumber = 1
) -> Response:
    """The tournaments of a team; days are in the caller's time zone."""
    whose = Whose(team_id=TeamId(team_id))
    return _tournaments(visit, whose, wanted, page, unlisted=_sees(visit, whose))


@router.get("/teams/{team_id}/matches", **answers(MatchesOut))
def team_matches(team_id: Id, visit: ApiVisitDep, page: PageNumber = 1) -> Response:
    """The matches of a team, open ones first, then the latest decided."""
    whose = Whose(team_id=TeamId(team_id))
    return _matches(visit, whose, page, unlisted=_sees(visit, whose))


def _sees(visit: ApiVisit, whose: Whose) -> bool:
    """Whether unlisted tournaments are shown, of somebody or a team that is there."""
    with visit.read() as conn:
        if whose.account_id is not None:
            return player_frame(conn, visit.actor, whose.account_id).sees_unlisted
        assert whose.team_id is not None, "a record is a player's or a team's"
        return team_frame(conn, visit.actor, whose.team_id).sees_inside


def _tournaments(
    visit: ApiVisit, whose: Whose, wanted: Wanted, page: int, *, unlisted: bool
) -> Response:
    with visit.read() as conn:
        played = records.tournaments_of(conn, whose, unlisted=unlisted)
    return visit.json(record_out(record_page(played, wanted, page, visit.zone)))


def _matches(visit: ApiVisit, whose: Whose, page: int, *, unlisted: bool) -> Response:
    with visit.read() as conn:
        return visit.json(matches_out(records.matches_of(conn, whose, page, unlisted=unlisted)))
