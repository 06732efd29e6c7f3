"""Teams over the API: creating, changing, members, captaincy, invites, history."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from clutch.accounts.models import AccountId, Actor
from clutch.kernel.writing import Transaction
from clutch.teams import policy, queries
from clutch.teams.change import change_team, disband_team, transfer_captaincy
from clutch.teams.create import create_team
from clutch.teams.invite import make_invite, revoke_invite
from clutch.teams.join import join_team, leave_team, remove_member
from clutch.teams.models import InviteId, Team, TeamId
from clutch.web.answers import ApiIn, answers
from clutch.web.views.numbers import Id, PageNumber
from clutch.web.views.team_answers import (
    InvitedOut,
    InviteOut,
    MadeInviteOut,
    MemberOut,
    MembershipOut,
    TeamHistoryOut,
    TeamOut,
    TeamsOut,
    events_out,
    invite_out,
    listed_out,
    memberships_out,
    team_out,
    teams_out,
)
from clutch.web.views.teams import open_to, team_frame, team_past
from clutch.web.visit import ApiVisitDep

router = APIRouter(tags=["teams"])


class TeamIn(ApiIn):
    """`colour` is written like #2e8b57."""

    name: str = Field(max_length=2048)
    tag: str = Field(max_length=64)
    colour: str = Field(max_length=64)


class TeamChangeIn(ApiIn):
    """What is left out or null stays as it is."""

    name: str | None = Field(None, max_length=2048)
    tag: str | None = Field(None, max_length=64)
    colour: str | None = Field(None, max_length=64)


class CaptainIn(ApiIn):
    player: Id


class InviteIn(ApiIn):
    """`uses` null lets any number of people in."""

    days: int = 7
    uses: int | None = None


@router.get("/teams", **answers(TeamsOut))
def list_route(
    visit: ApiVisitDep, q: Annotated[str, Query(max_length=100)] = "", page: PageNumber = 1
) -> Response:
    """Living teams by name; `q` is a part of the name or a whole tag."""
    with visit.read() as conn:
        return visit.json(teams_out(queries.list_teams(conn, q, page)))


@router.post("/teams", status_code=201, **answers(TeamOut, 201))
def create_route(body: TeamIn, visit: ApiVisitDep) -> Response:
    """Create a team; the caller is its captain."""
    actor = visit.actor

    def work(tx: Transaction) -> TeamOut:
        return team_out(tx.conn, create_team(tx, actor, body.name, body.tag, body.colour))

    return visit.mutate(work, 201)


@router.get("/teams/{team_id}", **answers(TeamOut))
def team_route(team_id: Id, visit: ApiVisitDep) -> Response:
    """A team, disbanded or not."""
    with visit.read() as conn:
        return visit.json(team_out(conn, queries.get_team(conn, TeamId(team_id))))


@router.patch("/teams/{team_id}", **answers(TeamOut, versioned=True))
def change_route(team_id: Id, body: TeamChangeIn, visit: ApiVisitDep) -> Response:
    """Change the name, tag or colour."""
    actor, version = visit.actor, visit.version()
    changes = body.model_dump()

    def work(tx: Transaction) -> TeamOut:
        return team_out(tx.conn, change_team(tx, actor, TeamId(team_id), version, **changes))

    return visit.mutate(work)


@router.delete("/teams/{team_id}", **answers(TeamOut, versioned=True))
def disband_route(team_id: Id, visit: ApiVisitDep) -> Response:
    """Disband the team: everybody leaves, its page and history stay."""
    actor, version = visit.actor, visit.version()

    def work(tx: Transaction) -> TeamOut:
        return team_out(tx.conn, disband_team(tx, actor, TeamId(team_id), version))

    return visit.mutate(work)


@router.put("/teams/{team_id}/captain", **answers(TeamOut, versioned=True))
def captain_route(team_id: Id, body: CaptainIn, visit: ApiVisitDep) -> Response:
    """Hand the captaincy to another member."""
    actor, version = visit.actor, visit.version()

    def work(tx: Transaction) -> TeamOut:
        to = AccountId(body.player)
        return team_out(tx.conn, transfer_captaincy(tx, actor, TeamId(team_id), version, to))

    return visit.mutate(work)


