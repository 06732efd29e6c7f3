"""What tournaments keep about a person: told to them, and forgotten with their account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from clutch.accounts.models import AccountId, Actor, Role
from clutch.kernel.writing import Transaction
from clutch.tournaments.admitting import fill_places, withdraw_registration
from clutch.tournaments.events import OrganizerRemoved, ParticipantErased
from clutch.tournaments.models import (
    Registration,
    RegistrationId,
    Status,
    TournamentId,
    stream_of,
)
from clutch.tournaments.repository import get_registration, lock_tournament
from clutch.tournaments.tables import (
    co_organizer,
    participant,
    participant_player,
    registration,
    registration_player,
    tournament,
)


def forget_player(tx: Transaction, account_id: AccountId) -> None:
    """Take a name out of every tournament; results stay, under "deleted player".

    Who would still play alone somewhere is withdrawn, and the waiting list moves up as usual. A
    team that they are in keeps its place.
    """
    actor = Actor(account_id, "", Role.PLAYER)
    for tournament_id, found in sorted(_registrations(tx.conn, account_id)):
        _leave(tx, actor, tournament_id, found)
        fact = ParticipantErased(registration_id=found)
        tx.append(stream_of(tournament_id), fact, actor_id=account_id)
    _stop_organizing(tx, account_id)
    alone = registration.c.team_id.is_(None) & (registration.c.account_id == account_id)
    tx.conn.execute(update(registration).where(alone).values(name=None))
    for table in (participant, participant_player):
        tx.conn.execute(update(table).where(table.c.account_id == account_id).values(name=None))


def kept_about(conn: Connection, account_id: AccountId) -> dict[str, Any]:
    """A player's registrations and the tournaments that they organize, for their own download."""
    mine = conn.execute(
        select(registration, tournament.c.name.label("tournament"))
        .join(tournament, tournament.c.id == registration.c.tournament_id)
        .where(registration.c.id.in_(_registration_ids(account_id)))
        .order_by(registration.c.id)
    )
    organized = select(co_organizer.c.tournament_id).where(co_organizer.c.account_id == account_id)
    theirs = conn.execute(
        select(tournament.c.id, tournament.c.name, tournament.c.created_at)
        .where(or_(tournament.c.owner_id == account_id, tournament.c.id.in_(organized)))
        .order_by(tournament.c.created_at)
    )
    return {
        "registrations": [dict(row) for row in mine.mappings()],
        "organized": [dict(row) for row in theirs.mappings()],
    }


def _registration_ids(account_id: AccountId) -> Any:
    plays = select(registration_player.c.registration_id).where(
        registration_player.c.account_id == account_id
    )
    made = select(registration.c.id).where(registration.c.account_id == account_id)
    return plays.union(made)


def _registrations(
    conn: Connection, account_id: AccountId
) -> list[tuple[TournamentId, RegistrationId]]:
    rows = conn.execute(
        select(registration.c.tournament_id, registration.c.id).where(
            registration.c.id.in_(_registration_ids(account_id))
        )
    )
    return [(TournamentId(row.tournament_id), RegistrationId(row.id)) for row in rows]


def _leave(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, registration_id: RegistrationId
) -> None:
    where = lock_tournament(tx, tournament_id)
    found = get_registration(tx.conn, tournament_id, registration_id)
    if not (where.status.is_gathering and _is_alone(found, actor)):
        return
    withdraw_registration(tx, actor, where, found)
    if where.status is Status.REGISTRATION:
        fill_places(tx, actor, where)


def _is_alone(found: Registration, actor: Actor) -> bool:
    mine = found.team_id is None and found.account_id == actor.account_id
    return mine and found.status.is_living


def _stop_organizing(tx: Transaction, account_id: AccountId) -> None:
    rows = tx.conn.execute(
        delete(co_organizer)
        .where(co_organizer.c.account_id == account_id)
        .returning(co_organizer.c.tournament_id)
    )
    for tournament_id in sorted(rows.scalars()):
        fact = OrganizerRemoved(account_id=account_id)
        tx.append(stream_of(tournament_id), fact, actor_id=account_id)
