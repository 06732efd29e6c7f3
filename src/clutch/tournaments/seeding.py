"""Seeding: the order in which participants enter the draw, by hand or by chance."""

from __future__ import annotations

from collections.abc import Sequence

from clutch import engine
from clutch.accounts.models import Actor
from clutch.engine import ParticipantId
from clutch.kernel import ids
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import Transaction
from clutch.tournaments.admitting import save_order
from clutch.tournaments.models import Status, Tournament, TournamentId
from clutch.tournaments.participants import (
    participants_of,
)
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.refusals_joining import SeedingClosed, SeedingIncomplete
from clutch.tournaments.repository import (
    get_tournament,
    lock_tournament,
)


def set_seeding(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    version: int,
    order: Sequence[ParticipantId],
) -> Tournament:
    """Set the whole order, best first; `version` is the seeding's own.

    Raises:
        Forbidden, VersionStale: somebody else's tournament, or another seeding than the one seen.
        SeedingClosed: it is not the time for it.
        SeedingIncomplete: not each participant exactly once.
    """
    tournament = lock_seeding(tx, actor, tournament_id, version)
    now = [one.id for one in participants_of(tx.conn, tournament_id)]
    if sorted(order) != sorted(now):
        raise SeedingIncomplete(count=len(now))
    if list(order) == now:
        return tournament
    save_order(tx, actor, tournament, list(order), None)
    return get_tournament(tx.conn, tournament_id)


def shuffle_seeding(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    version: int,
    random_seed: int | None = None,
) -> Tournament:
    """Let chance set the order. The number that decided it is kept and shown: with the same
    participants, in the order of their ids, it gives the same order again.

    Raises:
        Forbidden, VersionStale, SeedingClosed: as for `set_seeding`.
    """
    tournament = lock_seeding(tx, actor, tournament_id, version)
    seed = tx.new_seed() if random_seed is None else random_seed
    admitted = sorted(one.id for one in participants_of(tx.conn, tournament_id))
    order = engine.shuffle(admitted, ids.chance(seed))
    save_order(tx, actor, tournament, list(order), seed)
    return get_tournament(tx.conn, tournament_id)


def lock_seeding(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, version: int
) -> Tournament:
    """The tournament, locked in its seeding step, at the seeding's version that was seen.

    Raises:
        Forbidden: the tournament is run by others.
        SeedingClosed: it is not in the seeding step.
        VersionStale: the seeding, its participants or the format changed meanwhile.
    """
    tournament = lock_tournament(tx, tournament_id)
    require_organizer(tx.conn, actor, tournament)
    if tournament.status is not Status.SEEDING:
        raise SeedingClosed
    if tournament.seeding_version != version:
        raise VersionStale(seen=version, current=tournament.seeding_version)
    return tournament
