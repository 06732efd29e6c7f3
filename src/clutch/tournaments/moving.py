"""From one status to the next, and back where nothing is lost by it."""

from __future__ import annotations

from clutch.accounts.models import Actor
from clutch.kernel.writing import Transaction
from clutch.tournaments.admitting import fill_places, renumber
from clutch.tournaments.checking_in import carry_out
from clutch.tournaments.events import (
    PlayerTournamentMoved,
    TournamentCancelled,
    TournamentMoved,
)
from clutch.tournaments.models import Status, Tournament, TournamentId
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.reasons import check_reason
from clutch.tournaments.refusals import StatusRefused, TournamentOver
from clutch.tournaments.repository import (
    announce,
    get_tournament,
    living_players,
    lock_tournament,
    tell_players,
    update_tournament,
)

# By a click of an organizer. Running begins with the draw, completed comes when all is played.
STEPS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.REGISTRATION}),
    Status.REGISTRATION: frozenset({Status.CHECK_IN, Status.SEEDING}),
    Status.CHECK_IN: frozenset({Status.REGISTRATION, Status.SEEDING}),
    Status.SEEDING: frozenset({Status.REGISTRATION, Status.CHECK_IN}),
}


def move_tournament(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    version: int,
    to: Status,
    closing: str | None = None,
) -> Tournament:
    """Take one step on, or back: between registration, check-in and seeding every way is open.

    From check-in to seeding closes the check-in: who is absent is out, stand-ins move up. Back to
    registration the waiting list moves up into free places at once. Into seeding everybody gets a
    seed: who had one keeps the order. `closing` is the fingerprint of the plan that the actor saw
    of closing the check-in; None: whatever it does now.

    Raises:
        Forbidden, VersionStale: somebody else's tournament, or changed meanwhile.
        StatusRefused: there is no such step from here.
        ClosingStale: closing would do something else than was seen.
    """
    before = lock_for_organizer(tx, actor, tournament_id, version)
    if to not in STEPS.get(before.status, frozenset()):
        raise StatusRefused(before=before.status, after=to)
    if before.status is Status.CHECK_IN and to is Status.SEEDING:
        carry_out(tx, actor, before, closing)
    after = change_status(tx, actor, before, to)
    if to is Status.REGISTRATION:
        fill_places(tx, actor, after)
    if to is Status.SEEDING:
        renumber(tx, actor, after)
    return get_tournament(tx.conn, tournament_id)


def cancel_tournament(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, version: int, reason: str
) -> Tournament:
    """End a tournament early and for good; everybody reads why. What was played stays to be seen.

    Raises:
        Forbidden, VersionStale: somebody else's tournament, or changed meanwhile.
        TournamentOver: it was completed or cancelled before.
        ReasonNeeded: no reason, or one that nobody reads.
    """
    before = lock_for_organizer(tx, actor, tournament_id, version)
    if before.status.is_over:
        raise TournamentOver
    why = check_reason(reason)
    fact = TournamentCancelled(before=before.status.value, reason=why)
    tx.append(before.stream, fact, actor_id=actor.account_id)
    values = {"status": Status.CANCELLED, "cancel_reason": why, "ended_at": tx.now}
    after = update_tournament(tx, before, **values)
    if before.status is not Status.DRAFT:
        tell_moved(tx, actor, after)
    return after


def change_status(
    tx: Transaction, actor: Actor, before: Tournament, to: Status, **values: object
) -> Tournament:
    """Write a new status and tell everybody whose pages show it."""
    moved = TournamentMoved(before=before.status.value, after=to.value)
    tx.append(before.stream, moved, actor_id=actor.account_id)
    after = update_tournament(tx, before, status=to, **values)
    tell_moved(tx, actor, after)
    return after


def tell_moved(tx: Transaction, actor: Actor, tournament: Tournament) -> None:
    """Tell the site and everybody who plays that the tournament stands elsewhere now."""
    announce(tx, tournament, actor.account_id)
    fact = PlayerTournamentMoved(tournament_id=tournament.id, status=tournament.status.value)
    tell_players(tx, living_players(tx.conn, tournament.id), fact, actor.account_id)


def lock_for_organizer(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, version: int
) -> Tournament:
    """The tournament, locked, at the version that its organizer saw.

    Raises:
        TournamentMissing, Forbidden: there is none, or it is run by others.
        VersionStale: it is not at `version` any more.
    """
    require_organizer(tx.conn, actor, lock_tournament(tx, tournament_id))
    return lock_tournament(tx, tournament_id, version)
