"""Teams and records as the API gives them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import AccountId
from clutch.kernel.log import Event
from clutch.teams import queries
from clutch.teams.models import Ending, Invite, Membership, PlayedFor, Team, TeamId
from clutch.teams.queries import TeamPage
from clutch.tournaments.records import MatchPage, Played, PlayedMatch
from clutch.web.views.records import RecordPage


class MemberOut(msgspec.Struct, frozen=True):
    """Who is in a team now."""

    player: AccountId
    name: str
    captain: bool
    joined_at: datetime


class TeamOut(msgspec.Struct, frozen=True):
    """A team and who is in it, the captain first. `colour` is as chosen."""

    id: TeamId
    name: str
    tag: str
    colour: str
    captain: AccountId | None
    members: list[MemberOut]
    created_at: datetime
    disbanded_at: datetime | None
    version: int


class ListedTeam(msgspec.Struct, frozen=True):
    """A team in a list; `members` is their number."""

    id: TeamId
    name: str
    tag: str
    colour: str
    captain: AccountId | None
    captain_name: str | None
    members: int


class TeamsOut(msgspec.Struct, frozen=True):
    """One page of living teams, by name."""

    teams: list[ListedTeam]
    total: int
    page: int
    pages: int


class MembershipOut(msgspec.Struct, frozen=True):
    """A time that somebody was in the team; `name` is null for a deleted player."""

    player: AccountId
    name: str | None
    joined_at: datetime
    left_at: datetime | None
    ending: Ending | None


class InviteOut(msgspec.Struct, frozen=True):
    """A link into the team; `start` is how its token begins."""

    id: int
    start: str
    created_at: datetime
    expires_at: datetime
    uses_limit: int | None
    uses: int
    revoked_at: datetime | None


class MadeInviteOut(msgspec.Struct, frozen=True):
    """A new invite. The token is given this once and kept nowhere."""

    invite: InviteOut
    token: str
    path: str


class InvitedOut(msgspec.Struct, frozen=True):
    """What a working link leads to."""

    team: ListedTeam
    expires_at: datetime


class TeamEventOut(msgspec.Struct, frozen=True):
    """One line of a team's history: `fact` holds ids, and depends on the kind."""

    seq: int
    kind: str
    at: datetime
    actor: int | None
    fact: dict[str, Any]


class TeamHistoryOut(msgspec.Struct, frozen=True):
    """One page of a history, newest first; it counts pages from the newest event."""

    events: list[TeamEventOut]
    page: int
    pages: int


class PlayedForOut(msgspec.Struct, frozen=True):
    """A time that a player was in a team."""

    team: TeamId
    name: str
    tag: str
    joined_at: datetime
    left_at: datetime | None
    ending: Ending | None


class RecordOut(msgspec.Struct, frozen=True):
    """One page of a record's tournaments; `total` counts those that match."""

    tournaments: list[Played]
    total: int
    page: int
    pages: int


class MatchesOut(msgspec.Struct, frozen=True):
    """One page of a record's matches, open ones first."""

    matches: list[PlayedMatch]
    total: int
    page: int
    pages: int


def team_out(conn: Connection, team: Team) -> TeamOut:
    """The team with its members as `conn` sees them."""
    members = [
        MemberOut(one.account_id, one.name, one.captain, one.joined_at)
        for one in queries.roster(conn, team.id)
    ]
    return TeamOut(
        id=team.id,
        name=team.name,
        tag=team.tag,
        colour=team.colour,
        captain=team.captain_id,
        members=members,
        created_at=team.created_at,
        disbanded_at=team.disbanded_at,
        version=team.version,
    )


def listed_out(team: Team, members: int, captain_name: str | None) -> ListedTeam:
    return ListedTeam(
        team.id, team.name, team.tag, team.colour, team.captain_id, captain_name, members
    )


def teams_out(found: TeamPage) -> TeamsOut:
    listed = [listed_out(one.team, one.members, one.captain_name) for one in found.items]
    return TeamsOut(listed, found.total, found.page, found.pages)


def memberships_out(found: Iterable[Membership]) -> list[MembershipOut]:
    return [
        MembershipOut(one.account_id, one.name, one.joined_at, one.left_at, one.ending)
        for one in found
    ]


def invite_out(invite: Invite) -> InviteOut:
    return InviteOut(**{name: getattr(invite, name) for name in InviteOut.__struct_fields__})


def events_out(events: Iterable[Event]) -> list[TeamEventOut]:
    return [
        TeamEventOut(one.seq, one.kind, one.at, one.actor_id, msgspec.json.decode(one.json))
        for one in events
    ]


def played_for_out(found: Iterable[PlayedFor]) -> list[PlayedForOut]:
    return [
        PlayedForOut(
            one.team.id, one.team.name, one.team.tag, one.joined_at, one.left_at, one.ending
        )
        for one in found
    ]


def record_out(found: RecordPage) -> RecordOut:
    return RecordOut(found.items, found.matching, found.page, found.pages)


def matches_out(found: MatchPage) -> MatchesOut:
    return MatchesOut(found.items, found.total, found.page, found.pages)
