"""Check-in: who is there before the draw.

Participants say that they are there, and so may those who wait, as stand-ins. When an organizer
closes the check-in, participants who did not check in are out, and the stand-ins who did move up
into the free places, who came first before the others. Those who wait and did not check in keep
waiting: an organizer can still let them in by hand.
"""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import Actor
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import Transaction
from clutch.tournaments.admitting import mark_absent, move_up
from clutch.tournaments.events import CheckedIn, CheckInUndone
from clutch.tournaments.models import (
    Registration,
    RegistrationId,
    RegistrationStatus,
    Status,
    Tournament,
    TournamentId,
)
from clutch.tournaments.policy import require_organizer, require_presence
from clutch.tournaments.refusals_joining import (
    AlreadyCheckedIn,
    CheckInClosed,
    ClosingStale,
    NotCheckedIn,
    NotLiving,
)
from clutch.tournaments.repository import (
    get_registration,
    lock_tournament,
    registrations_of,
    update_registration,
)


class Closing(msgspec.Struct, frozen=True):
    """What closing the check-in does: who is out, who moves up, who goes on waiting."""

    staying: list[Registration]
    absent: list[Registration]
    moving_up: list[Registration]
    waiting: list[Registration]

    @property
    def fingerprint(self) -> str:
        """What closing does, in a word: two plans that differ have different ones."""
        lists = (self.staying, self.absent, self.moving_up, self.waiting)
        named = [[one.id for one in each] for each in lists]
        return hashlib.sha256(repr(named).encode()).hexdigest()[:16]


def check_in(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    registration_id: RegistrationId,
    version: int,
) -> Registration:
    """Note that a participant, or somebody who waits, is there.

    The player can say so, everybody in a team's roster, its captain and the organizers.

    Raises:
        NotYourRegistration: somebody else asks.
        CheckInClosed, NotLiving: there is nothing to check in to.
        AlreadyCheckedIn: it was said before.
        VersionStale: the registration changed meanwhile.
    """
    tournament, before = _open(tx, actor, tournament_id, registration_id)
    if before.checked_in_at is not None:
        raise AlreadyCheckedIn(checked_in_at=before.checked_in_at)
    _refuse_stale(before, version)
    fact = CheckedIn(registration_id=before.id)
    tx.append(tournament.stream, fact, actor_id=actor.account_id)
    return update_registration(tx, before, checked_in_at=tx.now)


def undo_check_in(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    registration_id: RegistrationId,
    version: int,
) -> Registration:
    """Take a check-in back, as an organizer.

    Raises:
        Forbidden: the tournament is run by others.
        CheckInClosed, NotLiving, NotCheckedIn: there is nothing to take back.
        VersionStale: the registration changed meanwhile.
    """
    require_organizer(tx.conn, actor, lock_tournament(tx, tournament_id))
    tournament, before = _open(tx, actor, tournament_id, registration_id)
    if before.checked_in_at is None:
        raise NotCheckedIn
    _refuse_stale(before, version)
    fact = CheckInUndone(registration_id=before.id)
    tx.append(tournament.stream, fact, actor_id=actor.account_id)
    return update_registration(tx, before, checked_in_at=None)


def plan_closing(conn: Connection, tournament: Tournament) -> Closing:
    """What closing the check-in would do now; closing does exactly this."""
    admitted = registrations_of(conn, tournament.id, RegistrationStatus.ADMITTED)
    waiting = registrations_of(conn, tournament.id, RegistrationStatus.WAITING)
    staying = [one for one in admitted if one.checked_in_at is not None]
    stand_ins = [one for one in waiting if one.checked_in_at is not None]
    moving_up = stand_ins[: max(0, tournament.max_participants - len(staying))]
    return Closing(
        staying=staying,
        absent=[one for one in admitted if one.checked_in_at is None],
        moving_up=moving_up,
        waiting=[one for one in waiting if one not in moving_up],
    )


def carry_out(
    tx: Transaction, actor: Actor, tournament: Tournament, seen: str | None = None
) -> Closing:
    """Do what `plan_closing` says; the caller has the lock and moves the status on.

    Raises:
        ClosingStale: it says something else than the plan of the fingerprint `seen`.
    """
    plan = plan_closing(tx.conn, tournament)
    if seen is not None and seen != plan.fingerprint:
        raise ClosingStale
    for one in plan.absent:
        mark_absent(tx, actor, tournament, one)
    for one in plan.moving_up:
        move_up(tx, actor, tournament, one)
    return plan


def _open(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, registration_id: RegistrationId
) -> tuple[Tournament, Registration]:
    tournament = lock_tournament(tx, tournament_id)
    registration = get_registration(tx.conn, tournament_id, registration_id)
    require_presence(tx.conn, actor, tournament, registration)
    if tournament.status is not Status.CHECK_IN:
        raise CheckInClosed
    if not registration.status.is_living:
        raise NotLiving
    return tournament, registration


def _refuse_stale(registration: Registration, version: int) -> None:
    if registration.version != version:
        raise VersionStale(seen=version, current=registration.version)
