"""Tournaments as everybody sees them: the list, one tournament's overview, participants, rules."""

from __future__ import annotations

from typing import Any

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.responses import Response

from clutch.accounts.models import Role
from clutch.engine import FORMATS
from clutch.kernel.refusals import N_
from clutch.tournaments import drafting, listing
from clutch.tournaments.listing import Wanted
from clutch.tournaments.models import RegistrationStatus, Status, TournamentId
from clutch.tournaments.policy import may_create, require_organizer
from clutch.tournaments.queries import (
    find_own_part,
    lines_of,
    organizers_of,
    participant_lines,
    podium,
)
from clutch.tournaments.settings import GAMES, Setup
from clutch.web.kept import WHOLE_LOG, Keep
from clutch.web.markdown import markdown
from clutch.web.pages.account import zones
from clutch.web.routing import Pages
from clutch.web.views.numbers import page_number
from clutch.web.views.play_lists import upcoming_matches
from clutch.web.views.setup import (
    EditForm,
    SetupForm,
    best_of_options,
    format_options,
    grand_final_options,
    shown,
)
from clutch.web.views.tournaments import tournament_frame
from clutch.web.visit import Visit


class KeyConvertor(StringConvertor):
    """A tournament's key in an address, so that `/tournaments/new` is not taken for one."""

    regex = "[0-9a-z]{8}"


register_url_convertor("key", KeyConvertor())

pages = Pages()

# The statuses that the list can be narrowed to, in the order of a tournament's life.
SHOWN = [status for status in Status if status is not Status.DRAFT]


@pages.get("/tournaments", kept=Keep("tournaments", lambda _: [WHOLE_LOG]))
def list_page(visit: Visit) -> Response:
    wanted = read_wanted(visit)
    actor = visit.actor
    with visit.read() as conn:
        found = listing.list_tournaments(conn, wanted, page_number(visit))
        games = listing.games_played(conn)
        mine = []
        if actor.account_id is not None and wanted.is_anything and found.page == 1:
            mine = listing.organized_by(conn, actor.account_id)
    return visit.render(
        "tournaments/list.html",
        found=found,
        wanted=wanted,
        games=games,
        mine=mine,
        statuses=SHOWN,
        formats=list(FORMATS),
        may_create=may_create(actor),
    )


@pages.get("/tournaments/new")
def new_page(visit: Visit) -> Response:
    visit.actor.require(Role.ORGANIZER)
    blank = Setup(name="", game="", zone=visit.zone.key)
    return visit.render("tournaments/new.html", **_form(visit, shown(blank, blank.zone)))


@pages.post("/tournaments/new", again=new_page)
def create(visit: Visit) -> Response:
    setup = visit.form(SetupForm).setup()
    made = visit.write(lambda tx: drafting.create_tournament(tx, visit.actor, setup))
    flash = visit.gettext(N_("Draft made. Only you see it until you open registration."))
    return visit.redirect(f"/tournaments/{made.id}/console", flash=flash)


@pages.get("/tournaments/{tournament_id:key}", kept=Keep("tournament", lambda _: [WHOLE_LOG]))
def overview_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        part = find_own_part(conn, visit.actor, frame.tournament)
        organizers = organizers_of(conn, frame.tournament)
        places = podium(conn, frame.tournament.id)
        upcoming = upcoming_matches(conn, visit, frame)
    return visit.render(
        "tournaments/overview.html",
        frame=frame,
        part=part,
        organizers=organizers,
        places=places,
        upcoming=upcoming,
        description=markdown(frame.tournament.description),
    )


@pages.get(
    "/tournaments/{tournament_id}/participants",
    kept=Keep("participants", lambda at: [f"tournament-{at['tournament_id']}"]),
)
def participants_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        admitted = participant_lines(conn, frame.tournament.id)
        waiting = lines_of(conn, frame.tournament.id, RegistrationStatus.WAITING)
    return visit.render(
        "tournaments/participants.html", frame=frame, admitted=admitted, waiting=waiting
    )


@pages.get(
    "/tournaments/{tournament_id}/rules",
    kept=Keep("rules", lambda at: [f"tournament-{at['tournament_id']}"]),
)
def rules_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
    rules = markdown(frame.tournament.rules)
    return visit.render("tournaments/rules.html", frame=frame, rules=rules)


@pages.get("/tournaments/{tournament_id}/edit")
def edit_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        require_organizer(conn, visit.actor, frame.tournament)
    tournament = frame.tournament
    open_now = drafting.changeable(tournament)
    fields = _form(visit, shown(tournament, tournament.zone), open_now)
    return visit.render("tournaments/edit.html", frame=frame, **fields)


@pages.post("/tournaments/{tournament_id}/edit", again=edit_page)
def edit(visit: Visit, tournament_id: str) -> Response:
    form = visit.form(EditForm)
    key = TournamentId(tournament_id)
    with visit.read() as conn:
        before = tournament_frame(conn, visit.actor, tournament_id).tournament
    changes = form.changes(before)
    visit.write(lambda tx: drafting.edit_tournament(tx, visit.actor, key, form.version, changes))
    flash = visit.gettext(N_("Settings saved"))
    return visit.redirect(f"/tournaments/{tournament_id}/console", flash=flash)


def read_wanted(visit: Visit) -> Wanted:
    """What the list's address asks for; what is not known there does not count."""
    asked = visit.request.query_params
    status = asked.get("status", "")
    kind = asked.get("format", "")
    return Wanted(
        status=Status(status) if status in set(SHOWN) else None,
        game=asked.get("game", "")[:200],
        format=kind if kind in FORMATS else "",
        search=asked.get("q", "").strip()[:80],
    )


def _form(
    visit: Visit, values: dict[str, Any], open_now: frozenset[str] | None = None
) -> dict[str, Any]:
    """What the settings' form needs; `open_now` None: everything can be set."""
    return {
        "values": values,
        "open_now": open_now,
        "games": GAMES,
        "zones": _zones(values["zone"]),
        "formats": format_options(visit.reader),
        "grand_finals": grand_final_options(visit.reader),
        "best_of": best_of_options(visit.reader),
        "final_best_of": best_of_options(visit.reader, with_default=True),
    }


def _zones(chosen: str) -> list[tuple[str, str]]:
    offered = zones() if chosen in zones() else (chosen, *zones())
    return [(zone, zone.replace("_", " ")) for zone in offered]
