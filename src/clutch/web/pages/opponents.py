"""Whom players and teams met: all of them, and one with the matches between the two."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.statistics.models import Holder, Mode
from clutch.teams.models import TeamId
from clutch.web.kept import whole
from clutch.web.pages.statistics import KEPT
from clutch.web.routing import Pages
from clutch.web.views.against import opponents_of, pair_of
from clutch.web.views.numbers import page_number
from clutch.web.views.players import player_frame
from clutch.web.views.statistics import is_off, told
from clutch.web.views.teams import team_frame
from clutch.web.visit import Visit

pages = Pages()

_PLAYER, _TEAM = "/players/{account_id:int}", "/teams/{team_id:int}"


@pages.get(f"{_PLAYER}/opponents", kept=KEPT)
def player_opponents_page(visit: Visit, account_id: int) -> Response:
    return _opponents(visit, Holder(Mode.SOLO, account_id))


@pages.get(f"{_PLAYER}/opponents/roster", kept=KEPT)
def roster_opponents_page(visit: Visit, account_id: int) -> Response:
    return _opponents(visit, Holder(Mode.ROSTER, account_id))


@pages.get(f"{_TEAM}/opponents", kept=KEPT)
def team_opponents_page(visit: Visit, team_id: int) -> Response:
    return _opponents(visit, Holder(Mode.TEAM, team_id))


@pages.get(f"{_PLAYER}/against/{{other_id:int}}", kept=KEPT)
def player_pair_page(visit: Visit, account_id: int, other_id: int) -> Response:
    return _pair(visit, Holder(Mode.SOLO, account_id), other_id)


@pages.get(f"{_PLAYER}/against/team/{{other_id:int}}", kept=KEPT)
def roster_pair_page(visit: Visit, account_id: int, other_id: int) -> Response:
    return _pair(visit, Holder(Mode.ROSTER, account_id), other_id)


@pages.get(f"{_TEAM}/against/{{other_id:int}}", kept=KEPT)
def team_pair_page(visit: Visit, team_id: int, other_id: int) -> Response:
    return _pair(visit, Holder(Mode.TEAM, team_id), other_id)


def _opponents(visit: Visit, holder: Holder) -> Response:
    frame = _frame(visit, holder)
    search = visit.request.query_params.get("q", "").strip()
    found = told(visit.site, opponents_of(holder, search, page_number(visit)))
    shown = visit.render(
        "statistics/opponents.html",
        **frame,
        found=found,
        search=search,
        is_off=is_off(visit.site),
    )
    return whole(shown, is_degraded=found is None)


def _pair(visit: Visit, holder: Holder, other_id: int) -> Response:
    frame = _frame(visit, holder)
    pair = pair_of(visit.site, holder, other_id, page_number(visit))
    shown = visit.render(
        "statistics/against.html",
        **frame,
        pair=pair,
        other_id=other_id,
        is_off=is_off(visit.site),
    )
    return whole(shown, is_degraded=pair.met is None)


def _frame(visit: Visit, holder: Holder) -> dict[str, Any]:
    with visit.read() as conn:
        if holder.mode is Mode.TEAM:
            frame: Any = team_frame(conn, visit.actor, TeamId(holder.id))
        else:
            frame = player_frame(conn, visit.actor, AccountId(holder.id))
    template = "teams/frame.html" if holder.mode is Mode.TEAM else "players/frame.html"
    return {"frame": frame, "frame_template": template, "mode": holder.mode.value}
