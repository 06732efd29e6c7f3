"""A drawn tournament as everybody sees it: bracket, schedule, placements, history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import Response

from clutch.kernel.log import head
from clutch.tournaments.bracket import Bracket, get_bracket
from clutch.tournaments.history import history
from clutch.tournaments.models import stream_of
from clutch.tournaments.participants import participants_played_by
from clutch.web.kept import WHOLE_LOG, Keep
from clutch.web.routing import Pages
from clutch.web.sentences import tell
from clutch.web.views.numbers import page_number
from clutch.web.views.play_lists import places_of, rounds_in_order, still_playing
from clutch.web.views.tournament_bracket import bracket_view
from clutch.web.views.tournaments import TournamentFrame, tournament_frame
from clutch.web.visit import Visit

pages = Pages()


def own_stream(at: Mapping[str, Any]) -> Iterable[str]:
    """The stream that a page of a tournament shows."""
    return [stream_of(at["tournament_id"])]


@pages.get("/tournaments/{tournament_id}/bracket", kept=Keep("bracket", own_stream))
def bracket_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        mine = participants_played_by(conn, frame.tournament.id, visit.actor.account_id)
        drawing = _drawing(conn, visit, frame) if frame.is_drawn else None
    return visit.render("play/bracket_page.html", frame=frame, drawing=drawing, mine=mine)


@pages.get("/tournaments/{tournament_id}/schedule", kept=Keep("schedule", own_stream))
def schedule_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        found = _drawn(conn, visit, frame)
    view = None if found is None else bracket_view(found)
    rounds = [] if view is None else rounds_in_order(view)
    return visit.render("play/schedule.html", frame=frame, bracket=view, rounds=rounds)


@pages.get("/tournaments/{tournament_id}/placements", kept=Keep("placements", own_stream))
def placements_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        found = _drawn(conn, visit, frame)
    return visit.render(
        "play/placements.html",
        frame=frame,
        places=[] if found is None else places_of(found),
        playing=[] if found is None else still_playing(found),
    )


# It names accounts, and whose name changes or goes says so in another stream.
@pages.get("/tournaments/{tournament_id}/history", kept=Keep("history", lambda _: [WHOLE_LOG]))
def history_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        found = history(conn, frame.tournament.stream, page_number(visit))
        told = tell(conn, visit.reader, found.events)
    return visit.render("play/history.html", frame=frame, found=found, told=told)


def _drawing(conn: Connection, visit: Visit, frame: TournamentFrame) -> Markup:
    stream = frame.tournament.stream

    def draw() -> dict[str, Any]:
        found = get_bracket(conn, visit.site.writer.kept, frame.tournament.id)
        return {"bracket": bracket_view(found)}

    return visit.piece("bracket", (stream, head(conn, stream)), "bracket/bracket.html", draw)


def _drawn(conn: Connection, visit: Visit, frame: TournamentFrame) -> Bracket | None:
    if not frame.is_drawn:
        return None
    return get_bracket(conn, visit.site.writer.kept, frame.tournament.id)
