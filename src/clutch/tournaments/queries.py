"""Reading one tournament: who may see it, who runs it, who plays, what that means to a visitor."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, Connection, or_, select

from clutch.accounts.models import AccountId, Actor
from clutch.accounts.queries import names_of
from clutch.accounts.tables import account
from clutch.engine import ParticipantId
from clutch.teams.models import Member, Team
from clutch.teams.queries import roster, teams_of
from clutch.tournaments.models import (
    Participant,
    Registration,
    RegistrationId,
    RegistrationStatus,
    RosterPlayer,
    Tournament,
    TournamentId,
)
from clutch.tournaments.participants import find_participant, participants_of
from clutch.tournaments.policy import may_see
from clutch.tournaments.refusals import TournamentMissing
from clutch.tournaments.repository import (
    REGISTRATION_COLUMNS,
    get_tournament,
    registration_of,
    registrations_of,
)
from clutch.tournaments.tables import (
    co_organizer,
    match,
    participant,
    participant_player,
    placement,
    registration,
    registration_player,
)


class Organizer(msgspec.Struct, frozen=True):
    """Somebody who runs a tournament; the owner chooses the others."""

    account_id: AccountId
    name: str | None
    is_owner: bool


class Line(msgspec.Struct, frozen=True):
    """A registration with who plays for it; no `participant` while it waits, or when it is out."""

    registration: Registration
    players: tuple[RosterPlayer, ...]
    participant: Participant | None


class OwnMatch(msgspec.Struct, frozen=True):
    """A match that can be played now, seen from one side; a deleted opponent has no name."""

    id: str
    opponent: str | None


class OwnPart(msgspec.Struct, frozen=True):
    """What a visitor has to do with a tournament: the latest registration, and the open match."""

    registration: Registration
    participant: Participant | None
    turn: int | None
    next_match: OwnMatch | None


class TeamChoice(msgspec.Struct, frozen=True):
    """A team that the visitor could register, with its members."""

    team: Team
    members: tuple[Member, ...]


class Place(msgspec.Struct, frozen=True):
    """One of the first three of a tournament."""

    rank: int
    to: int
    participant: Participant


def see_tournament(conn: Connection, actor: Actor, tournament_id: TournamentId) -> Tournament:
    """The tournament, if the actor may see it.

    Raises:
        TournamentMissing: there is none, or it is a draft of others.
    """
    found = get_tournament(conn, tournament_id)
    if not may_see(conn, actor, found):
        raise TournamentMissing
    return found


def organizers_of(conn: Connection, tournament: Tournament) -> list[Organizer]:
    """Who runs the tournament, the owner first; those whose account is deleted are left out."""
    added = conn.execute(
        select(co_organizer.c.account_id)
        .where(co_organizer.c.tournament_id == tournament.id)
        .order_by(co_organizer.c.added_at, co_organizer.c.account_id)
    ).scalars()
    everybody = [tournament.owner_id, *added]
    names = names_of(conn, everybody)
    return [
        Organizer(AccountId(one), names[AccountId(one)], one == tournament.owner_id)
        for one in everybody
        if names.get(AccountId(one)) is not None
    ]


def lines_of(
    conn: Connection, tournament_id: TournamentId, *statuses: RegistrationStatus
) -> list[Line]:
    """Registrations of these statuses (or all) in the order in which they came."""
    registrations = registrations_of(conn, tournament_id, *statuses)
    admitted = {one.registration_id: one for one in participants_of(conn, tournament_id)}
    snapshots = _snapshots(conn, participant.c.tournament_id == tournament_id)
    wished = _wished(conn, registration.c.tournament_id == tournament_id)
    lines = []
    for one in registrations:
        taken = admitted.get(one.id)
        players = snapshots.get(taken.id) if taken is not None else wished.get(one.id)
        lines.append(Line(one, tuple(players or ()), taken))
    return lines


def line_of(conn: Connection, one: Registration) -> Line:
    """One registration with who plays for it."""
    taken = find_participant(conn, one.id)
    if taken is None:
        players = _wished(conn, registration.c.id == one.id).get(one.id, [])
    else:
        players = _snapshots(conn, participant.c.id == taken.id).get(taken.id, [])
    return Line(one, tuple(players), taken)


def participant_lines(conn: Connection, tournament_id: TournamentId) -> list[Line]:
    """The participants with their rosters, best seed first."""
    lines = lines_of(conn, tournament_id, RegistrationStatus.ADMITTED)
    return sorted(lines, key=_by_seed)


def find_own_part(conn: Connection, actor: Actor, tournament: Tournament) -> OwnPart | None:
    """What the actor has to do here: as a player, in a team's roster, or as its captain."""
    if actor.account_id is None:
        return None
    row = conn.execute(
        select(*REGISTRATION_COLUMNS)
        .where(registration.c.tournament_id == tournament.id, _concerns(actor.account_id))
        .order_by(registration.c.status.in_(["admitted", "waiting"]).desc())
        .order_by(registration.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    mine = registration_of(row)
    taken = find_participant(conn, mine.id)
    return OwnPart(
        registration=mine,
        participant=taken,
        turn=_turn(conn, mine),
        next_match=None if taken is None else _open_match(conn, taken),
    )


def team_choices(conn: Connection, actor: Actor) -> list[TeamChoice]:
    """The teams that the actor is the captain of."""
    if actor.account_id is None:
        return []
    return [
        TeamChoice(team, tuple(roster(conn, team.id)))
        for team in teams_of(conn, actor.account_id)
        if team.captain_id == actor.account_id
    ]


def podium(conn: Connection, tournament_id: TournamentId) -> list[Place]:
    """The first three places, as far as there are any."""
    rows = conn.execute(
        select(placement.c.participant_id, placement.c.rank, placement.c.to)
        .where(placement.c.tournament_id == tournament_id, placement.c.rank <= 3)
        .order_by(placement.c.rank, placement.c.participant_id)
    ).all()
    if not rows:
        return []
    here = {one.id: one for one in participants_of(conn, tournament_id)}
    return [Place(row.rank, row.to, here[ParticipantId(row.participant_id)]) for row in rows]


def _by_seed(line: Line) -> tuple[bool, int, int]:
    taken = line.participant
    seed = None if taken is None else taken.seed
    return seed is None, seed or 0, line.registration.id


def _concerns(account_id: AccountId) -> ColumnElement[bool]:
    plays = select(registration_player.c.registration_id).where(
        registration_player.c.account_id == account_id
    )
    return or_(registration.c.account_id == account_id, registration.c.id.in_(plays))


def _turn(conn: Connection, mine: Registration) -> int | None:
    """The place on the waiting list, from 1."""
    if mine.status is not RegistrationStatus.WAITING:
        return None
    waiting = registrations_of(conn, mine.tournament_id, RegistrationStatus.WAITING)
    return 1 + [one.id for one in waiting].index(mine.id)


def _open_match(conn: Connection, mine: Participant) -> OwnMatch | None:
    row = conn.execute(
        select(match.c.id, match.c.participant_a, match.c.participant_b).where(
            match.c.tournament_id == mine.tournament_id,
            match.c.status == "ready",
            or_(match.c.participant_a == mine.id, match.c.participant_b == mine.id),
        )
    ).first()
    if row is None:
        return None
    other = row.participant_b if row.participant_a == mine.id else row.participant_a
    name = conn.execute(select(participant.c.name).where(participant.c.id == other)).scalar()
    return OwnMatch(row.id, name)


def _snapshots(
    conn: Connection, whose: ColumnElement[bool]
) -> dict[ParticipantId, list[RosterPlayer]]:
    rows = conn.execute(
        select(participant_player)
        .join(participant, participant.c.id == participant_player.c.participant_id)
        .where(whose)
        .order_by(participant_player.c.is_captain.desc(), participant_player.c.account_id)
    )
    found: dict[ParticipantId, list[RosterPlayer]] = {}
    for row in rows:
        player = RosterPlayer(row.account_id, row.name, row.is_captain)
        found.setdefault(row.participant_id, []).append(player)
    return found


def _wished(
    conn: Connection, whose: ColumnElement[bool]
) -> dict[RegistrationId, list[RosterPlayer]]:
    """Who would play for those who were not admitted, by their names as of now."""
    rows = conn.execute(
        select(
            registration.c.id,
            registration.c.account_id.label("captain_id"),
            account.c.id.label("player_id"),
            account.c.name,
        )
        .join(registration_player, registration_player.c.registration_id == registration.c.id)
        .join(account, account.c.id == registration_player.c.account_id)
        .where(whose)
        .order_by(registration.c.id, account.c.id)
    )
    found: dict[RegistrationId, list[RosterPlayer]] = {}
    for row in rows:
        player = RosterPlayer(row.player_id, row.name, row.player_id == row.captain_id)
        found.setdefault(row.id, []).append(player)
    return found
