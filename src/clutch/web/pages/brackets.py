"""A drawn tournament as everybody sees it: bracket, schedule, placements, history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import Response

from clutch.kernel.points import point
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
        drawing = _drawing(conn, visit, frame, _BRACKET)
    return visit.render("play/bracket_page.html", frame=frame, drawing=drawing, mine=mine)


@pages.get("/tournaments/{tournament_id}/schedule", kept=Keep("schedule", own_stream))
def schedule_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        drawing = _drawing(conn, visit, frame, _SCHEDULE)
    return visit.render("play/schedule.html", frame=frame, drawing=drawing)


@pages.get("/tournaments/{tournament_id}/placements", kept=Keep("placements", own_stream))
def placements_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        drawing = _drawing(conn, visit, frame, _PLACES)
    return visit.render("play/placements.html", frame=frame, drawing=drawing)


# It names accounts, and whose name changes or goes says so in another stream.
@pages.get("/tournaments/{tournament_id}/history", kept=Keep("history", lambda _: [WHOLE_LOG]))
def history_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        found = history(conn, frame.tournament.stream, page_number(visit))
        told = tell(conn, visit.reader, found.events)
    return visit.render("play/history.html", frame=frame, found=found, told=told)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What a page draws of a bracket, the same for every reader of a language and a zone."""

    name: str
    template: str
    shows: Callable[[Bracket], dict[str, Any]]


def _schedule(found: Bracket) -> dict[str, Any]:
    view = bracket_view(found)
    return {"bracket": view, "rounds": rounds_in_order(view)}


def _places(found: Bracket) -> dict[str, Any]:
    status = found.tournament.status
    return {"status": status, "places": places_of(found), "playing": still_playing(found)}


_BRACKET = _Drawing(
    "bracket", "bracket/bracket.html", lambda found: {"bracket": bracket_view(found)}
)
_SCHEDULE = _Drawing("schedule", "play/rounds.html", _schedule)
_PLACES = _Drawing("places", "play/places.html", _places)


def _drawing(
    conn: Connection, visit: Visit, frame: TournamentFrame, wanted: _Drawing
) -> Markup | None:
    """The drawing of the bracket as it is now; nothing before the draw."""
    if not frame.is_drawn:
        return None
    stream = frame.tournament.stream

    def draw() -> dict[str, Any]:
        return wanted.shows(get_bracket(conn, visit.site.writer.kept, frame.tournament))

    return visit.piece(wanted.name, (stream, point(conn, stream)), wanted.template, draw)
