"""Places: who gets one, who gives one back, and who moves up.

All of it runs under the tournament's lock, inside the verbs that call it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from clutch.accounts.models import AccountId, Actor
from clutch.accounts.queries import names_of
from clutch.engine import ParticipantId
from clutch.kernel.log import Fact
from clutch.kernel.writing import Transaction
from clutch.teams.queries import find_team
from clutch.tournaments.events import (
    ParticipantAbsent,
    ParticipantAdmitted,
    PlayerAdmitted,
    PlayerOut,
    RegistrationRemoved,
    RegistrationWithdrawn,
    SeedingChanged,
)
from clutch.tournaments.models import (
    Registration,
    RegistrationStatus,
    Status,
    Tournament,
)
from clutch.tournaments.participants import (
    delete_participant,
    find_participant,
    insert_participant,
    participants_of,
    set_seeds,
)
from clutch.tournaments.repository import (
    count_registrations,
    players_of,
    registrations_of,
    tell_players,
    update_registration,
)
from clutch.tournaments.tables import tournament as tournament_table


def free_places(tx: Transaction, tournament: Tournament) -> int:
    """How many more can be admitted."""
    admitted = count_registrations(tx.conn, tournament.id)[RegistrationStatus.ADMITTED]
    return max(0, tournament.max_participants - admitted)


def fill_places(tx: Transaction, actor: Actor, tournament: Tournament) -> list[Registration]:
    """Let the waiting list move up into the free places, who came first before the others."""
    places = free_places(tx, tournament)
    if places == 0:
        return []
    waiting = registrations_of(tx.conn, tournament.id, RegistrationStatus.WAITING)
    return [move_up(tx, actor, tournament, one) for one in waiting[:places]]


def move_up(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    registration: Registration,
    how: str = "moved-up",
) -> Registration:
    """Make a participant of somebody who waited, or was out."""

    def fact_of(made: ParticipantId) -> Fact:
        return ParticipantAdmitted(registration_id=registration.id, participant_id=made, how=how)

    return admit(tx, actor, tournament, registration, fact_of)


def admit(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    registration: Registration,
    fact_of: Callable[[ParticipantId], Fact],
) -> Registration:
    """Make a registration a participant: a snapshot of name, tag, colour and roster."""
    players = players_of(tx.conn, registration.id)
    made = insert_participant(tx, _snapshot(tx, registration), roster_of(tx, registration, players))
    tx.append(tournament.stream, fact_of(made), actor_id=actor.account_id)
    fact = PlayerAdmitted(tournament_id=tournament.id)
    tell_players(tx, players, fact, actor.account_id)
    after = update_registration(tx, registration, status=RegistrationStatus.ADMITTED, reason=None)
    _keep_seeded(tx, actor, tournament)
    return after


def roster_of(
    tx: Transaction, registration: Registration, players: list[AccountId]
) -> list[dict[str, Any]]:
    """The snapshot of who plays; exactly one of them is the captain, who speaks for the others."""
    names = names_of(tx.conn, players)
    team = None if registration.team_id is None else find_team(tx.conn, registration.team_id)
    wished = [None if team is None else team.captain_id, registration.account_id, players[0]]
    captain = next(one for one in wished if one in players)
    return [
        {"account_id": player, "name": names[player], "is_captain": player == captain}
        for player in players
    ]


def withdraw_registration(
    tx: Transaction, actor: Actor, tournament: Tournament, registration: Registration
) -> Registration:
    """Take a registration back; the place is free afterwards."""
    fact = RegistrationWithdrawn(registration_id=registration.id)
    return _leave(tx, actor, tournament, registration, RegistrationStatus.WITHDRAWN, fact)


def remove_registration(
    tx: Transaction, actor: Actor, tournament: Tournament, registration: Registration, reason: str
) -> Registration:
    """Take somebody out, saying why; the place is free afterwards."""
    fact = RegistrationRemoved(registration_id=registration.id, reason=reason)
    status = RegistrationStatus.REMOVED
    return _leave(tx, actor, tournament, registration, status, fact, reason=reason)


def mark_absent(
    tx: Transaction, actor: Actor, tournament: Tournament, registration: Registration
) -> Registration:
    """Take somebody out who did not check in; the place is free afterwards."""
    fact = ParticipantAbsent(registration_id=registration.id)
    return _leave(tx, actor, tournament, registration, RegistrationStatus.ABSENT, fact)


def renumber(tx: Transaction, actor: Actor, tournament: Tournament) -> None:
    """Give everybody a seed: who had one keeps the order, newcomers follow."""
    order = [one.id for one in participants_of(tx.conn, tournament.id)]
    save_order(tx, actor, tournament, order, None)


def save_order(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    order: list[ParticipantId],
    random_seed: int | None,
) -> None:
    """Write a seeding; it gets a new version."""
    set_seeds(tx, order)
    tx.conn.execute(
        update(tournament_table)
        .where(tournament_table.c.id == tournament.id)
        .values(seeding_version=tournament_table.c.seeding_version + 1, draw_seed=random_seed)
    )
    changed = SeedingChanged(participants=tuple(order), random_seed=random_seed)
    tx.append(tournament.stream, changed, actor_id=actor.account_id)


def _leave(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    registration: Registration,
    status: RegistrationStatus,
    fact: Fact,
    **values: Any,
) -> Registration:
    left = find_participant(tx.conn, registration.id)
    if left is not None:
        delete_participant(tx, left.id)
    tx.append(tournament.stream, fact, actor_id=actor.account_id)
    out = PlayerOut(tournament_id=tournament.id, how=status.value)
    tell_players(tx, players_of(tx.conn, registration.id), out, actor.account_id)
    if left is not None:
        _keep_seeded(tx, actor, tournament)
    return update_registration(tx, registration, status=status, **values)


def _keep_seeded(tx: Transaction, actor: Actor, tournament: Tournament) -> None:
    if tournament.status is Status.SEEDING:
        renumber(tx, actor, tournament)


def _snapshot(tx: Transaction, registration: Registration) -> dict[str, Any]:
    values: dict[str, Any] = {
        "tournament_id": registration.tournament_id,
        "registration_id": registration.id,
        "name": registration.name,
    }
    if registration.team_id is None:
        return values | {"account_id": registration.account_id}
    team = find_team(tx.conn, registration.team_id)
    if team is None:
        return values | {"team_id": registration.team_id}
    return values | {"team_id": team.id, "tag": team.tag, "colour": team.colour}
