"""Registrations and participants over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.kernel.writing import Transaction
from clutch.teams.models import TeamId
from clutch.tournaments import checking_in, registering
from clutch.tournaments.models import (
    Registration,
    RegistrationId,
    RegistrationStatus,
    TournamentId,
)
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.queries import lines_of, participant_lines, see_tournament
from clutch.tournaments.registering import Wish
from clutch.tournaments.repository import get_registration, get_tournament
from clutch.web.answers import ApiIn, answers
from clutch.web.views.numbers import Id
from clutch.web.views.tournament_answers import (
    ClosingOut,
    ParticipantWithRoster,
    RegistrationOut,
    closing_out,
    line_out,
    participants_out,
    registration_out,
)
from clutch.web.visit import ApiVisitDep

router = APIRouter(prefix="/tournaments/{tournament_id}", tags=["registrations"])

Roster = Annotated[list[Id], Field(max_length=200)]


class RegistrationIn(ApiIn):
    """Registers who calls; with `add`, an organizer registers somebody else.

    `name` is the display name in this tournament, else the name on the site. `team` (an id) and
    `players` (ids of its members) are for tournaments of teams; without `players` it is the captain
    and who has been in the team longest.
    """

    name: str | None = Field(None, max_length=2048)
    team: Id | None = None
    players: Roster | None = None
    add: str | None = Field(
        None, max_length=512, description="Name of the account, or of the team, on the site."
    )

    def wish(self) -> Wish:
        players = None if self.players is None else tuple(AccountId(one) for one in self.players)
        return Wish(None if self.team is None else TeamId(self.team), players, self.name)


class RegistrationPatch(ApiIn):
    name: str | None = Field(None, max_length=2048)
    players: Roster | None = None


class RemovalIn(ApiIn):
    reason: str = Field(max_length=5000)


@router.get("/participants", **answers(list[ParticipantWithRoster]))
def participants_route(tournament_id: str, visit: ApiVisitDep) -> Response:
    """Who plays, best seed first."""
    with visit.read() as conn:
        found = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        return visit.json(participants_out(participant_lines(conn, found.id)))


@router.get("/registrations", **answers(list[RegistrationOut]))
def registrations_route(
    tournament_id: str,
    visit: ApiVisitDep,
    status: Annotated[list[RegistrationStatus] | None, Query(max_length=10)] = None,
) -> Response:
    """Registrations in the order in which they came; the waiting list is `?status=waiting`."""
    with visit.read() as conn:
        found = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        return visit.json([line_out(line) for line in lines_of(conn, found.id, *(status or ()))])


@router.post("/registrations", status_code=201, **answers(RegistrationOut, 201))
def register_route(tournament_id: str, body: RegistrationIn, visit: ApiVisitDep) -> Response:
    """Register: admitted while there is room, else at the end of the waiting list."""
    key, actor, wish, add = TournamentId(tournament_id), visit.actor, body.wish(), body.add
    if add is None:
        return visit.mutate(lambda tx: _out(tx, registering.register(tx, actor, key, wish)), 201)
    return visit.mutate(
        lambda tx: _out(tx, registering.add_registration(tx, actor, key, add, wish)), 201
    )


@router.get("/registrations/{registration_id}", **answers(RegistrationOut))
def registration_route(tournament_id: str, registration_id: Id, visit: ApiVisitDep) -> Response:
    """One registration."""
    with visit.read() as conn:
        found = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        one = get_registration(conn, found.id, RegistrationId(registration_id))
        return visit.json(registration_out(conn, one))


@router.patch("/registrations/{registration_id}", **answers(RegistrationOut, versioned=True))
def edit_registration_route(
    tournament_id: str, registration_id: Id, body: RegistrationPatch, visit: ApiVisitDep
) -> Response:
    """Change the display name or the roster, before the draw."""
    version, actor, name = visit.version(), visit.actor, body.name
    players = None if body.players is None else [AccountId(one) for one in body.players]

    def edit(tx: Transaction, key: TournamentId, one: RegistrationId) -> Registration:
        return registering.edit_registration(
            tx, actor, key, one, version, name=name, players=players
        )

    key, one = _ids(tournament_id, registration_id)
    return visit.mutate(lambda tx: _out(tx, edit(tx, key, one)))


@router.delete("/registrations/{registration_id}", **answers(RegistrationOut, versioned=True))
def withdraw_route(tournament_id: str, registration_id: Id, visit: ApiVisitDep) -> Response:
    """Take a registration back, before the draw."""
    version, actor = visit.version(), visit.actor
    key, one = _ids(tournament_id, registration_id)
    return visit.mutate(lambda tx: _out(tx, registering.withdraw(tx, actor, key, one, version)))


@router.post("/registrations/{registration_id}/remove", **answers(RegistrationOut, versioned=True))
def remove_route(
    tournament_id: str, registration_id: Id, body: RemovalIn, visit: ApiVisitDep
) -> Response:
    """Take somebody out, as an organizer, saying why."""
    version, actor, reason = visit.version(), visit.actor, body.reason
    key, one = _ids(tournament_id, registration_id)
    return visit.mutate(
        lambda tx: _out(tx, registering.remove(tx, actor, key, one, version, reason))
    )


@router.post("/registrations/{registration_id}/admit", **answers(RegistrationOut, versioned=True))
def admit_route(tournament_id: str, registration_id: Id, visit: ApiVisitDep) -> Response:
    """Admit somebody who waits or missed the check-in, as an organizer, while there is room."""
    version, actor = visit.version(), visit.actor
    key, one = _ids(tournament_id, registration_id)
    return visit.mutate(lambda tx: _out(tx, registering.move_up(tx, actor, key, one, version)))


@router.post(
    "/registrations/{registration_id}/check-in", **answers(RegistrationOut, versioned=True)
)
def check_in_route(tournament_id: str, registration_id: Id, visit: ApiVisitDep) -> Response:
    """Say that a participant, or somebody who waits, is there."""
    version, actor = visit.version(), visit.actor
    key, one = _ids(tournament_id, registration_id)
    return visit.mutate(lambda tx: _out(tx, checking_in.check_in(tx, actor, key, one, version)))


@router.delete(
    "/registrations/{registration_id}/check-in", **answers(RegistrationOut, versioned=True)
)
def undo_check_in_route(tournament_id: str, registration_id: Id, visit: ApiVisitDep) -> Response:
    """Take a check-in back, as an organizer."""
    version, actor = visit.version(), visit.actor
    key, one = _ids(tournament_id, registration_id)
    return visit.mutate(
        lambda tx: _out(tx, checking_in.undo_check_in(tx, actor, key, one, version))
    )


@router.get("/check-in", **answers(ClosingOut))
def closing_route(tournament_id: str, visit: ApiVisitDep) -> Response:
    """What closing the check-in would do now, by registrations; for organizers."""
    with visit.read() as conn:
        found = get_tournament(conn, TournamentId(tournament_id))
        require_organizer(conn, visit.actor, found)
        return visit.json(closing_out(checking_in.plan_closing(conn, found)))


def _ids(tournament_id: str, registration_id: int) -> tuple[TournamentId, RegistrationId]:
    return TournamentId(tournament_id), RegistrationId(registration_id)


def _out(tx: Transaction, registration: Registration) -> RegistrationOut:
    return registration_out(tx.conn, registration)
