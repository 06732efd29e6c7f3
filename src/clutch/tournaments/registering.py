"""Coming and going: registrations up to the draw, by players, captains and organizers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from clutch.accounts.models import AccountId, Actor
from clutch.accounts.queries import find_player_named
from clutch.engine import ParticipantId
from clutch.kernel.writing import Transaction
from clutch.teams.models import TeamId
from clutch.teams.queries import find_team_named, get_team, roster
from clutch.tournaments import admitting
from clutch.tournaments.admitting import (
    admit,
    fill_places,
    free_places,
    remove_registration,
    roster_of,
    withdraw_registration,
)
from clutch.tournaments.applying import (
    Applicant,
    applicant_alone,
    applicant_team,
    check_roster,
    refuse_twice,
)
from clutch.tournaments.events import (
    PlayerAdmitted,
    PlayerOut,
    PlayerWaiting,
    Registered,
    RegistrationEdited,
)
from clutch.tournaments.models import (
    PlayedBy,
    Registration,
    RegistrationId,
    RegistrationStatus,
    Status,
    Tournament,
    TournamentId,
)
from clutch.tournaments.participants import (
    find_participant,
    rename_participant,
    set_roster,
)
from clutch.tournaments.policy import (
    organizes,
    require_organizer,
    require_player,
    require_say,
)
from clutch.tournaments.reasons import check_reason
from clutch.tournaments.refusals import (
    TournamentMissing,
    TournamentOver,
)
from clutch.tournaments.refusals_joining import (
    AlreadyDrawn,
    NobodyNamed,
    NotLiving,
    NotWaiting,
    RegistrationClosed,
    RegistrationRefusedToRemoved,
    TournamentFull,
)
from clutch.tournaments.repository import (
    find_last_registration,
    get_registration,
    insert_registration,
    lock_tournament,
    players_of,
    set_players,
    tell_players,
    update_registration,
)
from clutch.tournaments.settings import check_display_name


class Wish(msgspec.Struct, frozen=True):
    """What somebody registers with.

    `name` is the display name, free inside the tournament; None: the name on the site. `players`
    are members of the team; None: the captain and who has been in the team longest.
    """

    team_id: TeamId | None = None
    players: tuple[AccountId, ...] | None = None
    name: str | None = None


def register(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, wish: Wish
) -> Registration:
    """Ask to play: admitted while there is room, else at the end of the waiting list.

    Raises:
        LoginRequired, ScopeNeeded: who asks is not known, or their token is not for tournaments.
        RegistrationClosed: not now.
        RegistrationRefusedToRemoved: an organizer took them out before.
        AlreadyRegistered, TeamRegistered, PlayerRegistered: nobody plays twice.
        and what `applicant_team` says of a team or its roster.
    """
    account_id = require_player(actor)
    tournament = lock_tournament(tx, tournament_id)
    if tournament.status is Status.DRAFT and not organizes(tx.conn, actor, tournament):
        raise TournamentMissing
    if tournament.status is not Status.REGISTRATION:
        raise RegistrationClosed
    applicant = _applicant(tx, tournament, account_id, wish, actor)
    refuse_twice(tx, tournament, applicant, own=account_id)
    _refuse_removed(tx, tournament, applicant)
    return _take(tx, actor, tournament, applicant, wish, by_organizer=False)


def add_registration(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, called: str, wish: Wish
) -> Registration:
    """Register somebody by the name of their account or team, as an organizer, until the draw.

    Without room they wait, like everybody.

    Raises:
        Forbidden: the tournament is run by others.
        RegistrationClosed, AlreadyDrawn: nobody can come in now.
        NobodyNamed: no account or team is called so.
        TeamRegistered, PlayerRegistered: nobody plays twice.
    """
    tournament = _lock_as_organizer(tx, actor, tournament_id)
    _refuse_drawn(tournament)
    if tournament.status is Status.DRAFT:
        raise RegistrationClosed
    applicant = _applicant_named(tx, tournament, called, wish)
    refuse_twice(tx, tournament, applicant)
    return _take(tx, actor, tournament, applicant, wish, by_organizer=True)


def withdraw(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    registration_id: RegistrationId,
    version: int,
) -> Registration:
    """Take a registration back before the draw.

    While registration is open the next one on the waiting list moves up at once; later, an
    organizer lets somebody in, or closing the check-in does.

    Raises:
        NotYourRegistration: the actor does not decide for it.
        VersionStale, NotLiving, AlreadyDrawn: it can't be taken back (any more).
    """
    tournament, registration = _living(tx, actor, tournament_id, registration_id, version)
    after = withdraw_registration(tx, actor, tournament, registration)
    _move_up_at_once(tx, actor, tournament)
    return after


def remove(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    registration_id: RegistrationId,
    version: int,
    reason: str,
) -> Registration:
    """Take somebody out before the draw, as an organizer; they read why.

    They can't register again by themselves.

    Raises:
        Forbidden: the tournament is run by others.
        VersionStale, NotLiving, AlreadyDrawn: it can't be removed (any more).
        ReasonNeeded: no reason, or one that nobody reads.
    """
    _lock_as_organizer(tx, actor, tournament_id)
    tournament, registration = _living(tx, actor, tournament_id, registration_id, version)
    after = remove_registration(tx, actor, tournament, registration, check_reason(reason))
    _move_up_at_once(tx, actor, tournament)
    return after


def move_up(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    registration_id: RegistrationId,
    version: int,
) -> Registration:
    """Admit somebody who waits, whatever their turn, or who missed the check-in; as an organizer.

    Raises:
        Forbidden: the tournament is run by others.
        VersionStale, NotWaiting, AlreadyDrawn: it can't be admitted (any more).
        TournamentFull: there is no free place.
        TeamRegistered, PlayerRegistered: they registered anew meanwhile.
    """
    tournament = _lock_as_organizer(tx, actor, tournament_id)
    _refuse_drawn(tournament)
    registration = get_registration(tx.conn, tournament_id, registration_id, version)
    if registration.status not in {RegistrationStatus.WAITING, RegistrationStatus.ABSENT}:
        raise NotWaiting
    if free_places(tx, tournament) == 0:
        raise TournamentFull(places=tournament.max_participants)
    players = tuple(players_of(tx.conn, registration.id))
    again = Applicant(registration.account_id, registration.team_id, "", players)
    refuse_twice(tx, tournament, again, but=registration)
    return admitting.move_up(tx, actor, tournament, registration, "organizer")


def edit_registration(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    registration_id: RegistrationId,
    version: int,
    *,
    name: str | None = None,
    players: Sequence[AccountId] | None = None,
) -> Registration:
    """Change the display name, the roster, or both, before the draw.

    Raises:
        NotYourRegistration: the actor does not decide for it.
        VersionStale, NotLiving, AlreadyDrawn: it can't change (any more).
        NameRefused, RosterSize, NotInTeam, CaptainPlays, PlayerRegistered: it can't be that.
    """
    tournament, before = _living(tx, actor, tournament_id, registration_id, version)
    changed = []
    if name is not None and check_display_name(name) != before.name:
        changed.append("name")
        _rename(tx, before, check_display_name(name))
    if players is not None and _change_roster(tx, actor, tournament, before, players):
        changed.append("players")
    if not changed:
        return before
    fact = RegistrationEdited(registration_id=before.id, fields=tuple(changed))
    tx.append(tournament.stream, fact, actor_id=actor.account_id)
    return update_registration(tx, before)


def _applicant(
    tx: Transaction, tournament: Tournament, account_id: AccountId, wish: Wish, actor: Actor
) -> Applicant:
    if tournament.played_by is PlayedBy.SOLO:
        return applicant_alone(tx.conn, account_id, wish.team_id)
    return applicant_team(tx.conn, tournament, wish.team_id, wish.players, actor)


def _applicant_named(tx: Transaction, tournament: Tournament, called: str, wish: Wish) -> Applicant:
    if tournament.played_by is PlayedBy.SOLO:
        player = find_player_named(tx.conn, called[:200])
        if player is None:
            raise NobodyNamed(name=called[:100])
        return applicant_alone(tx.conn, player.id, wish.team_id)
    team = find_team_named(tx.conn, called[:200])
    if team is None:
        raise NobodyNamed(name=called[:100])
    return applicant_team(tx.conn, tournament, team.id, wish.players, None)


def _refuse_removed(tx: Transaction, tournament: Tournament, applicant: Applicant) -> None:
    last = find_last_registration(tx.conn, tournament.id, applicant.account_id, applicant.team_id)
    if last is not None and last.status is RegistrationStatus.REMOVED:
        raise RegistrationRefusedToRemoved(reason=last.reason)


def _take(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    applicant: Applicant,
    wish: Wish,
    *,
    by_organizer: bool,
) -> Registration:
    has_room = free_places(tx, tournament) > 0
    values = {
        "tournament_id": tournament.id,
        "account_id": applicant.account_id,
        "team_id": applicant.team_id,
        "name": applicant.name if wish.name is None else check_display_name(wish.name),
        "status": RegistrationStatus.WAITING,
    }
    made = insert_registration(tx, values, applicant.players)

    def fact_of(participant_id: ParticipantId | None) -> Registered:
        return Registered(
            registration_id=made.id,
            account_id=made.account_id,
            team_id=made.team_id,
            players=applicant.players,
            participant_id=participant_id,
            by_organizer=by_organizer,
        )

    if has_room:
        return admit(tx, actor, tournament, made, fact_of)
    tx.append(tournament.stream, fact_of(None), actor_id=actor.account_id)
    waits = PlayerWaiting(tournament_id=tournament.id)
    tell_players(tx, applicant.players, waits, actor.account_id)
    return made


def _living(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    registration_id: RegistrationId,
    version: int,
) -> tuple[Tournament, Registration]:
    """The locked tournament, and a registration that the actor decides about before the draw."""
    tournament = lock_tournament(tx, tournament_id)
    registration = get_registration(tx.conn, tournament_id, registration_id)
    require_say(tx.conn, actor, tournament, registration)
    _refuse_drawn(tournament)
    if not registration.status.is_living:
        raise NotLiving
    return tournament, get_registration(tx.conn, tournament_id, registration_id, version)


def _lock_as_organizer(tx: Transaction, actor: Actor, tournament_id: TournamentId) -> Tournament:
    tournament = lock_tournament(tx, tournament_id)
    require_organizer(tx.conn, actor, tournament)
    return tournament


def _refuse_drawn(tournament: Tournament) -> None:
    if tournament.status.is_over:
        raise TournamentOver
    if not tournament.status.is_before_draw:
        raise AlreadyDrawn


def _move_up_at_once(tx: Transaction, actor: Actor, tournament: Tournament) -> None:
    if tournament.status is Status.REGISTRATION:
        fill_places(tx, actor, tournament)


def _rename(tx: Transaction, registration: Registration, name: str) -> None:
    update_registration(tx, registration, name=name)
    participant = find_participant(tx.conn, registration.id)
    if participant is not None:
        rename_participant(tx, participant.id, name)


def _change_roster(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    registration: Registration,
    players: Sequence[AccountId],
) -> bool:
    """Whether anything changed; who plays alone has no roster to change."""
    if registration.team_id is None:
        return False
    team = get_team(tx.conn, registration.team_id)
    chosen = check_roster(tournament, team, roster(tx.conn, team.id), players)
    before = set(players_of(tx.conn, registration.id))
    if set(chosen) == before:
        return False
    wanted = Applicant(registration.account_id, team.id, team.name, chosen)
    refuse_twice(tx, tournament, wanted, but=registration)
    set_players(tx, registration, chosen)
    participant = find_participant(tx.conn, registration.id)
    if participant is not None:
        set_roster(tx, participant.id, roster_of(tx, registration, list(chosen)))
    _tell_roster(tx, actor, tournament, before, set(chosen), is_waiting=participant is None)
    return True


def _tell_roster(
    tx: Transaction,
    actor: Actor,
    tournament: Tournament,
    before: set[AccountId],
    after: set[AccountId],
    *,
    is_waiting: bool,
) -> None:
    comes = PlayerWaiting if is_waiting else PlayerAdmitted
    tell_players(tx, after - before, comes(tournament_id=tournament.id), actor.account_id)
    goes = PlayerOut(tournament_id=tournament.id, how="not-in-roster")
    tell_players(tx, before - after, goes, actor.account_id)
