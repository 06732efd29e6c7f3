"""Registering, and what one does with one's own registration: check in, change, withdraw."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.kernel.refusals import N_
from clutch.teams.models import TeamId
from clutch.teams.queries import roster
from clutch.tournaments import checking_in, registering
from clutch.tournaments.models import (
    Registration,
    RegistrationStatus,
    Status,
    TournamentId,
)
from clutch.tournaments.policy import require_player, speaks_for
from clutch.tournaments.queries import OwnPart, TeamChoice, find_own_part, team_choices
from clutch.tournaments.refusals_joining import (
    AlreadyRegistered,
    NotLiving,
    NotYourRegistration,
    RegistrationClosed,
)
from clutch.tournaments.registering import Wish
from clutch.tournaments.repository import players_of
from clutch.web.forms import Form
from clutch.web.routing import Pages
from clutch.web.views.tournaments import TournamentFrame, tournament_frame
from clutch.web.visit import Visit

pages = Pages()


class RegisterForm(Form):
    """`players` are members of `team`; without a name it is the one on the site."""

    name: str = ""
    team: int | None = None
    players: tuple[int, ...] = ()

    def wish(self) -> Wish:
        players = tuple(AccountId(one) for one in self.players)
        if self.team is None:
            return Wish(name=self.name or None)
        return Wish(TeamId(self.team), players, self.name or None)


class ChangeForm(Form):
    name: str = ""
    players: tuple[int, ...] = ()
    version: int


class VersionForm(Form):
    version: int


@pages.get("/tournaments/{tournament_id}/register")
def register_page(visit: Visit, tournament_id: str) -> Response:
    require_player(visit.actor)
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        part = find_own_part(conn, visit.actor, frame.tournament)
        choices = team_choices(conn, visit.actor)
    if visit.refusal is None:
        _refuse_registered(frame, part)
    chosen = _chosen(visit, choices)
    return visit.render("tournaments/register.html", frame=frame, choices=choices, chosen=chosen)


@pages.post("/tournaments/{tournament_id}/register", again=register_page)
def register(visit: Visit, tournament_id: str) -> Response:
    wish, key = visit.form(RegisterForm).wish(), TournamentId(tournament_id)
    made = visit.write(lambda tx: registering.register(tx, visit.actor, key, wish))
    return visit.redirect(f"/tournaments/{tournament_id}", flash=_registered(visit, made))


@pages.get("/tournaments/{tournament_id}/registration")
def own_page(visit: Visit, tournament_id: str) -> Response:
    require_player(visit.actor)
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        mine = _own(conn, visit, frame)
        members = [] if mine.team_id is None else roster(conn, mine.team_id)
        players = players_of(conn, mine.id)
        speaks = speaks_for(conn, visit.actor, mine)
    return visit.render(
        "tournaments/registration.html",
        frame=frame,
        mine=mine,
        members=members,
        players=players,
        speaks=speaks,
    )


@pages.post("/tournaments/{tournament_id}/registration", again=own_page)
def change(visit: Visit, tournament_id: str) -> Response:
    form, mine = visit.form(ChangeForm), _find_own(visit, tournament_id)
    players = [AccountId(one) for one in form.players] if mine.team_id is not None else None
    visit.write(
        lambda tx: registering.edit_registration(
            tx,
            visit.actor,
            mine.tournament_id,
            mine.id,
            form.version,
            name=form.name or None,
            players=players,
        )
    )
    flash = visit.gettext(N_("Registration saved"))
    return visit.redirect(f"/tournaments/{tournament_id}", flash=flash)


@pages.post("/tournaments/{tournament_id}/registration/withdraw", again=own_page)
def withdraw(visit: Visit, tournament_id: str) -> Response:
    form, mine = visit.form(VersionForm), _find_own(visit, tournament_id)
    key, one = mine.tournament_id, mine.id
    visit.write(lambda tx: registering.withdraw(tx, visit.actor, key, one, form.version))
    flash = visit.gettext(N_("Registration withdrawn"))
    return visit.redirect(f"/tournaments/{tournament_id}", flash=flash)


@pages.post("/tournaments/{tournament_id}/registration/check-in")
def check_in(visit: Visit, tournament_id: str) -> Response:
    form, mine = visit.form(VersionForm), _find_own(visit, tournament_id)
    key, one = mine.tournament_id, mine.id
    visit.write(lambda tx: checking_in.check_in(tx, visit.actor, key, one, form.version))
    return visit.redirect(f"/tournaments/{tournament_id}", flash=visit.gettext(N_("Checked in")))


def _find_own(visit: Visit, tournament_id: str) -> Registration:
    require_player(visit.actor)
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        return _own(conn, visit, frame)


def _own(conn: Connection, visit: Visit, frame: TournamentFrame) -> Registration:
    part = find_own_part(conn, visit.actor, frame.tournament)
    if part is None:
        raise NotYourRegistration
    if not part.registration.status.is_living:
        raise NotLiving
    return part.registration


def _refuse_registered(frame: TournamentFrame, part: OwnPart | None) -> None:
    if frame.tournament.status is not Status.REGISTRATION:
        raise RegistrationClosed
    if part is not None and part.registration.status.is_living:
        raise AlreadyRegistered


def _chosen(visit: Visit, choices: list[TeamChoice]) -> TeamChoice | None:
    """The team whose roster is asked for: the only one, or the one named in form or address."""
    named = visit.fields.get("team") or visit.request.query_params.get("team", "")
    if len(choices) == 1:
        return choices[0]
    return next((one for one in choices if str(one.team.id) == named), None)


def _registered(visit: Visit, made: Registration) -> str:
    if made.status is RegistrationStatus.ADMITTED:
        return visit.gettext(N_("Registered"))
    return visit.gettext(N_("You are on the waiting list"))
