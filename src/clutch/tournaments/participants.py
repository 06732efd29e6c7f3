"""Rows of participants: the snapshots that registrations become, and their seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from clutch.engine import ParticipantId
from clutch.kernel.writing import Transaction
from clutch.tournaments.models import Participant, RegistrationId, TournamentId
from clutch.tournaments.tables import participant, participant_player

PARTICIPANT_COLUMNS: tuple[Any, ...] = tuple(
    participant.c[name] for name in Participant.__struct_fields__
)


def participant_of(row: Row[Any]) -> Participant:
    """The participant in a row that has `PARTICIPANT_COLUMNS`."""
    return Participant(**{name: getattr(row, name) for name in Participant.__struct_fields__})


def participants_of(conn: Connection, tournament_id: TournamentId) -> list[Participant]:
    """The participants, best seed first; those without a seed after, in the order of admission."""
    rows = conn.execute(_ALL, {"the_tournament": tournament_id})
    return [participant_of(row) for row in rows]


def participants_named(conn: Connection, those: Iterable[ParticipantId]) -> list[Participant]:
    """These participants, best seed first."""
    rows = conn.execute(_SOME, {"those": list(those)})
    return [participant_of(row) for row in rows]


def participants_played_by(
    conn: Connection, tournament_id: TournamentId, account_id: int | None
) -> list[ParticipantId]:
    """The participants in whose roster this account stands; a guest's are none."""
    if account_id is None:
        return []
    rows = conn.execute(
        select(participant.c.id)
        .join(participant_player, participant_player.c.participant_id == participant.c.id)
        .where(
            participant.c.tournament_id == tournament_id,
            participant_player.c.account_id == account_id,
        )
    )
    return [ParticipantId(each) for each in rows.scalars()]


def insert_participant(
    tx: Transaction, values: dict[str, Any], roster: Sequence[dict[str, Any]]
) -> ParticipantId:
    """A new participant with its roster."""
    row = values | {"disqualified": False}
    new_id = ParticipantId(tx.conn.execute(_INSERT, row).scalar_one())
    _insert_roster(tx, new_id, roster)
    return new_id


def set_roster(
    tx: Transaction, participant_id: ParticipantId, roster: Sequence[dict[str, Any]]
) -> None:
    """Take the snapshot of who plays anew."""
    of_it = participant_player.c.participant_id == participant_id
    tx.conn.execute(delete(participant_player).where(of_it))
    _insert_roster(tx, participant_id, roster)


def _insert_roster(
    tx: Transaction, participant_id: ParticipantId, roster: Sequence[dict[str, Any]]
) -> None:
    rows = [{"participant_id": participant_id} | player for player in roster]
    tx.conn.execute(_INSERT_PLAYERS, rows)


def find_participant(conn: Connection, registration_id: RegistrationId) -> Participant | None:
    """The participant that a registration became; None while it waits, or when it is out."""
    row = conn.execute(_OF_REGISTRATION, {"of_it": registration_id}).one_or_none()
    return None if row is None else participant_of(row)


def rename_participant(tx: Transaction, participant_id: ParticipantId, name: str) -> None:
    """Change the snapshot's name."""
    of_it = participant.c.id == participant_id
    tx.conn.execute(update(participant).where(of_it).values(name=name))


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


_ALL = (
    select(*PARTICIPANT_COLUMNS)
    .where(participant.c.tournament_id == bindparam("the_tournament"))
    .order_by(participant.c.seed.is_(None), participant.c.seed, participant.c.id)
)
_SOME = (
    select(*PARTICIPANT_COLUMNS)
    .where(participant.c.id.in_(bindparam("those", expanding=True)))
    .order_by(participant.c.seed)
)
_INSERT = insert(participant).returning(participant.c.id)
_INSERT_PLAYERS = insert(participant_player)
_OF_REGISTRATION = select(*PARTICIPANT_COLUMNS).where(
    participant.c.registration_id == bindparam("of_it")
)
_SET_SEED = (
    update(participant)
    .where(participant.c.id == bindparam("the_id"))
    .values(seed=bindparam("the_seed"))
)
