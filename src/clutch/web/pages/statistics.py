"""The statistics of players and teams."""

from __future__ import annotations

from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.kernel.refusals import NotFound
from clutch.statistics.models import Mode
from clutch.teams.models import TeamId
from clutch.web.kept import WHOLE_LOG, Keep, whole
from clutch.web.routing import Pages
from clutch.web.views.analysis import WORDS
from clutch.web.views.players import player_frame
from clutch.web.views.statistics import (
    StatisticsPage,
    is_off,
    player_statistics,
    stands,
    team_statistics,
)
from clutch.web.views.teams import team_frame
from clutch.web.visit import Visit

pages = Pages()


# The next tournament's expectation shows others' ratings and registrations, so anything new counts.
KEPT = Keep("statistics", lambda _: [WHOLE_LOG], stands)


@pages.get("/players/{account_id:int}/statistics", kept=KEPT)
def player_page(visit: Visit, account_id: int) -> Response:
    return _player(visit, AccountId(account_id), None)


@pages.get("/players/{account_id:int}/statistics/{mode}", kept=KEPT)
def player_part_page(visit: Visit, account_id: int, mode: str) -> Response:
    if mode not in {Mode.SOLO.value, Mode.ROSTER.value}:
        raise NotFound
    return _player(visit, AccountId(account_id), Mode(mode))


@pages.get("/teams/{team_id:int}/statistics", kept=KEPT)
def team_page(visit: Visit, team_id: int) -> Response:
    with visit.read() as conn:
        frame = team_frame(conn, visit.actor, TeamId(team_id))
    page = team_statistics(visit.site, TeamId(team_id))
    part = page.parts.get(Mode.TEAM)
    shown = visit.render(
        "statistics/team.html",
        frame=frame,
        page=page,
        part=part,
        mode="team",
        words=WORDS,
        is_off=is_off(visit.site),
    )
    return whole(shown, is_degraded=page.is_degraded)


def _player(visit: Visit, account_id: AccountId, mode: Mode | None) -> Response:
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, account_id)
    page = player_statistics(visit.site, account_id)
    chosen = mode or _most_played(page)
    shown = visit.render(
        "statistics/player.html",
        frame=frame,
        page=page,
        part=page.parts.get(chosen),
        mode=chosen.value,
        words=WORDS,
        is_off=is_off(visit.site),
    )
    return whole(shown, is_degraded=page.is_degraded)


def _most_played(page: StatisticsPage) -> Mode:
    return max(page.parts, key=lambda mode: page.parts[mode].total.played, default=Mode.SOLO)
