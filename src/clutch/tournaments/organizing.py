"""Co-organizers: who runs a tournament beside its owner."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from clutch.accounts.models import AccountId, Actor
from clutch.accounts.queries import find_player_named
from clutch.kernel.writing import Transaction
from clutch.tournaments.events import OrganizerAdded, OrganizerRemoved
from clutch.tournaments.models import Tournament, TournamentId
from clutch.tournaments.policy import require_owner
from clutch.tournaments.refusals import AlreadyOrganizer, NotOrganizer, TooManyOrganizers
from clutch.tournaments.refusals_joining import NobodyNamed
from clutch.tournaments.repository import (
    lock_tournament,
)
from clutch.tournaments.tables import co_organizer

ORGANIZERS_LIMIT = 20


def add_organizer(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, name: str
) -> AccountId:
    """Let somebody run the tournament too, by the name of their account; gives the account.

    Raises:
        OwnerOnly: the actor does not choose that.
        NobodyNamed: no account is called so.
        AlreadyOrganizer, TooManyOrganizers: nothing to add, or too many.
    """
    tournament = _lock_as_owner(tx, actor, tournament_id)
    player = find_player_named(tx.conn, name[:200])
    if player is None:
        raise NobodyNamed(name=name[:100])
    others = _co_organizers(tx, tournament)
    if player.id == tournament.owner_id or player.id in others:
        raise AlreadyOrganizer(name=player.name)
    if len(others) >= ORGANIZERS_LIMIT:
        raise TooManyOrganizers(limit=ORGANIZERS_LIMIT)
    row = {"tournament_id": tournament.id, "account_id": player.id, "added_at": tx.now}
    tx.conn.execute(insert(co_organizer).values(row))
    fact = OrganizerAdded(account_id=player.id)
    tx.append(tournament.stream, fact, actor_id=actor.account_id)
    return player.id


def remove_organizer(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, account_id: AccountId
) -> None:
    """Let somebody run the tournament no longer; their next command is refused.

    Raises:
        OwnerOnly: the actor does not choose that.
        NotOrganizer: they are no co-organizer (any more).
    """
    tournament = _lock_as_owner(tx, actor, tournament_id)
    gone = tx.conn.execute(
        delete(co_organizer).where(
            co_organizer.c.tournament_id == tournament.id, co_organizer.c.account_id == account_id
        )
    )
    if gone.rowcount == 0:
        raise NotOrganizer
    fact = OrganizerRemoved(account_id=account_id)
    tx.append(tournament.stream, fact, actor_id=actor.account_id)


def _lock_as_owner(tx: Transaction, actor: Actor, tournament_id: TournamentId) -> Tournament:
    tournament = lock_tournament(tx, tournament_id)
    require_owner(actor, tournament)
    return tournament


def _co_organizers(tx: Transaction, tournament: Tournament) -> set[AccountId]:
    of_it = co_organizer.c.tournament_id == tournament.id
    rows = tx.conn.execute(select(co_organizer.c.account_id).where(of_it))
    return {AccountId(found) for found in rows.scalars()}
