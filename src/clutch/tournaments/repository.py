"""Rows of tournaments and registrations: what the verbs have in common.

A verb locks the tournament's stream first (`lock_tournament`): from then on nobody else changes
anything in this tournament until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from clutch.accounts.events import stream_of as player_stream
from clutch.accounts.models import AccountId
from clutch.accounts.names import name_keys
from clutch.kernel.log import Fact
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import Transaction
from clutch.teams.models import TeamId
from clutch.tournaments.events import SITE_STREAM, TournamentAnnounced
from clutch.tournaments.models import (
    FormatSettings,
    PlayedBy,
    Registration,
    RegistrationId,
    RegistrationStatus,
    Status,
    Tournament,
    TournamentId,
    Visibility,
    stream_of,
)
from clutch.tournaments.refusals import (
    TournamentMissing,
)
from clutch.tournaments.refusals_joining import (
    RegistrationMissing,
)
from clutch.tournaments.tables import (
    registration,
    registration_player,
    tournament,
)

TOURNAMENT_COLUMNS: tuple[Any, ...] = tuple(
    tournament.c[name] for name in Tournament.__struct_fields__
)
REGISTRATION_COLUMNS: tuple[Any, ...] = tuple(
    registration.c[name] for name in Registration.__struct_fields__
)
_TOURNAMENT = select(*TOURNAMENT_COLUMNS).where(tournament.c.id == bindparam("tournament_id"))
_REGISTRATION = select(*REGISTRATION_COLUMNS).where(
    registration.c.tournament_id == bindparam("tournament_id"),
    registration.c.id == bindparam("registration_id"),
)
_SETTINGS = msgspec.json.Decoder(FormatSettings)
_LIVING = [status.value for status in RegistrationStatus if status.is_living]
_COUNTS = (
    select(registration.c.status, func.count())
    .where(registration.c.tournament_id == bindparam("tournament_id"))
    .group_by(registration.c.status)
)
_LIVING_OF = (
    select(registration_player.c.account_id, registration.c.id)
    .join(registration, registration.c.id == registration_player.c.registration_id)
    .where(
        registration.c.tournament_id == bindparam("tournament_id"),
        registration.c.status.in_(_LIVING),
        registration_player.c.account_id.in_(bindparam("account_ids", expanding=True)),
    )
)
_PLAYERS = (
    select(registration_player.c.account_id)
    .where(registration_player.c.registration_id == bindparam("registration_id"))
    .order_by(registration_player.c.account_id)
)
_INSERT_REGISTRATION = insert(registration).returning(*REGISTRATION_COLUMNS)
_INSERT_PLAYERS = insert(registration_player)


# --- tournaments ----------------------------------------------------------------------------------


def tournament_of(row: Row[Any]) -> Tournament:
    """The tournament in a row that has `TOURNAMENT_COLUMNS`."""
    values = {name: getattr(row, name) for name in Tournament.__struct_fields__}
    values |= {
        "status": Status(row.status),
        "visibility": Visibility(row.visibility),
        "played_by": PlayedBy(row.played_by),
        "format_settings": _SETTINGS.decode(row.format_settings),
    }
    return Tournament(**values)


def find_tournament(conn: Connection, tournament_id: TournamentId) -> Tournament | None:
    """The tournament, whoever may see it; None when there is none."""
    row = conn.execute(_TOURNAMENT, {"tournament_id": tournament_id}).one_or_none()
    return None if row is None else tournament_of(row)


def get_tournament(conn: Connection, tournament_id: TournamentId) -> Tournament:
    """The tournament, whoever may see it: pages ask `queries.see_tournament`.

    Raises:
        TournamentMissing: there is none.
    """
    found = find_tournament(conn, tournament_id)
    if found is None:
        raise TournamentMissing
    return found


def lock_tournament(
    tx: Transaction, tournament_id: TournamentId, version: int | None = None
) -> Tournament:
    """The tournament as it is now, nobody else changing anything in it.

    Raises:
        TournamentMissing: there is none.
        VersionStale: it is not at `version` any more.
    """
    get_tournament(tx.conn, tournament_id)
    tx.lock(stream_of(tournament_id))
    found = get_tournament(tx.conn, tournament_id)
    if version is not None and found.version != version:
        raise VersionStale(seen=version, current=found.version)
    return found


def insert_tournament(tx: Transaction, values: dict[str, Any]) -> Tournament:
    """A new draft."""
    row = _stored(values) | {
        "id": tx.new_key(8),
        "status": Status.DRAFT.value,
        "version": 1,
        "seeding_version": 1,
        "created_at": tx.now,
    }
    tx.conn.execute(insert(tournament).values(row))
    return get_tournament(tx.conn, row["id"])


def update_tournament(tx: Transaction, before: Tournament, **values: Any) -> Tournament:
    """Set columns and count the version up."""
    changes = _stored(values) | {"version": before.version + 1}
    tx.conn.execute(update(tournament).where(tournament.c.id == before.id).values(changes))
    return get_tournament(tx.conn, before.id)


def announce(tx: Transaction, subject: Tournament, actor_id: int | None) -> None:
    """Tell the site's stream, so that the home page changes; of public tournaments only."""
    if subject.visibility is Visibility.PUBLIC and subject.status is not Status.DRAFT:
        fact = TournamentAnnounced(tournament_id=subject.id, status=subject.status.value)
        tx.append(SITE_STREAM, fact, actor_id=actor_id)


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    stored = _plain(values)
    if "name" in stored:
        stored["name_folded"] = name_keys(stored["name"]).folded
    if "format_settings" in stored:
        stored["format_settings"] = msgspec.json.encode(stored["format_settings"]).decode()
    return stored


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.value if isinstance(value, Enum) else value for name, value in values.items()
    }


