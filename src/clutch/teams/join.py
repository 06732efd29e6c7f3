"""Players come into a team and leave it."""

from __future__ import annotations

from sqlalchemy import update

from clutch.accounts.models import SITE, AccountId, Actor
from clutch.accounts.repository import lock_account
from clutch.kernel.writing import Transaction
from clutch.teams.change import end_team, hand_over
from clutch.teams.events import MemberJoined, MemberLeft
from clutch.teams.models import Ending, Team, TeamId
from clutch.teams.policy import check_join, refuse_disbanded, require_lead, require_player
from clutch.teams.queries import invite_by_token, past_of, roster, teams_of
from clutch.teams.refusals import CaptainCannotLeave, NotMember
from clutch.teams.repository import end_memberships, insert_member, lock_team
from clutch.teams.tables import team_invite


def join_team(tx: Transaction, actor: Actor, token: str) -> Team:
    """Come into the team of an invite; that uses the invite once.

    Raises:
        LoginRequired, ScopeNeeded: who asks may not.
        InviteUnknown: the link is not complete, or was never made.
        TeamIsDisbanded, AlreadyMember, TeamFull, InviteTakenBack, InviteExpired, InviteUsedUp,
        InviteBeforeRemoval: see `policy.check_join`.
    """
    account_id = require_player(actor)
    lock_account(tx, account_id)
    team_id = invite_by_token(tx.conn, token).team_id
    team = lock_team(tx, team_id)
    # Only now that the team is locked is it certain how often the invite was used.
    invite = invite_by_token(tx.conn, token)
    check_join(
        team, invite, past_of(tx.conn, team_id, account_id), len(roster(tx.conn, team_id)), tx.now
    )
    tx.conn.execute(
        update(team_invite).where(team_invite.c.id == invite.id).values(uses=team_invite.c.uses + 1)
    )
    fact = MemberJoined(team_id=team.id, account_id=account_id, invite_id=invite.id)
    tx.append(team.stream, fact, actor_id=account_id)
    insert_member(tx, actor, team.id, account_id)
    return team


def leave_team(tx: Transaction, actor: Actor, team_id: TeamId) -> Team:
    """Leave a team; a captain who is alone in it disbands it by that.

    Raises:
        LoginRequired, ScopeNeeded, TeamMissing, TeamIsDisbanded: it can't be done.
        NotMember: the actor is not in the team.
        CaptainCannotLeave: there are others; the captaincy is handed over first.
    """
    account_id = require_player(actor)
    team = lock_team(tx, team_id)
    refuse_disbanded(team)
    members = [member.account_id for member in roster(tx.conn, team_id)]
    if account_id not in members:
        raise NotMember(team=team.name)
    if members == [account_id]:
        return end_team(tx, actor, team, Ending.LEFT)
    if account_id == team.captain_id:
        raise CaptainCannotLeave(team=team.name)
    _end(tx, actor, team, account_id, Ending.LEFT)
    return team


def remove_member(tx: Transaction, actor: Actor, team_id: TeamId, account_id: AccountId) -> Team:
    """The captain takes a member out; invites made before that do not let them in again.

    Raises:
        TeamMissing, TeamIsDisbanded: there is no such team (any more).
        LoginRequired, ScopeNeeded, NotCaptain: it is not the actor's to do.
        NotMember: nobody of that id is in the team.
        CaptainCannotLeave: the captain is taken out by handing the captaincy over first.
    """
    team = lock_team(tx, team_id)
    require_lead(actor, team)
    if account_id == team.captain_id:
        raise CaptainCannotLeave(team=team.name)
    if account_id not in {member.account_id for member in roster(tx.conn, team_id)}:
        raise NotMember(team=team.name)
    _end(tx, actor, team, account_id, Ending.REMOVED)
    return team


def leave_all(tx: Transaction, account_id: AccountId) -> None:
    """A deleted account leaves its teams; an empty one is disbanded.

    Where it was the captain, who has been in the team longest becomes it.

    The account's row must be locked, so that nobody joins by it meanwhile.
    """
    for found in sorted(teams_of(tx.conn, account_id), key=lambda team: team.id):
        team = lock_team(tx, found.id)
        others = [member for member in roster(tx.conn, team.id) if member.account_id != account_id]
        if not others:
            end_team(tx, SITE, team, Ending.ERASED)
            continue
        if team.captain_id == account_id:
            longest = min(others, key=lambda member: member.joined_at)
            hand_over(tx, SITE, team, longest.account_id)
        _end(tx, SITE, team, account_id, Ending.ERASED)


def _end(tx: Transaction, actor: Actor, team: Team, account_id: AccountId, ending: Ending) -> None:
    if not end_memberships(tx, actor, team.id, ending, account_id):
        return
    fact = MemberLeft(team_id=team.id, account_id=account_id, ending=ending.value)
    tx.append(team.stream, fact, actor_id=actor.account_id)
