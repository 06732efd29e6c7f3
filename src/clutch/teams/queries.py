"""Reading teams."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from clutch.accounts.models import AccountId
from clutch.accounts.names import clean_name, name_keys
from clutch.accounts.tables import account
from clutch.kernel.parts import in_parts
from clutch.teams.models import (
    Ending,
    Invite,
    InviteId,
    Member,
    Membership,
    PlayedFor,
    Team,
    TeamId,
    TeamSummary,
)
from clutch.teams.refusals import InviteMissing, InviteUnknown, TeamMissing
from clutch.teams.repository import INVITE_COLUMNS, TEAM_COLUMNS, invite_of, team_of
from clutch.teams.tables import membership, team, team_invite

PER_PAGE = 30
_LONGEST_SEARCH = 64
_AT_ONCE = 500

_STILL_IN = membership.c.left_at.is_(None)
_TEAM = select(*TEAM_COLUMNS).where(team.c.id == bindparam("team_id"))
_NAMES = select(team.c.id, team.c.name).where(team.c.id.in_(bindparam("ids", expanding=True)))
_ROSTER = (
    select(membership.c.account_id, account.c.name, membership.c.joined_at, team.c.captain_id)
    .join(account, account.c.id == membership.c.account_id)
    .join(team, team.c.id == membership.c.team_id)
    .where(membership.c.team_id == bindparam("team_id"), _STILL_IN)
    .order_by(
        (team.c.captain_id == membership.c.account_id).desc(),
        membership.c.joined_at,
        membership.c.id,
    )
)
_HISTORY_COLUMNS = (
    membership.c.account_id,
    account.c.name,
    membership.c.joined_at,
    membership.c.left_at,
    membership.c.ending,
)
_HISTORY = (
    select(*_HISTORY_COLUMNS)
    .join(account, account.c.id == membership.c.account_id)
    .where(membership.c.team_id == bindparam("team_id"))
)
_OF_PLAYER = (
    select(*TEAM_COLUMNS, membership.c.joined_at, membership.c.left_at, membership.c.ending)
    .join(team, team.c.id == membership.c.team_id)
    .where(membership.c.account_id == bindparam("account_id"))
)
_INVITES = select(*INVITE_COLUMNS).where(team_invite.c.team_id == bindparam("team_id"))
_BY_TOKEN = select(*INVITE_COLUMNS).where(team_invite.c.token_digest == bindparam("digest"))
_CAPTAIN = select(team.c.id).where(
    team.c.id == bindparam("team_id"), team.c.captain_id == bindparam("account_id")
)


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One page of the list of teams and how many there are in all."""

    items: list[TeamSummary]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def find_team(conn: Connection, team_id: TeamId) -> Team | None:
    """The team, disbanded or not."""
    row = conn.execute(_TEAM, {"team_id": team_id}).one_or_none()
    return None if row is None else team_of(row)


def get_team(conn: Connection, team_id: TeamId) -> Team:
    """The team, disbanded or not.

    Raises:
        TeamMissing: there is none.
    """
    found = find_team(conn, team_id)
    if found is None:
        raise TeamMissing
    return found


def team_names(conn: Connection, team_ids: Sequence[int]) -> dict[TeamId, str]:
    """The names of these teams; ids that never were are left out."""
    names: dict[TeamId, str] = {}
    for some in in_parts(team_ids, _AT_ONCE):
        names.update((row.id, row.name) for row in conn.execute(_NAMES, {"ids": list(some)}))
    return names


def find_team_named(conn: Connection, name: str) -> Team | None:
    """The living team of that name, upper and lower case aside."""
    wanted = select(*TEAM_COLUMNS).where(team.c.name_folded == name_keys(name).folded)
    row = conn.execute(wanted).one_or_none()
    return None if row is None else team_of(row)


def roster(conn: Connection, team_id: TeamId) -> list[Member]:
    """Who is in the team now: the captain, then by how long they have been in it."""
    return [
        Member(AccountId(row.account_id), row.name, row.account_id == row.captain_id, row.joined_at)
        for row in conn.execute(_ROSTER, {"team_id": team_id})
    ]


def is_captain(conn: Connection, team_id: TeamId, account_id: AccountId) -> bool:
    """Whether this is the team's captain now."""
    return (
        conn.execute(_CAPTAIN, {"team_id": team_id, "account_id": account_id}).first() is not None
    )


