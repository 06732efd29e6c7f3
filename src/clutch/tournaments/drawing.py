"""The draw: looked at before it is real, then real."""

from __future__ import annotations

from sqlalchemy import Connection

from clutch import engine
from clutch.accounts.models import Actor
from clutch.engine import LEAST_PARTICIPANTS, ParticipantId, Stage
from clutch.kernel.writing import Transaction
from clutch.tournaments import stages
from clutch.tournaments.models import Status, Tournament, TournamentId
from clutch.tournaments.moving import change_status
from clutch.tournaments.participants import (
    participants_of,
)
from clutch.tournaments.refusals_joining import TooFewToDraw
from clutch.tournaments.seeding import lock_seeding


def preview_draw(conn: Connection, tournament: Tournament) -> Stage:
    """The bracket that starting the tournament now would draw.

    Raises:
        TooFewToDraw: there are not two participants.
    """
    seeding = _seeding(conn, tournament)
    name = engine.FormatName(tournament.format)
    return engine.draw(name, seeding, stages.stage_settings(tournament)).stage


def start_tournament(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, version: int
) -> Tournament:
    """Draw the bracket; from here on the tournament is running and who plays is fixed.

    `version` is the seeding's: what is drawn is what was previewed, for everything that the draw
    is made from (participants, order, format) counts it up.

    Raises:
        Forbidden, SeedingClosed, VersionStale: as for `seeding.set_seeding`.
        TooFewToDraw: there are not two participants.
    """
    tournament = lock_seeding(tx, actor, tournament_id, version)
    stages.begin(tx, actor.account_id, tournament, _seeding(tx.conn, tournament))
    return change_status(tx, actor, tournament, Status.RUNNING, started_at=tx.now)


def _seeding(conn: Connection, tournament: Tournament) -> list[ParticipantId]:
    order = [one.id for one in participants_of(conn, tournament.id)]
    if len(order) < LEAST_PARTICIPANTS:
        raise TooFewToDraw(least=LEAST_PARTICIPANTS, count=len(order))
    return order
