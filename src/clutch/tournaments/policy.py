"""Who may do what in a tournament. Every question of permission has its one function here."""

from __future__ import annotations

from sqlalchemy import Connection, select

from clutch.accounts.models import AccountId, Actor, Role, Scope
from clutch.kernel.refusals import Forbidden
from clutch.teams.queries import find_team
from clutch.tournaments.models import Registration, Status, Tournament
from clutch.tournaments.refusals import (
    OwnerOnly,
)
from clutch.tournaments.refusals_joining import (
    NotYourRegistration,
)
from clutch.tournaments.tables import co_organizer, registration_player


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


def owns(actor: Actor, tournament: Tournament) -> bool:
    """Whether the actor chooses who else organizes: the owner and admins do."""
    if actor.has(Role.ADMIN):
        return True
    return actor.account_id is not None and actor.account_id == tournament.owner_id


def require_owner(actor: Actor, tournament: Tournament) -> None:
    """Insist on the owner or an admin.

    Raises:
        LoginRequired, ScopeNeeded: who asks is not known, or their token is not for tournaments.
        OwnerOnly: somebody else asks, a co-organizer too.
    """
    if actor.is_guest:
        actor.require_login()
    actor.require_scope(Scope.TOURNAMENTS_WRITE)
    if not owns(actor, tournament):
        raise OwnerOnly


def require_player(actor: Actor) -> AccountId:
    """Insist on somebody who may act in tournaments for themselves; gives their account.

    Raises:
        LoginRequired, ScopeNeeded: nobody is logged in, or their token is not for tournaments.
    """
    account_id = actor.require_login()
    actor.require_scope(Scope.TOURNAMENTS_WRITE)
    return account_id


def speaks_for(conn: Connection, actor: Actor, registration: Registration) -> bool:
    """Whether the actor decides for a registration: who registered, for a team its captain now."""
    if actor.account_id is None:
        return False
    team = None if registration.team_id is None else find_team(conn, registration.team_id)
    captain = None if team is None else team.captain_id
    return actor.account_id == (captain or registration.account_id)


def plays_for(conn: Connection, actor: Actor, registration: Registration) -> bool:
    """Whether the actor stands in the registration's roster."""
    mine = select(registration_player.c.account_id).where(
        registration_player.c.registration_id == registration.id,
        registration_player.c.account_id == actor.account_id,
    )
    return actor.account_id is not None and conn.execute(mine).first() is not None


def require_say(
    conn: Connection, actor: Actor, tournament: Tournament, registration: Registration
) -> None:
    """Insist on somebody who decides for this registration, or organizes the tournament.

    Raises:
        LoginRequired, ScopeNeeded: who asks is not known, or their token is not for tournaments.
        NotYourRegistration: somebody else asks.
    """
    _require_known(actor)
    if not speaks_for(conn, actor, registration) and not organizes(conn, actor, tournament):
        raise NotYourRegistration


def require_presence(
    conn: Connection, actor: Actor, tournament: Tournament, registration: Registration
) -> None:
    """Insist on somebody who can say that they are there: like `require_say`, or in the roster.

    Raises:
        LoginRequired, ScopeNeeded: who asks is not known, or their token is not for tournaments.
        NotYourRegistration: somebody else asks.
    """
    _require_known(actor)
    if not plays_for(conn, actor, registration):
        require_say(conn, actor, tournament, registration)


def _require_known(actor: Actor) -> None:
    if actor.is_guest:
        actor.require_login()
    actor.require_scope(Scope.TOURNAMENTS_WRITE)
