"""Players: the list, and the public profile with its tabs."""

from __future__ import annotations

from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.accounts.queries import list_players
from clutch.bootstrap import Site
from clutch.teams.queries import played_for
from clutch.web.kept import WHOLE_LOG, Keep, whole
from clutch.web.routing import Pages
from clutch.web.views.achievements import CAPABILITY, overview_part, player, tab_part
from clutch.web.views.numbers import page_number
from clutch.web.views.players import player_frame
from clutch.web.views.records import matches_tab, overview_tab, tournaments_tab
from clutch.web.views.statistics import overview_ratings, player_holders, stands
from clutch.web.views.teams import ending_word
from clutch.web.visit import Visit

pages = Pages()


@pages.get("/players")
def list_page(visit: Visit) -> Response:
    search = visit.request.query_params.get("q", "").strip()[:64]
    with visit.read() as conn:
        found = list_players(conn, search, page_number(visit))
    return visit.render("players/list.html", found=found, search=search)


def _stand(site: Site) -> str:
    """How what a profile shows besides plain tables stands."""
    return f"{stands(site)} {site.capabilities.get(CAPABILITY).state.value}"


@pages.get("/players/{account_id:int}", kept=Keep("player", lambda _: [WHOLE_LOG], _stand))
def player_page(visit: Visit, account_id: int) -> Response:
    with visit.read() as conn:
        shown = overview_tab(conn, player_frame(conn, visit.actor, AccountId(account_id)))
    shown |= overview_ratings(visit.site, player_holders(account_id))
    shown |= overview_part(visit, player(account_id))
    known = (
        shown["headlines"] is not None or shown["statistics_off"],
        shown["achieved"] is not None or shown["achievements_off"],
    )
    return whole(visit.render("players/player.html", **shown), is_degraded=not all(known))


@pages.get("/players/{account_id:int}/tournaments")
def tournaments_page(visit: Visit, account_id: int) -> Response:
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, AccountId(account_id))
        shown = tournaments_tab(visit, conn, frame)
    return visit.render("players/record.html", **shown)


@pages.get("/players/{account_id:int}/matches")
def matches_page(visit: Visit, account_id: int) -> Response:
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, AccountId(account_id))
        shown = matches_tab(visit, conn, frame)
    return visit.render("players/results.html", **shown)


@pages.get("/players/{account_id:int}/teams")
def teams_page(visit: Visit, account_id: int) -> Response:
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, AccountId(account_id))
        times = played_for(conn, AccountId(account_id))
    return visit.render("players/teams.html", frame=frame, times=times, ending_word=ending_word)


@pages.get("/players/{account_id:int}/achievements")
def achievements_page(visit: Visit, account_id: int) -> Response:
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, AccountId(account_id))
    part = tab_part(visit, player(account_id), is_own=frame.is_self)
    return visit.render("players/achievements.html", frame=frame, **part)