# --- registrations --------------------------------------------------------------------------------


def registration_of(row: Row[Any]) -> Registration:
    """The registration in a row that has `REGISTRATION_COLUMNS`."""
    values = {name: getattr(row, name) for name in Registration.__struct_fields__}
    return Registration(**values | {"status": RegistrationStatus(row.status)})


def get_registration(
    conn: Connection,
    tournament_id: TournamentId,
    registration_id: RegistrationId,
    version: int | None = None,
) -> Registration:
    """One registration of this tournament.

    Raises:
        RegistrationMissing: this tournament has none with this id.
        VersionStale: it is not at `version` any more.
    """
    wanted = {"tournament_id": tournament_id, "registration_id": registration_id}
    row = conn.execute(_REGISTRATION, wanted).one_or_none()
    if row is None:
        raise RegistrationMissing
    if version is not None and row.version != version:
        raise VersionStale(seen=version, current=row.version)
    return registration_of(row)


def registrations_of(
    conn: Connection, tournament_id: TournamentId, *statuses: RegistrationStatus
) -> list[Registration]:
    """The tournament's registrations in the order in which they came; of `statuses`, or all."""
    wanted = select(*REGISTRATION_COLUMNS).where(registration.c.tournament_id == tournament_id)
    if statuses:
        wanted = wanted.where(registration.c.status.in_([status.value for status in statuses]))
    return [registration_of(row) for row in conn.execute(wanted.order_by(registration.c.id))]


def count_registrations(
    conn: Connection, tournament_id: TournamentId
) -> dict[RegistrationStatus, int]:
    """How many registrations stand how; every status is there."""
    rows = conn.execute(_COUNTS, {"tournament_id": tournament_id}).all()
    found = {RegistrationStatus(status): int(count) for status, count in rows}
    return {status: found.get(status, 0) for status in RegistrationStatus}


def living_registrations(
    conn: Connection, tournament_id: TournamentId, account_ids: Iterable[int]
) -> dict[AccountId, RegistrationId]:
    """Which of these accounts play in this tournament or wait to, and by which registration."""
    wanted = {"tournament_id": tournament_id, "account_ids": list(account_ids)}
    rows = conn.execute(_LIVING_OF, wanted)
    return {AccountId(account_id): RegistrationId(found) for account_id, found in rows}


