"""Who may what in a team. Every question of permission has its one function here."""

from __future__ import annotations

from datetime import datetime

from clutch.accounts.models import AccountId, Actor, Role, Scope
from clutch.teams.models import MEMBERS_LIMIT, Ending, Invite, Membership, Team
from clutch.teams.refusals import (
    AlreadyMember,
    InviteBeforeRemoval,
    InviteExpired,
    InviteTakenBack,
    InviteUsedUp,
    NotCaptain,
    TeamFull,
    TeamIsDisbanded,
)


def require_player(actor: Actor) -> AccountId:
    """Insist on somebody who may act in teams for themselves; gives their account.

    Raises:
        LoginRequired: nobody is logged in.
        ScopeNeeded: the token is not for teams.
    """
    account_id = actor.require_login()
    actor.require_scope(Scope.TEAMS_WRITE)
    return account_id


def may_lead(actor: Actor, team: Team) -> bool:
    """Whether the actor runs the team: its captain or an admin, while it is there."""
    return leads(actor, team) and actor.allows(Scope.TEAMS_WRITE) and not team.is_disbanded


def leads(actor: Actor, team: Team) -> bool:
    """Whether the actor is the captain, or an admin, whatever their token may do."""
    return actor.has(Role.ADMIN) or (
        actor.account_id is not None and actor.account_id == team.captain_id
    )


def require_lead(actor: Actor, team: Team) -> None:
    """Insist on running the team.

    Raises:
        LoginRequired, ScopeNeeded: who asks is not known, or their token is not for teams.
        NotCaptain: the team is run by somebody else.
        TeamIsDisbanded: nobody runs it any more.
    """
    if actor.is_guest:
        actor.require_login()
    actor.require_scope(Scope.TEAMS_WRITE)
    if not leads(actor, team) and not team.is_disbanded:
        raise NotCaptain(team=team.name)
    refuse_disbanded(team)


def refuse_disbanded(team: Team) -> None:
    """Refuse to change a team that ended.

    Raises:
        TeamIsDisbanded: it did.
    """
    if team.is_disbanded:
        raise TeamIsDisbanded(team=team.name)


def check_join(
    team: Team, invite: Invite, past: list[Membership], members: int, now: datetime
) -> None:
    """Whether somebody may come into the team by the invite. Every way into a team asks here.

    `past` is every time that they were or are in the team, oldest first; `members` how many are
    in it now.

    Raises:
        TeamIsDisbanded, InviteTakenBack, InviteExpired, InviteUsedUp: nobody may.
        AlreadyMember: they need not; the invite is not used up by it.
        InviteBeforeRemoval: they were removed after the invite was made.
        TeamFull: nobody more fits.
    """
    assert invite.team_id == team.id, "an invite is into its own team"
    refuse_disbanded(team)
    if past and past[-1].left_at is None:
        raise AlreadyMember(team=team.name)
    check_invite(invite, now)
    if past and past[-1].ending is Ending.REMOVED and _since(past[-1]) >= invite.created_at:
        raise InviteBeforeRemoval(team=team.name)
    if members >= MEMBERS_LIMIT:
        raise TeamFull(team=team.name, limit=MEMBERS_LIMIT)


def check_invite(invite: Invite, now: datetime) -> None:
    """Whether the invite still lets anybody in.

    Raises:
        InviteTakenBack, InviteExpired, InviteUsedUp: why it does not.
    """
    if invite.revoked_at is not None:
        raise InviteTakenBack
    if now >= invite.expires_at:
        raise InviteExpired(expired_at=invite.expires_at)
    if not invite.works(now):
        raise InviteUsedUp


def _since(membership: Membership) -> datetime:
    assert membership.left_at is not None, "a removal has its time"
    return membership.left_at
