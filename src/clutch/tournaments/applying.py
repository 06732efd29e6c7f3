"""Who asks to play, and whether they can: alone, or a team with its roster."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import AccountId, Actor
from clutch.accounts.queries import get_account, names_of
from clutch.kernel.refusals import NotFound
from clutch.kernel.writing import Transaction
from clutch.teams.models import Member, Team, TeamId
from clutch.teams.policy import refuse_disbanded
from clutch.teams.queries import find_team, get_team, roster
from clutch.tournaments.models import Registration, Tournament
from clutch.tournaments.refusals_joining import (
    AlreadyRegistered,
    CaptainOnly,
    CaptainPlays,
    NotInTeam,
    PlayerRegistered,
    RosterSize,
    SoloOnly,
    TeamNeeded,
    TeamRegistered,
)
from clutch.tournaments.repository import (
    find_team_registration,
    living_registrations,
)


class Applicant(msgspec.Struct, frozen=True):
    """Somebody who may play: `account_id` decides for them, `name` is theirs on the site."""

    account_id: AccountId
    team_id: TeamId | None
    name: str
    players: tuple[AccountId, ...]


def applicant_alone(conn: Connection, account_id: AccountId, team_id: TeamId | None) -> Applicant:
    """A player for a tournament of single people.

    Raises:
        SoloOnly: a team was named.
    """
    if team_id is not None:
        raise SoloOnly
    name = get_account(conn, account_id).name or ""
    return Applicant(account_id, None, name, (account_id,))


def applicant_team(
    conn: Connection,
    tournament: Tournament,
    team_id: TeamId | None,
    players: Sequence[AccountId] | None,
    captain: Actor | None,
) -> Applicant:
    """A team with the roster that was chosen; None: its captain and who has been in it longest.

    `captain` is who must be the team's captain, None when an organizer adds the team.

    Raises:
        TeamNeeded, TeamMissing, TeamIsDisbanded: there is no team to register.
        CaptainOnly: somebody else leads it.
        CaptainPlays, NotInTeam, RosterSize: the roster can't be that.
    """
    team = _team(conn, team_id)
    if captain is not None and captain.account_id != team.captain_id:
        raise CaptainOnly(team=team.name)
    members = roster(conn, team.id)
    chosen = check_roster(tournament, team, members, players)
    assert team.captain_id is not None, "a living team has a captain"
    return Applicant(team.captain_id, team.id, team.name, chosen)


def check_roster(
    tournament: Tournament,
    team: Team,
    members: Sequence[Member],
    players: Sequence[AccountId] | None,
) -> tuple[AccountId, ...]:
    """The roster, each player once, when these members may play for the team here.

    Raises:
        CaptainPlays, NotInTeam, RosterSize: the roster can't be that.
    """
    known = [member.account_id for member in members]
    if players is None:
        players = known[: tournament.roster_max]
    chosen = tuple(dict.fromkeys(players))
    if not set(chosen) <= set(known):
        raise NotInTeam
    if team.captain_id not in chosen:
        raise CaptainPlays
    least, most = tournament.roster_min, tournament.roster_max
    if not least <= len(chosen) <= most:
        raise RosterSize(least=least, most=most, count=len(chosen))
    return chosen


def refuse_twice(
    tx: Transaction,
    tournament: Tournament,
    applicant: Applicant,
    but: Registration | None = None,
    own: AccountId | None = None,
) -> None:
    """Refuse who plays here already, or waits to; `but` is a registration that does not count.

    Raises:
        AlreadyRegistered: `own`, who asks, is registered.
        TeamRegistered, PlayerRegistered: the team is, or some of the players are.
    """
    taken = living_registrations(tx.conn, tournament.id, applicant.players)
    others = {player for player, found in taken.items() if but is None or found != but.id}
    if own in others:
        raise AlreadyRegistered
    if applicant.team_id is not None and but is None:
        _refuse_team_twice(tx, tournament, applicant.team_id)
    if others:
        names = names_of(tx.conn, others)
        raise PlayerRegistered(players=sorted(name or "" for name in names.values()))


def _refuse_team_twice(tx: Transaction, tournament: Tournament, team_id: TeamId) -> None:
    if find_team_registration(tx.conn, tournament.id, team_id) is None:
        return
    team = find_team(tx.conn, team_id)
    raise TeamRegistered(team="" if team is None else team.name)


def _team(conn: Connection, team_id: TeamId | None) -> Team:
    if team_id is None:
        raise TeamNeeded
    try:
        team = get_team(conn, team_id)
    except NotFound:
        raise TeamNeeded from None
    refuse_disbanded(team)
    return team