def count_rosters_outside(
    conn: Connection, tournament_id: TournamentId, least: int, most: int
) -> int:
    """How many living registrations have fewer players than `least`, or more than `most`."""
    players = func.count(registration_player.c.account_id)
    outside = (
        select(registration.c.id)
        .join(registration_player, registration_player.c.registration_id == registration.c.id)
        .where(registration.c.tournament_id == tournament_id, registration.c.status.in_(_LIVING))
        .group_by(registration.c.id)
        .having((players < least) | (players > most))
    )
    return conn.execute(select(func.count()).select_from(outside.subquery())).scalar_one()


def find_team_registration(
    conn: Connection, tournament_id: TournamentId, team_id: TeamId
) -> RegistrationId | None:
    """The registration by which a team plays or waits."""
    found = conn.execute(
        select(registration.c.id).where(
            registration.c.tournament_id == tournament_id,
            registration.c.team_id == team_id,
            registration.c.status.in_(_LIVING),
        )
    ).scalar()
    return None if found is None else RegistrationId(found)


def find_last_registration(
    conn: Connection, tournament_id: TournamentId, account_id: AccountId, team_id: TeamId | None
) -> Registration | None:
    """The latest registration of a team, or of a player who plays alone; living or not."""
    whose = (
        registration.c.team_id == team_id
        if team_id is not None
        else registration.c.team_id.is_(None) & (registration.c.account_id == account_id)
    )
    row = conn.execute(
        select(*REGISTRATION_COLUMNS)
        .where(registration.c.tournament_id == tournament_id, whose)
        .order_by(registration.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else registration_of(row)


def insert_registration(
    tx: Transaction, values: dict[str, Any], players: Sequence[AccountId]
) -> Registration:
    """A new registration with those who would play for it."""
    row = _plain(values) | {"version": 1, "registered_at": tx.now}
    made = registration_of(tx.conn.execute(_INSERT_REGISTRATION, row).one())
    _insert_players(tx, made, players)
    return made


def update_registration(tx: Transaction, before: Registration, **values: Any) -> Registration:
    """Set columns and count the version up."""
    changes = _plain(values) | {"version": before.version + 1}
    changed = update(registration).where(registration.c.id == before.id).values(changes)
    return registration_of(tx.conn.execute(changed.returning(*REGISTRATION_COLUMNS)).one())


def players_of(conn: Connection, registration_id: RegistrationId) -> list[AccountId]:
    """Who plays for a registration."""
    rows = conn.execute(_PLAYERS, {"registration_id": registration_id})
    return [AccountId(found) for found in rows.scalars()]


def living_players(conn: Connection, tournament_id: TournamentId) -> list[AccountId]:
    """Everybody who plays in the tournament or waits to."""
    rows = conn.execute(
        select(registration_player.c.account_id)
        .join(registration, registration.c.id == registration_player.c.registration_id)
        .where(registration.c.tournament_id == tournament_id, registration.c.status.in_(_LIVING))
    )
    return [AccountId(found) for found in rows.scalars()]


def set_players(tx: Transaction, subject: Registration, players: Sequence[AccountId]) -> None:
    """Say anew who plays for a registration."""
    of_it = registration_player.c.registration_id == subject.id
    tx.conn.execute(delete(registration_player).where(of_it))
    _insert_players(tx, subject, players)


def _insert_players(tx: Transaction, subject: Registration, players: Sequence[AccountId]) -> None:
    rows = [{"registration_id": subject.id, "account_id": one} for one in players]
    tx.conn.execute(_INSERT_PLAYERS, rows)


def tell_players(
    tx: Transaction, players: Iterable[AccountId], fact: Fact, actor_id: int | None
) -> None:
    """Put a fact into the streams of these players, so that their open pages change."""
    for player in sorted(players):
        tx.append(player_stream(player), fact, actor_id=actor_id)
