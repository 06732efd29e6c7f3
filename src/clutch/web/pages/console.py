"""The organizer's console up to the draw: the next decision first, then who registered."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.kernel.refusals import N_
from clutch.tournaments import checking_in, moving, organizing, registering
from clutch.tournaments.models import (
    Registration,
    RegistrationId,
    RegistrationStatus,
    Status,
    TournamentId,
)
from clutch.tournaments.policy import owns, require_organizer
from clutch.tournaments.queries import line_of, lines_of, organizers_of, participant_lines
from clutch.tournaments.registering import Wish
from clutch.tournaments.repository import get_registration
from clutch.web.forms import Form
from clutch.web.routing import Pages
from clutch.web.views.console import found_among, in_pages, is_present
from clutch.web.views.numbers import page_number
from clutch.web.views.tournaments import TournamentFrame, tournament_frame
from clutch.web.visit import Visit

pages = Pages()

OUT = (RegistrationStatus.ABSENT, RegistrationStatus.REMOVED, RegistrationStatus.WITHDRAWN)
_MOVED = {
    Status.REGISTRATION: N_("Registration is open"),
    Status.CHECK_IN: N_("Check-in is open"),
    Status.SEEDING: N_("Now the seeds"),
}


class MoveForm(Form):
    to: Status
    version: int


class VersionForm(Form):
    version: int


class ClosingForm(VersionForm):
    closing: str = Field("", max_length=40)


class ReasonForm(VersionForm):
    reason: str = ""


class AddForm(Form):
    called: str = ""
    name: str = ""


class NameForm(VersionForm):
    name: str = ""


class OrganizerForm(Form):
    name: str = ""


@pages.get("/tournaments/{tournament_id}/console")
def console_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = organized(conn, visit, tournament_id)
        if frame.is_drawn:
            return visit.redirect(f"{frame.path}/console/play")
        admitted = participant_lines(conn, frame.tournament.id)
        waiting = lines_of(conn, frame.tournament.id, RegistrationStatus.WAITING)
        out = lines_of(conn, frame.tournament.id, *OUT)
    search = visit.request.query_params.get("q", "").strip()[:80]
    listed = in_pages(found_among(admitted, search, frame.tournament.status), page_number(visit))
    return visit.render(
        "tournaments/console.html",
        frame=frame,
        listed=listed,
        search=search,
        waiting=waiting,
        out=out,
        present=sum(is_present(line) for line in admitted),
    )


@pages.post("/tournaments/{tournament_id}/console/status", again=console_page)
def move(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(MoveForm), TournamentId(tournament_id)
    visit.write(lambda tx: moving.move_tournament(tx, visit.actor, key, form.version, form.to))
    return _back(visit, tournament_id, _MOVED[form.to])


@pages.get("/tournaments/{tournament_id}/console/close-check-in")
def closing_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = organized(conn, visit, tournament_id)
        plan = checking_in.plan_closing(conn, frame.tournament)
    return visit.render("tournaments/closing.html", frame=frame, plan=plan)


@pages.post("/tournaments/{tournament_id}/console/close-check-in", again=closing_page)
def close_check_in(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(ClosingForm), TournamentId(tournament_id)
    to, seen = Status.SEEDING, form.closing or None
    visit.write(lambda tx: moving.move_tournament(tx, visit.actor, key, form.version, to, seen))
    return _back(visit, tournament_id, N_("Check-in is closed. Now the seeds."))


@pages.get("/tournaments/{tournament_id}/console/cancel")
def cancel_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = organized(conn, visit, tournament_id)
    return visit.render("tournaments/cancel.html", frame=frame)


@pages.post("/tournaments/{tournament_id}/console/cancel", again=cancel_page)
def cancel(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(ReasonForm), TournamentId(tournament_id)
    visit.write(
        lambda tx: moving.cancel_tournament(tx, visit.actor, key, form.version, form.reason)
    )
    flash = visit.gettext(N_("Tournament cancelled"))
    return visit.redirect(f"/tournaments/{tournament_id}", flash=flash)


# --- registrations --------------------------------------------------------------------------------


@pages.post("/tournaments/{tournament_id}/console/registrations", again=console_page)
def add(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(AddForm), TournamentId(tournament_id)
    wish = Wish(name=form.name or None)
    made = visit.write(
        lambda tx: registering.add_registration(tx, visit.actor, key, form.called, wish)
    )
    admitted = made.status is RegistrationStatus.ADMITTED
    said = N_("Added: {name}") if admitted else N_("Added to the waiting list: {name}")
    flash = visit.gettext(said, name=made.name)
    return visit.redirect(f"/tournaments/{tournament_id}/console", flash=flash)


@pages.get("/tournaments/{tournament_id}/console/registrations/{registration_id:int}")
def registration_page(visit: Visit, tournament_id: str, registration_id: int) -> Response:
    with visit.read() as conn:
        frame = organized(conn, visit, tournament_id)
        one = get_registration(conn, frame.tournament.id, RegistrationId(registration_id))
        line = line_of(conn, one)
    return visit.render("tournaments/registration_console.html", frame=frame, line=line)


@pages.post(
    "/tournaments/{tournament_id}/console/registrations/{registration_id:int}/name",
    again=registration_page,
)
def rename(visit: Visit, tournament_id: str, registration_id: int) -> Response:
    form, (key, one) = visit.form(NameForm), _ids(tournament_id, registration_id)
    visit.write(
        lambda tx: registering.edit_registration(
            tx, visit.actor, key, one, form.version, name=form.name
        )
    )
    return _back(visit, tournament_id, N_("Name changed"))


@pages.post(
    "/tournaments/{tournament_id}/console/registrations/{registration_id:int}/remove",
    again=registration_page,
)
def remove(visit: Visit, tournament_id: str, registration_id: int) -> Response:
    form, (key, one) = visit.form(ReasonForm), _ids(tournament_id, registration_id)
    visit.write(lambda tx: registering.remove(tx, visit.actor, key, one, form.version, form.reason))
    return _back(visit, tournament_id, N_("Removed"))


@pages.post("/tournaments/{tournament_id}/console/registrations/{registration_id:int}/admit")
def admit(visit: Visit, tournament_id: str, registration_id: int) -> Response:
    form, (key, one) = visit.form(VersionForm), _ids(tournament_id, registration_id)
    made = visit.write(lambda tx: registering.move_up(tx, visit.actor, key, one, form.version))
    return _back(visit, tournament_id, N_("Admitted: {name}"), made)


@pages.post("/tournaments/{tournament_id}/console/registrations/{registration_id:int}/check-in")
def check_in(visit: Visit, tournament_id: str, registration_id: int) -> Response:
    form, (key, one) = visit.form(VersionForm), _ids(tournament_id, registration_id)
    made = visit.write(lambda tx: checking_in.check_in(tx, visit.actor, key, one, form.version))
    return _back(visit, tournament_id, N_("Checked in: {name}"), made)


@pages.post("/tournaments/{tournament_id}/console/registrations/{registration_id:int}/check-out")
def check_out(visit: Visit, tournament_id: str, registration_id: int) -> Response:
    form, (key, one) = visit.form(VersionForm), _ids(tournament_id, registration_id)
    made = visit.write(
        lambda tx: checking_in.undo_check_in(tx, visit.actor, key, one, form.version)
    )
    return _back(visit, tournament_id, N_("Check-in taken back: {name}"), made)


# --- co-organizers --------------------------------------------------------------------------------


@pages.get("/tournaments/{tournament_id}/console/organizers")
def organizers_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = organized(conn, visit, tournament_id)
        found = organizers_of(conn, frame.tournament)
    chooses = owns(visit.actor, frame.tournament)
    return visit.render(
        "tournaments/organizers.html", frame=frame, organizers=found, chooses=chooses
    )


@pages.post("/tournaments/{tournament_id}/console/organizers", again=organizers_page)
def add_organizer(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(OrganizerForm), TournamentId(tournament_id)
    visit.write(lambda tx: organizing.add_organizer(tx, visit.actor, key, form.name))
    flash = visit.gettext(N_("Co-organizer added"))
    return visit.redirect(f"/tournaments/{tournament_id}/console/organizers", flash=flash)


@pages.post("/tournaments/{tournament_id}/console/organizers/{account_id:int}/remove")
def remove_organizer(visit: Visit, tournament_id: str, account_id: int) -> Response:
    key, gone = TournamentId(tournament_id), AccountId(account_id)
    visit.write(lambda tx: organizing.remove_organizer(tx, visit.actor, key, gone))
    flash = visit.gettext(N_("Co-organizer removed"))
    return visit.redirect(f"/tournaments/{tournament_id}/console/organizers", flash=flash)


def organized(conn: Connection, visit: Visit, tournament_id: str) -> TournamentFrame:
    """The frame of a page that is for the tournament's organizers.

    Raises:
        TournamentMissing, LoginRequired, ScopeNeeded, Forbidden: the visitor is none of them.
    """
    frame = tournament_frame(conn, visit.actor, tournament_id)
    require_organizer(conn, visit.actor, frame.tournament)
    return frame


def _ids(tournament_id: str, registration_id: int) -> tuple[TournamentId, RegistrationId]:
    return TournamentId(tournament_id), RegistrationId(registration_id)


def _back(
    visit: Visit, tournament_id: str, text: str, made: Registration | None = None
) -> Response:
    facts = {} if made is None else {"name": made.name or visit.gettext(N_("deleted player"))}
    return visit.redirect(
        f"/tournaments/{tournament_id}/console", flash=visit.gettext(text, **facts)
    )
