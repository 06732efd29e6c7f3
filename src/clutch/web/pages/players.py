"""Players: the list, and the public profile with its tabs."""

from __future__ import annotations

from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.accounts.queries import list_players
from clutch.teams.queries import played_for
from clutch.tournaments import records
from clutch.tournaments.records import Whose
from clutch.web.routing import Pages
from clutch.web.views.numbers import page_number
from clutch.web.views.players import player_frame
from clutch.web.views.records import COLUMNS, read_wanted, record_page
from clutch.web.views.teams import ending_word
from clutch.web.visit import Visit

pages = Pages()


@pages.get("/players")
def list_page(visit: Visit) -> Response:
    search = visit.request.query_params.get("q", "").strip()[:64]
    with visit.read() as conn:
        found = list_players(conn, search, page_number(visit))
    return visit.render("players/list.html", found=found, search=search)


@pages.get("/players/{account_id:int}")
def player_page(visit: Visit, account_id: int) -> Response:
    whose = Whose(account_id=AccountId(account_id))
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, AccountId(account_id))
        played = records.tournaments_of(conn, whose, unlisted=frame.sees_unlisted)
        last = records.last_results(conn, whose, unlisted=frame.sees_unlisted)
    return visit.render(
        "players/player.html",
        frame=frame,
        trophies=records.trophies(played),
        last=last,
        played=len(played),
    )


@pages.get("/players/{account_id:int}/tournaments")
def tournaments_page(visit: Visit, account_id: int) -> Response:
    whose = Whose(account_id=AccountId(account_id))
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, AccountId(account_id))
        played = records.tournaments_of(conn, whose, unlisted=frame.sees_unlisted)
    wanted = read_wanted(visit.request.query_params)
    record = record_page(played, wanted, page_number(visit), visit.zone)
    return visit.render("players/record.html", frame=frame, record=record, columns=COLUMNS)


@pages.get("/players/{account_id:int}/matches")
def matches_page(visit: Visit, account_id: int) -> Response:
    whose = Whose(account_id=AccountId(account_id))
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, AccountId(account_id))
        found = records.matches_of(conn, whose, page_number(visit), unlisted=frame.sees_unlisted)
    return visit.render("players/results.html", frame=frame, found=found)


@pages.get("/players/{account_id:int}/teams")
def teams_page(visit: Visit, account_id: int) -> Response:
    with visit.read() as conn:
        frame = player_frame(conn, visit.actor, AccountId(account_id))
        times = played_for(conn, AccountId(account_id))
    return visit.render("players/teams.html", frame=frame, times=times, ending_word=ending_word)