@router.get("/teams/{team_id}/members", **answers(list[MemberOut]))
def members_route(team_id: Id, visit: ApiVisitDep) -> Response:
    """Who is in the team now, the captain first."""
    with visit.read() as conn:
        return visit.json(team_out(conn, queries.get_team(conn, TeamId(team_id))).members)


@router.delete("/teams/{team_id}/members/{player_id}", status_code=204, **answers(None, 204))
def member_route(team_id: Id, player_id: Id, visit: ApiVisitDep) -> Response:
    """Leave the team (who calls), or take somebody else out of it (its captain)."""
    actor = visit.actor
    return visit.mutate(lambda tx: _part(tx, actor, TeamId(team_id), AccountId(player_id)), 204)


@router.get("/teams/{team_id}/memberships", **answers(list[MembershipOut]))
def memberships_route(team_id: Id, visit: ApiVisitDep) -> Response:
    """Who was in the team when."""
    with visit.read() as conn:
        team = queries.get_team(conn, TeamId(team_id))
        return visit.json(memberships_out(queries.members_history(conn, team.id)))


@router.get("/teams/{team_id}/history", **answers(TeamHistoryOut))
def history_route(team_id: Id, visit: ApiVisitDep, page: PageNumber = 1) -> Response:
    """What happened, newest first. Events about invites are shown to members only."""
    with visit.read() as conn:
        frame = team_frame(conn, visit.actor, TeamId(team_id))
        past = team_past(conn, frame.team, page)
    told = events_out(open_to(frame, past.events))
    return visit.json(TeamHistoryOut(told, past.page, past.pages))


@router.get("/teams/{team_id}/invites", **answers(list[InviteOut]))
def invites_route(team_id: Id, visit: ApiVisitDep) -> Response:
    """The team's invites, newest first; for its captain."""
    with visit.read() as conn:
        team = _led(conn, visit.actor, team_id)
        return visit.json([invite_out(one) for one in queries.invites_of(conn, team.id)])


@router.post("/teams/{team_id}/invites", status_code=201, **answers(MadeInviteOut, 201))
def make_invite_route(team_id: Id, body: InviteIn, visit: ApiVisitDep) -> Response:
    """Make an invite. The answer is not kept for an Idempotency-Key: it holds a secret."""
    actor = visit.actor
    invite, token = visit.write(
        lambda tx: make_invite(tx, actor, TeamId(team_id), body.days, body.uses)
    )
    return visit.json(MadeInviteOut(invite_out(invite), token, f"/join/{token}"), 201)


@router.delete("/teams/{team_id}/invites/{invite_id}", **answers(InviteOut))
def revoke_invite_route(team_id: Id, invite_id: Id, visit: ApiVisitDep) -> Response:
    """Take an invite back."""
    actor = visit.actor

    def work(tx: Transaction) -> InviteOut:
        return invite_out(revoke_invite(tx, actor, TeamId(team_id), InviteId(invite_id)))

    return visit.mutate(work)


@router.get("/invites/{token}", **answers(InvitedOut))
def invited_route(token: str, visit: ApiVisitDep) -> Response:
    """What an invite leads to, if it works."""
    with visit.read() as conn:
        invite = queries.invite_by_token(conn, token)
        frame = team_frame(conn, visit.actor, invite.team_id)
    policy.refuse_disbanded(frame.team)
    policy.check_invite(invite, visit.now)
    captain = None if frame.captain is None else frame.captain.name
    listed = listed_out(frame.team, len(frame.members), captain)
    return visit.json(InvitedOut(listed, invite.expires_at))


@router.post("/invites/{token}/join", **answers(TeamOut))
def join_route(token: str, visit: ApiVisitDep) -> Response:
    """Come into the team of an invite."""
    actor = visit.actor
    return visit.mutate(lambda tx: team_out(tx.conn, join_team(tx, actor, token)))


def _part(tx: Transaction, actor: Actor, team_id: TeamId, account_id: AccountId) -> None:
    if actor.account_id == account_id:
        leave_team(tx, actor, team_id)
    else:
        remove_member(tx, actor, team_id, account_id)


def _led(conn: Connection, actor: Actor, team_id: int) -> Team:
    team = queries.get_team(conn, TeamId(team_id))
    policy.require_lead(actor, team)
    return team
