"""Making a tournament and changing its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from clutch.accounts.models import Actor, Role, Scope
from clutch.kernel.writing import Transaction
from clutch.tournaments.admitting import fill_places
from clutch.tournaments.events import TournamentCreated, TournamentEdited
from clutch.tournaments.models import (
    PlayedBy,
    RegistrationStatus,
    Status,
    Tournament,
    TournamentId,
    Visibility,
)
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.refusals import (
    SettingFixed,
    SizeBelowAdmitted,
    TeamsOutside,
)
from clutch.tournaments.repository import (
    announce,
    count_registrations,
    count_rosters_outside,
    insert_tournament,
    lock_tournament,
    update_tournament,
)
from clutch.tournaments.settings import FIELDS, Setup, check_setup

ALWAYS = frozenset({"name", "game", "description", "visibility"})
UNTIL_THE_END = frozenset({"rules", "report_minutes"})
# What the draw is made from besides the seeding.
DRAWN_FROM = frozenset({"format", "format_settings"})


def changeable(tournament: Tournament) -> frozenset[str]:
    """The settings that can still change, as far as the status goes."""
    if tournament.status.is_before_draw:
        return frozenset(FIELDS)
    return ALWAYS if tournament.status.is_over else ALWAYS | UNTIL_THE_END


def create_tournament(tx: Transaction, actor: Actor, setup: Setup) -> Tournament:
    """A new draft, which its makers alone can see.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: the actor may not make tournaments.
        NameRefused, SettingRefused: a setting that makes no sense.
    """
    actor.require(Role.ORGANIZER)
    actor.require_scope(Scope.TOURNAMENTS_WRITE)
    owner_id = actor.require_login()
    values = msgspec.structs.asdict(check_setup(setup))
    made = insert_tournament(tx, values | {"owner_id": owner_id})
    tx.append(made.stream, TournamentCreated(), actor_id=owner_id)
    return made


def edit_tournament(
    tx: Transaction,
    actor: Actor,
    tournament_id: TournamentId,
    version: int,
    changes: Mapping[str, Any],
) -> Tournament:
    """Change the settings named in `changes`; what is the same as before does not count.

    More places let the waiting list move up at once while registration is open.

    Raises:
        Forbidden, VersionStale: somebody else's tournament, or changed meanwhile.
        NameRefused, SettingRefused: a setting that makes no sense.
        SettingFixed, SizeBelowAdmitted, TeamsOutside: it can't change (so) any more.
    """
    before = lock_tournament(tx, tournament_id)
    require_organizer(tx.conn, actor, before)
    lock_tournament(tx, tournament_id, version)
    setup = check_setup(_merged(before, changes))
    changed = {
        name: value
        for name, value in msgspec.structs.asdict(setup).items()
        if value != getattr(before, name)
    }
    if not changed:
        return before
    _check_changes(tx, before, setup, changed)
    return _save(tx, actor, before, changed)


def _merged(before: Tournament, changes: Mapping[str, Any]) -> Setup:
    kept = {name: getattr(before, name) for name in FIELDS}
    return Setup(**kept | dict(changes))


def _check_changes(
    tx: Transaction, before: Tournament, setup: Setup, changed: Mapping[str, Any]
) -> None:
    for name in sorted(changed.keys() - changeable(before)):
        raise SettingFixed(field=name, setting=name)
    counts = count_registrations(tx.conn, before.id)
    if setup.max_participants < counts[RegistrationStatus.ADMITTED]:
        raise SizeBelowAdmitted(admitted=counts[RegistrationStatus.ADMITTED])
    living = sum(count for status, count in counts.items() if status.is_living)
    if "played_by" in changed and living:
        raise SettingFixed(field="played_by", setting="played_by")
    if setup.played_by is PlayedBy.TEAM and changed.keys() & {"roster_min", "roster_max"}:
        outside = count_rosters_outside(tx.conn, before.id, setup.roster_min, setup.roster_max)
        if outside:
            raise TeamsOutside(count=outside)


def _save(
    tx: Transaction, actor: Actor, before: Tournament, changed: Mapping[str, Any]
) -> Tournament:
    values = dict(changed)
    if changed.keys() & DRAWN_FROM:
        values["seeding_version"] = before.seeding_version + 1
    after = update_tournament(tx, before, **values)
    edited = TournamentEdited(fields=tuple(sorted(changed)))
    tx.append(after.stream, edited, actor_id=actor.account_id)
    was_public = before.visibility is Visibility.PUBLIC
    announce(tx, before if was_public else after, actor.account_id)
    if after.status is Status.REGISTRATION:
        fill_places(tx, actor, after)
    return after
