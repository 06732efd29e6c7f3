"""Teams: the list, a team's pages, and what its captain does there."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.kernel.refusals import N_
from clutch.teams import colours, policy, queries
from clutch.teams.change import change_team, disband_team, transfer_captaincy
from clutch.teams.create import create_team
from clutch.teams.join import leave_team, remove_member
from clutch.teams.models import Team, TeamId
from clutch.teams.refusals import NotMember
from clutch.web.forms import Form
from clutch.web.routing import Pages
from clutch.web.sentences import tell
from clutch.web.views.achievements import overview_part, tab_part, team_holder
from clutch.web.views.numbers import page_number
from clutch.web.views.records import matches_tab, overview_tab, tournaments_tab
from clutch.web.views.statistics import overview_ratings, team_holders
from clutch.web.views.teams import (
    ending_word,
    open_to,
    team_frame,
    team_past,
)
from clutch.web.visit import Visit

pages = Pages()

OWN = "own"


class TeamForm(Form):
    """`colour` is one of the palette or "own", then `own_colour` counts."""

    name: str = ""
    tag: str = ""
    colour: str = ""
    own_colour: str = ""

    @property
    def chosen(self) -> str:
        return self.own_colour if self.colour == OWN else self.colour


class TeamChange(TeamForm):
    version: int


class CaptainForm(Form):
    account_id: int = Field(ge=1)
    version: int


class VersionForm(Form):
    version: int


@pages.get("/teams")
def list_page(visit: Visit) -> Response:
    search = visit.request.query_params.get("q", "")
    with visit.read() as conn:
        found = queries.list_teams(conn, search, page_number(visit))
    return visit.render("teams/list.html", found=found, search=search.strip()[:64])


@pages.get("/teams/new")
def new_page(visit: Visit) -> Response:
    policy.require_player(visit.actor)
    return visit.render("teams/new.html", **_palette(colours.DEFAULT))


@pages.post("/teams/new", again=new_page)
def create(visit: Visit) -> Response:
    form = visit.form(TeamForm)
    team = visit.write(lambda tx: create_team(tx, visit.actor, form.name, form.tag, form.chosen))
    return visit.redirect(_path(team), flash=visit.gettext(N_("Team created. Invite the others.")))


@pages.get("/teams/{team_id:int}")
def team_page(visit: Visit, team_id: int) -> Response:
    with visit.read() as conn:
        shown = overview_tab(conn, team_frame(conn, visit.actor, TeamId(team_id)))
    shown |= overview_ratings(visit.site, team_holders(team_id))
    return visit.render("teams/team.html", **shown, **overview_part(visit, team_holder(team_id)))


@pages.get("/teams/{team_id:int}/achievements")
def achievements_page(visit: Visit, team_id: int) -> Response:
    with visit.read() as conn:
        frame = team_frame(conn, visit.actor, TeamId(team_id))
    part = tab_part(visit, team_holder(team_id), is_own=frame.is_member)
    return visit.render("teams/achievements.html", frame=frame, **part)


@pages.get("/teams/{team_id:int}/tournaments")
def tournaments_page(visit: Visit, team_id: int) -> Response:
    with visit.read() as conn:
        shown = tournaments_tab(visit, conn, team_frame(conn, visit.actor, TeamId(team_id)))
    return visit.render("teams/record.html", **shown)


@pages.get("/teams/{team_id:int}/matches")
def matches_page(visit: Visit, team_id: int) -> Response:
    with visit.read() as conn:
        shown = matches_tab(visit, conn, team_frame(conn, visit.actor, TeamId(team_id)))
    return visit.render("teams/results.html", **shown)


@pages.get("/teams/{team_id:int}/history")
def history_page(visit: Visit, team_id: int) -> Response:
    with visit.read() as conn:
        frame = team_frame(conn, visit.actor, TeamId(team_id))
        past = team_past(conn, frame.team, page_number(visit))
        told = tell(conn, visit.reader, open_to(frame, past.events))
        memberships = queries.members_history(conn, TeamId(team_id))
    return visit.render(
        "teams/history.html",
        frame=frame,
        told=told,
        memberships=memberships,
        ending_word=ending_word,
        page=past.page,
        last=past.pages,
    )


@pages.get("/teams/{team_id:int}/edit")
def edit_page(visit: Visit, team_id: int) -> Response:
    with visit.read() as conn:
        frame = team_frame(conn, visit.actor, TeamId(team_id))
    policy.require_lead(visit.actor, frame.team)
    return visit.render("teams/edit.html", frame=frame, **_palette(frame.team.colour))


@pages.post("/teams/{team_id:int}/edit", again=edit_page)
def change(visit: Visit, team_id: int) -> Response:
    form = visit.form(TeamChange)
    team = visit.write(
        lambda tx: change_team(
            tx,
            visit.actor,
            TeamId(team_id),
            form.version,
            name=form.name,
            tag=form.tag,
            colour=form.chosen,
        )
    )
    return visit.redirect(_path(team), flash=visit.gettext(N_("Team saved")))


@pages.get("/teams/{team_id:int}/members")
def members_page(visit: Visit, team_id: int) -> Response:
    return _led(visit, team_id, "teams/members.html")


@pages.post("/teams/{team_id:int}/captain", again=members_page)
def transfer(visit: Visit, team_id: int) -> Response:
    form = visit.form(CaptainForm)
    to = AccountId(form.account_id)
    team = visit.write(
        lambda tx: transfer_captaincy(tx, visit.actor, TeamId(team_id), form.version, to)
    )
    return visit.redirect(_path(team), flash=visit.gettext(N_("Captaincy handed over")))


@pages.post("/teams/{team_id:int}/members/{account_id:int}/remove")
def remove(visit: Visit, team_id: int, account_id: int) -> Response:
    visit.write(lambda tx: remove_member(tx, visit.actor, TeamId(team_id), AccountId(account_id)))
    flash = visit.gettext(N_("Member removed"))
    return visit.redirect(f"/teams/{team_id}/members", flash=flash)


@pages.get("/teams/{team_id:int}/disband")
def disband_page(visit: Visit, team_id: int) -> Response:
    return _led(visit, team_id, "teams/disband.html")


@pages.post("/teams/{team_id:int}/disband", again=disband_page)
def disband(visit: Visit, team_id: int) -> Response:
    form = visit.form(VersionForm)
    team = visit.write(lambda tx: disband_team(tx, visit.actor, TeamId(team_id), form.version))
    return visit.redirect(_path(team), flash=visit.gettext(N_("Team disbanded")))


@pages.get("/teams/{team_id:int}/leave")
def leave_page(visit: Visit, team_id: int) -> Response:
    policy.require_player(visit.actor)
    with visit.read() as conn:
        frame = team_frame(conn, visit.actor, TeamId(team_id))
    if not frame.is_member:
        raise NotMember(team=frame.team.name)
    return visit.render("teams/leave.html", frame=frame)


@pages.post("/teams/{team_id:int}/leave", again=leave_page)
def leave(visit: Visit, team_id: int) -> Response:
    team = visit.write(lambda tx: leave_team(tx, visit.actor, TeamId(team_id)))
    return visit.redirect(_path(team), flash=visit.gettext(N_("You left the team")))


def _led(visit: Visit, team_id: int, template: str) -> Response:
    """A page for those who run the team."""
    with visit.read() as conn:
        frame = team_frame(conn, visit.actor, TeamId(team_id))
    policy.require_lead(visit.actor, frame.team)
    return visit.render(template, frame=frame)


def _path(team: Team) -> str:
    return f"/teams/{team.id}"


def _palette(colour: str) -> dict[str, Any]:
    """What the colour's choice shows: the palette, what is chosen, and the visitor's own one."""
    is_own = colour not in colours.PALETTE
    return {
        "palette": colours.PALETTE,
        "chosen_colour": OWN if is_own else colour,
        "own_colour": colour,
    }
