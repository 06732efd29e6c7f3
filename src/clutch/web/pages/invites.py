"""Invites into a team: the captain's page of links, and the page behind a link."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from clutch.kernel.refusals import N_
from clutch.teams import policy, queries
from clutch.teams.invite import make_invite, revoke_invite
from clutch.teams.join import join_team
from clutch.teams.models import INVITE_DAYS_LIMIT, INVITE_USES_LIMIT, Invite, InviteId, TeamId
from clutch.web.forms import Form
from clutch.web.routing import Pages
from clutch.web.views.teams import team_frame
from clutch.web.visit import Visit

pages = Pages()


class InviteForm(Form):
    """`uses` is left empty for any number of people."""

    days: Literal["1", "7", "30"] = "7"
    uses: int | None = None


@pages.get("/teams/{team_id:int}/invites")
def invites_page(visit: Visit, team_id: int) -> Response:
    return _invites(visit, TeamId(team_id), "")


@pages.post("/teams/{team_id:int}/invites", again=invites_page)
def make(visit: Visit, team_id: int) -> Response:
    form = visit.form(InviteForm)
    _, token = visit.write(
        lambda tx: make_invite(tx, visit.actor, TeamId(team_id), int(form.days), form.uses)
    )
    # The link is shown once, on the answer itself: it is kept nowhere, so no other page could.
    return _invites(visit, TeamId(team_id), _address(visit, f"/join/{token}"))


@pages.post("/teams/{team_id:int}/invites/{invite_id:int}/revoke")
def revoke(visit: Visit, team_id: int, invite_id: int) -> Response:
    visit.write(lambda tx: revoke_invite(tx, visit.actor, TeamId(team_id), InviteId(invite_id)))
    flash = visit.gettext(N_("Invite taken back"))
    return visit.redirect(f"/teams/{team_id}/invites", flash=flash)


@pages.get("/join/{token}")
def join_page(visit: Visit, token: str) -> Response:
    with visit.read() as conn:
        invite = queries.invite_by_token(conn, token)
        frame = team_frame(conn, visit.actor, invite.team_id)
    policy.refuse_disbanded(frame.team)
    if not frame.is_member:
        policy.check_invite(invite, visit.now)
    return visit.render("teams/join.html", frame=frame, invite=invite, token=token)


@pages.post("/join/{token}")
def join(visit: Visit, token: str) -> Response:
    team = visit.write(lambda tx: join_team(tx, visit.actor, token))
    flash = visit.gettext(N_("You are in the team now"))
    return visit.redirect(f"/teams/{team.id}", flash=flash)


def _invites(visit: Visit, team_id: TeamId, link: str) -> Response:
    with visit.read() as conn:
        frame = team_frame(conn, visit.actor, team_id)
        policy.require_lead(visit.actor, frame.team)
        invites = queries.invites_of(conn, team_id)
    working: list[Invite] = [one for one in invites if one.works(visit.now)]
    return visit.render(
        "teams/invites.html",
        frame=frame,
        working=working,
        spent=[one for one in invites if one not in working],
        link=link,
        days_limit=INVITE_DAYS_LIMIT,
        uses_limit=INVITE_USES_LIMIT,
    )


def _address(visit: Visit, path: str) -> str:
    """The whole address of a page: under the site's own one, else where the visitor found it."""
    site = visit.site.settings.url or str(visit.request.base_url).rstrip("/")
    return f"{site}{path}"
