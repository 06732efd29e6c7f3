"""Rows of tournaments, registrations and participants: what the verbs have in common.

A verb locks the tournament's stream first (`lock_tournament`): from then on nobody else changes
anything in this tournament until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from clutch.accounts.events import stream_of as player_stream
from clutch.accounts.models import AccountId
from clutch.accounts.names import name_keys
from clutch.engine import ParticipantId
from clutch.kernel.log import Fact
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import Transaction
from clutch.tournaments.events import SITE_STREAM, TournamentAnnounced
from clutch.tournaments.models import (
    Entry,
    FormatSettings,
    Participant,
    Registration,
    RegistrationId,
    RegistrationStatus,
    Status,
    Tournament,
    TournamentId,
    Visibility,
    stream_of,
)
from clutch.tournaments.refusals import RegistrationMissing, TournamentMissing
from clutch.tournaments.tables import (
    participant,
    participant_player,
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
PARTICIPANT_COLUMNS: tuple[Any, ...] = tuple(
    participant.c[name] for name in Participant.__struct_fields__
)
_TOURNAMENT = select(*TOURNAMENT_COLUMNS).where(tournament.c.id == bindparam("tournament_id"))
_REGISTRATION = select(*REGISTRATION_COLUMNS).where(
    registration.c.tournament_id == bindparam("tournament_id"),
    registration.c.id == bindparam("registration_id"),
)
_SETTINGS = msgspec.json.Decoder(FormatSettings)
_LIVING = [status.value for status in RegistrationStatus if status.is_living]


# --- tournaments ----------------------------------------------------------------------------------


def tournament_of(row: Row[Any]) -> Tournament:
    """The tournament in a row that has `TOURNAMENT_COLUMNS`."""
    values = {name: getattr(row, name) for name in Tournament.__struct_fields__}
    values |= {
        "status": Status(row.status),
        "visibility": Visibility(row.visibility),
        "entry": Entry(row.entry),
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
    stored = dict(values)
    if "name" in stored:
        stored["name_folded"] = name_keys(stored["name"]).folded
    if "format_settings" in stored:
        stored["format_settings"] = msgspec.json.encode(stored["format_settings"]).decode()
    return stored


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
    rows = conn.execute(
        select(registration.c.status, func.count())
        .where(registration.c.tournament_id == tournament_id)
        .group_by(registration.c.status)
    ).all()
    found = {RegistrationStatus(status): int(count) for status, count in rows}
    return {status: found.get(status, 0) for status in RegistrationStatus}


def living_registrations(
    conn: Connection, tournament_id: TournamentId, account_ids: Iterable[int]
) -> dict[AccountId, RegistrationId]:
    """Which of these accounts play in this tournament or wait to, and by which registration."""
    rows = conn.execute(
        select(registration_player.c.account_id, registration.c.id)
        .join(registration, registration.c.id == registration_player.c.registration_id)
        .where(
            registration.c.tournament_id == tournament_id,
            registration.c.status.in_(_LIVING),
            registration_player.c.account_id.in_(list(account_ids)),
        )
    )
    return {AccountId(account_id): RegistrationId(found) for account_id, found in rows}


def insert_registration(
    tx: Transaction, values: dict[str, Any], players: Sequence[AccountId]
) -> Registration:
    """A new registration with those who would play for it."""
    row = values | {"version": 1, "registered_at": tx.now}
    new_id = tx.conn.execute(insert(registration).values(row).returning(registration.c.id)).scalar()
    made = get_registration(tx.conn, values["tournament_id"], RegistrationId(new_id or 0))
    set_players(tx, made, players)
    return made


def update_registration(tx: Transaction, before: Registration, **values: Any) -> Registration:
    """Set columns and count the version up."""
    changes = values | {"version": before.version + 1}
    tx.conn.execute(update(registration).where(registration.c.id == before.id).values(changes))
    return get_registration(tx.conn, before.tournament_id, before.id)


def players_of(conn: Connection, registration_id: RegistrationId) -> list[AccountId]:
    """Who plays for a registration."""
    rows = conn.execute(
        select(registration_player.c.account_id)
        .where(registration_player.c.registration_id == registration_id)
        .order_by(registration_player.c.account_id)
    )
    return [AccountId(found) for found in rows.scalars()]


def set_players(tx: Transaction, subject: Registration, players: Sequence[AccountId]) -> None:
    """Say anew who plays for a registration."""
    of_it = registration_player.c.registration_id == subject.id
    tx.conn.execute(delete(registration_player).where(of_it))
    tx.conn.execute(
        insert(registration_player),
        [{"registration_id": subject.id, "account_id": one} for one in players],
    )


# --- participants ---------------------------------------------------------------------------------


def participant_of(row: Row[Any]) -> Participant:
    """The participant in a row that has `PARTICIPANT_COLUMNS`."""
    return Participant(**{name: getattr(row, name) for name in Participant.__struct_fields__})


def participants_of(conn: Connection, tournament_id: TournamentId) -> list[Participant]:
    """The participants, best seed first; those without a seed after, in the order of admission."""
    rows = conn.execute(
        select(*PARTICIPANT_COLUMNS)
        .where(participant.c.tournament_id == tournament_id)
        .order_by(participant.c.seed.is_(None), participant.c.seed, participant.c.id)
    )
    return [participant_of(row) for row in rows]


def insert_participant(
    tx: Transaction, values: dict[str, Any], roster: Sequence[dict[str, Any]]
) -> ParticipantId:
    """A new participant with its roster."""
    row = values | {"disqualified": False}
    made = tx.conn.execute(insert(participant).values(row).returning(participant.c.id)).scalar()
    new_id = ParticipantId(made or 0)
    set_roster(tx, new_id, roster)
    return new_id


def set_roster(
    tx: Transaction, participant_id: ParticipantId, roster: Sequence[dict[str, Any]]
) -> None:
    """Take the snapshot of who plays anew."""
    of_it = participant_player.c.participant_id == participant_id
    tx.conn.execute(delete(participant_player).where(of_it))
    rows = [{"participant_id": participant_id} | player for player in roster]
    tx.conn.execute(insert(participant_player), rows)


def find_participant(conn: Connection, registration_id: RegistrationId) -> Participant | None:
    """The participant that a registration became; None while it waits, or when it is out."""
    row = conn.execute(
        select(*PARTICIPANT_COLUMNS).where(participant.c.registration_id == registration_id)
    ).one_or_none()
    return None if row is None else participant_of(row)


def delete_participant(tx: Transaction, participant_id: ParticipantId) -> None:
    """Take a participant out; only before the draw."""
    of_it = participant_player.c.participant_id == participant_id
    tx.conn.execute(delete(participant_player).where(of_it))
    tx.conn.execute(delete(participant).where(participant.c.id == participant_id))


def set_seeds(tx: Transaction, order: Sequence[ParticipantId]) -> None:
    """Number the participants from 1 in this order."""
    if order:
        rows = [{"the_id": one, "the_seed": seed} for seed, one in enumerate(order, start=1)]
        tx.conn.execute(_SET_SEED, rows)


def tell_players(
    tx: Transaction, players: Iterable[AccountId], fact: Fact, actor_id: int | None
) -> None:
    """Put a fact into the streams of these players, so that their open pages change."""
    for player in sorted(players):
        tx.append(player_stream(player), fact, actor_id=actor_id)


_SET_SEED = (
    update(participant)
    .where(participant.c.id == bindparam("the_id"))
    .values(seed=bindparam("the_seed"))
)
