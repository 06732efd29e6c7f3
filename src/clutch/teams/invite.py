"""The captain lets others in by links."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, insert, select, update

from clutch.accounts.models import Actor
from clutch.kernel.writing import Transaction
from clutch.teams.events import InviteMade, InviteRevoked
from clutch.teams.models import (
    INVITE_DAYS_LIMIT,
    INVITE_USES_LIMIT,
    INVITES_LIMIT,
    Invite,
    InviteId,
    Team,
    TeamId,
)
from clutch.teams.policy import require_lead
from clutch.teams.queries import get_invite, token_digest
from clutch.teams.refusals import InviteTermsRefused, TooManyInvites
from clutch.teams.repository import INVITE_COLUMNS, invite_of, lock_team
from clutch.teams.tables import team_invite

_START = 6


def make_invite(
    tx: Transaction, actor: Actor, team_id: TeamId, days: int, uses: int | None
) -> tuple[Invite, str]:
    """A new invite and its token, which is kept nowhere: whoever has it may come in.

    It works for `days` days and `uses` people, any number of them if that is None.

    Raises:
        TeamMissing, TeamIsDisbanded: there is no such team (any more).
        LoginRequired, ScopeNeeded, NotCaptain: it is not the actor's to do.
        InviteTermsRefused: for longer or for more people than an invite may be.
        TooManyInvites: revoke one first.
    """
    team = lock_team(tx, team_id)
    require_lead(actor, team)
    _check_terms(days, uses)
    _refuse_too_many(tx, team)
    token = tx.new_token()
    invite = _insert(tx, actor, team, token, timedelta(days=days), uses)
    fact = InviteMade(
        team_id=team.id, invite_id=invite.id, expires_at=invite.expires_at, uses_limit=uses
    )
    tx.append(team.stream, fact, actor_id=actor.account_id)
    return invite, token


def revoke_invite(tx: Transaction, actor: Actor, team_id: TeamId, invite_id: InviteId) -> Invite:
    """Take an invite back; who came in by it stays. Taking it back twice is no mistake.

    Raises:
        TeamMissing, TeamIsDisbanded: there is no such team (any more).
        LoginRequired, ScopeNeeded, NotCaptain: it is not the actor's to do.
        InviteMissing: the team has no such invite.
    """
    team = lock_team(tx, team_id)
    require_lead(actor, team)
    invite = get_invite(tx.conn, team_id, invite_id)
    if invite.revoked_at is not None:
        return invite
    tx.conn.execute(
        update(team_invite).where(team_invite.c.id == invite_id).values(revoked_at=tx.now)
    )
    tx.append(
        team.stream, InviteRevoked(team_id=team.id, invite_id=invite.id), actor_id=actor.account_id
    )
    return get_invite(tx.conn, team_id, invite_id)


def _check_terms(days: int, uses: int | None) -> None:
    if not 1 <= days <= INVITE_DAYS_LIMIT or (
        uses is not None and not 1 <= uses <= INVITE_USES_LIMIT
    ):
        raise InviteTermsRefused(days=INVITE_DAYS_LIMIT, uses=INVITE_USES_LIMIT)


def _refuse_too_many(tx: Transaction, team: Team) -> None:
    used_up = team_invite.c.uses_limit.is_not(None) & (
        team_invite.c.uses >= team_invite.c.uses_limit
    )
    working = tx.conn.execute(
        select(func.count()).where(
            team_invite.c.team_id == team.id,
            team_invite.c.revoked_at.is_(None),
            team_invite.c.expires_at > tx.now,
            ~used_up,
        )
    ).scalar_one()
    if working >= INVITES_LIMIT:
        raise TooManyInvites(limit=INVITES_LIMIT)


def _insert(
    tx: Transaction, actor: Actor, team: Team, token: str, lasts: timedelta, uses: int | None
) -> Invite:
    row = tx.conn.execute(
        insert(team_invite)
        .values(
            team_id=team.id,
            token_digest=token_digest(token),
            start=token[:_START],
            created_by=actor.account_id,
            created_at=tx.now,
            expires_at=tx.now + lasts,
            uses_limit=uses,
            uses=0,
        )
        .returning(*INVITE_COLUMNS)
    ).one()
    return invite_of(row)
