"""Statistics and leaderboards, over the API. What is not known is null, never 0."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.accounts.queries import get_player
from clutch.statistics.models import Holder, Mode
from clutch.teams.models import TeamId
from clutch.teams.queries import get_team
from clutch.web.answers import answers
from clutch.web.kept import WHOLE_LOG, whole
from clutch.web.kept_api import kept_answer
from clutch.web.views import leaderboards as boards
from clutch.web.views.against import pair_of
from clutch.web.views.statistic_answers import (
    LeaderboardOut,
    PairOut,
    StatisticsOut,
    board_out,
    pair_out,
    statistics_out,
)
from clutch.web.views.statistics import player_statistics, stands, team_statistics
from clutch.web.visit import ApiVisitDep

router = APIRouter(tags=["statistics"])

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("/players/{player_id}/statistics", **answers(StatisticsOut))
@kept_answer("statistics-json", lambda _: [WHOLE_LOG], stands)
def player_statistics_route(player_id: Id, visit: ApiVisitDep) -> Response:
    """A player's numbers, alone and in teams. Unlisted tournaments count nowhere."""
    with visit.read() as conn:
        get_player(conn, AccountId(player_id))
    page = player_statistics(visit.site, AccountId(player_id))
    return whole(visit.json(statistics_out(page)), is_degraded=page.is_degraded)


@router.get("/teams/{team_id}/statistics", **answers(StatisticsOut))
@kept_answer("statistics-json", lambda _: [WHOLE_LOG], stands)
def team_statistics_route(team_id: Id, visit: ApiVisitDep) -> Response:
    """A team's numbers. Unlisted tournaments count nowhere."""
    with visit.read() as conn:
        get_team(conn, TeamId(team_id))
    page = team_statistics(visit.site, TeamId(team_id))
    return whole(visit.json(statistics_out(page)), is_degraded=page.is_degraded)


@router.get("/players/{player_id}/against/{other_id}", **answers(PairOut))
def player_pair_route(
    player_id: Id, other_id: Id, visit: ApiVisitDep, page: PageNumber = 1
) -> Response:
    """Two players who met alone, as the first one lived it, with a page of their matches."""
    with visit.read() as conn:
        get_player(conn, AccountId(player_id))
    return visit.json(pair_out(pair_of(visit.site, Holder(Mode.SOLO, player_id), other_id, page)))


@router.get("/players/{player_id}/against/team/{team_id}", **answers(PairOut))
def roster_pair_route(
    player_id: Id, team_id: Id, visit: ApiVisitDep, page: PageNumber = 1
) -> Response:
    """A player in rosters against a team, with a page of the matches."""
    with visit.read() as conn:
        get_player(conn, AccountId(player_id))
    return visit.json(pair_out(pair_of(visit.site, Holder(Mode.ROSTER, player_id), team_id, page)))


@router.get("/teams/{team_id}/against/{other_id}", **answers(PairOut))
def team_pair_route(
    team_id: Id, other_id: Id, visit: ApiVisitDep, page: PageNumber = 1
) -> Response:
    """Two teams that met, as the first one lived it, with a page of their matches."""
    with visit.read() as conn:
        get_team(conn, TeamId(team_id))
    return visit.json(pair_out(pair_of(visit.site, Holder(Mode.TEAM, team_id), other_id, page)))


@router.get("/leaderboards/{by}", **answers(LeaderboardOut))
def leaderboard_route(
    by: boards.Name,
    visit: ApiVisitDep,
    mode: Literal["solo", "roster", "team"] = "solo",
    game: Annotated[str, Query(max_length=boards.LONGEST_GAME)] = "",
    period: Annotated[str, Query(pattern=f"^({boards.PERIOD})?$")] = "",
    page: PageNumber = 1,
) -> Response:
    """A page of a leaderboard, and the caller's own line. `period` is a year or a month, in UTC.

    The board of achievements ranks `solo` (players, whatever they played in) and `team`.
    """
    asked = boards.Asked(by, mode, game, period)
    boards.require_offered(asked)
    found = boards.find_board(visit.site, visit.actor, asked, page)
    if found is None:
        source = "achievements" if by == boards.ACHIEVEMENTS else "statistics"
        return visit.json(LeaderboardOut(items=None, own=None, total=None, degraded=(source,)))
    return visit.json(board_out(found))