def teams_of(conn: Connection, account_id: AccountId) -> list[Team]:
    """The teams that the player is in now, longest first."""
    rows = conn.execute(
        _OF_PLAYER.where(_STILL_IN).order_by(membership.c.joined_at, membership.c.id),
        {"account_id": account_id},
    )
    return [team_of(row) for row in rows]


def played_for(conn: Connection, account_id: AccountId) -> list[PlayedFor]:
    """Every time that the player was in a team: those that last first, then the latest."""
    rows = conn.execute(
        _OF_PLAYER.order_by(
            _STILL_IN.desc(), membership.c.joined_at.desc(), membership.c.id.desc()
        ),
        {"account_id": account_id},
    )
    return [PlayedFor(team_of(row), row.joined_at, row.left_at, _ending(row)) for row in rows]


def members_history(conn: Connection, team_id: TeamId) -> list[Membership]:
    """Who was in the team when: those who are in it first, then who left last."""
    rows = conn.execute(
        _HISTORY.order_by(
            _STILL_IN.desc(), membership.c.left_at.desc(), membership.c.joined_at, membership.c.id
        ),
        {"team_id": team_id},
    )
    return [_membership(row) for row in rows]


def past_of(conn: Connection, team_id: TeamId, account_id: AccountId) -> list[Membership]:
    """Every time that this player was in this team, oldest first."""
    rows = conn.execute(
        _HISTORY.where(membership.c.account_id == account_id).order_by(membership.c.id),
        {"team_id": team_id},
    )
    return [_membership(row) for row in rows]


def invites_of(conn: Connection, team_id: TeamId) -> list[Invite]:
    """The team's invites, newest first, those that no longer work included."""
    rows = conn.execute(_INVITES.order_by(team_invite.c.id.desc()).limit(200), {"team_id": team_id})
    return [invite_of(row) for row in rows]


def get_invite(conn: Connection, team_id: TeamId, invite_id: InviteId) -> Invite:
    """One of the team's invites.

    Raises:
        InviteMissing: the team has none with this id.
    """
    row = conn.execute(
        _INVITES.where(team_invite.c.id == invite_id), {"team_id": team_id}
    ).one_or_none()
    if row is None:
        raise InviteMissing
    return invite_of(row)


def invite_by_token(conn: Connection, token: str) -> Invite:
    """The invite of a link, working or not.

    Raises:
        InviteUnknown: nobody ever made it.
    """
    row = conn.execute(_BY_TOKEN, {"digest": token_digest(token)}).one_or_none()
    if row is None:
        raise InviteUnknown
    return invite_of(row)


def token_digest(token: str) -> bytes:
    """What is kept of an invite's token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def list_teams(conn: Connection, search: str = "", page: int = 1) -> TeamPage:
    """Living teams by name, `PER_PAGE` a page; `search` finds parts of names, and whole tags."""
    wanted = _matching(search)
    total = conn.execute(select(func.count()).select_from(team).where(*wanted)).scalar_one()
    page = min(max(page, 1), max(1, -(-total // PER_PAGE)))
    rows = conn.execute(
        _summaries()
        .where(*wanted)
        .order_by(team.c.name_folded)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return TeamPage(
        [TeamSummary(team_of(row), row.members, row.captain_name) for row in rows], total, page
    )


def _summaries() -> Select[Any]:
    members = (
        select(func.count())
        .where(membership.c.team_id == team.c.id, _STILL_IN)
        .scalar_subquery()
        .label("members")
    )
    return select(*TEAM_COLUMNS, members, account.c.name.label("captain_name")).outerjoin(
        account, account.c.id == team.c.captain_id
    )


def _matching(search: str) -> list[Any]:
    living = [team.c.disbanded_at.is_(None)]
    text = clean_name(search[:_LONGEST_SEARCH])
    if not text:
        return living
    folded = name_keys(text).folded
    return [
        *living,
        team.c.name_folded.contains(folded, autoescape=True) | (team.c.tag_folded == folded),
    ]


def _membership(row: Any) -> Membership:
    return Membership(AccountId(row.account_id), row.name, row.joined_at, row.left_at, _ending(row))


def _ending(row: Any) -> Ending | None:
    return None if row.ending is None else Ending(row.ending)
