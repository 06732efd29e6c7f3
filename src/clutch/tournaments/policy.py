"""Who may do what in a tournament. Every question of permission has its one function here."""

from __future__ import annotations

from sqlalchemy import Connection, select

from clutch.accounts.models import Actor, Role, Scope
from clutch.kernel.refusals import Forbidden
from clutch.tournaments.models import Status, Tournament
from clutch.tournaments.tables import co_organizer


def may_create(actor: Actor) -> bool:
    """Organizers and admins make tournaments."""
    return actor.has(Role.ORGANIZER) and actor.allows(Scope.TOURNAMENTS_WRITE)


def may_organize(conn: Connection, actor: Actor, tournament: Tournament) -> bool:
    """The owner, co-organizers and admins run a tournament; asked anew in every command."""
    if not actor.allows(Scope.TOURNAMENTS_WRITE):
        return False
    return organizes(conn, actor, tournament)


def organizes(conn: Connection, actor: Actor, tournament: Tournament) -> bool:
    """Whether the actor is among those who run it, whatever their token may do."""
    if actor.has(Role.ADMIN):
        return True
    if actor.account_id is None:
        return False
    if actor.account_id == tournament.owner_id:
        return True
    return (
        conn.execute(
            select(co_organizer.c.account_id).where(
                co_organizer.c.tournament_id == tournament.id,
                co_organizer.c.account_id == actor.account_id,
            )
        ).first()
        is not None
    )


def may_see(conn: Connection, actor: Actor, tournament: Tournament) -> bool:
    """Drafts are for those who make them; everything else is open to who has the address."""
    return tournament.status is not Status.DRAFT or organizes(conn, actor, tournament)


def require_organizer(conn: Connection, actor: Actor, tournament: Tournament) -> None:
    """Insist on running the tournament.

    Raises:
        LoginRequired: nobody is logged in.
        ScopeNeeded: the token is not for tournaments.
        Forbidden: the tournament is run by others.
    """
    if actor.is_guest:
        actor.require_login()
    actor.require_scope(Scope.TOURNAMENTS_WRITE)
    if not organizes(conn, actor, tournament):
        raise Forbidden
