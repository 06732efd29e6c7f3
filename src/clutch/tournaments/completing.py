"""Completing a tournament: placements become final, the first three get their trophies."""

from __future__ import annotations

from sqlalchemy import insert

from clutch import engine
from clutch.accounts.models import Actor
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import Transaction
from clutch.tournaments import stages
from clutch.tournaments.events_play import TournamentCompleted
from clutch.tournaments.models import Status, Tournament, TournamentId
from clutch.tournaments.moving import tell_moved
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.refusals_play import MatchesOpen, TournamentNotRunning
from clutch.tournaments.repository import get_tournament, update_tournament
from clutch.tournaments.tables import placement as placement_table


def complete(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, version: int
) -> Tournament:
    """Close a tournament in which no match is left.

    Raises:
        MatchesOpen: some are; decide them first.
        VersionStale: the tournament changed since version `version`.
        TournamentNotRunning: it has not begun, or has ended.
    """
    tournament = get_tournament(tx.conn, tournament_id)
    require_organizer(tx.conn, actor, tournament)
    stage = stages.locked_stage(tx, tournament_id)
    tournament = get_tournament(tx.conn, tournament_id)
    _check(tournament, stage, version)
    rows = [
        {
            "tournament_id": tournament_id,
            "participant_id": participant,
            "rank": place.rank,
            "to": place.to,
        }
        for place in engine.placements(stage)
        for participant in place.participants
    ]
    tx.conn.execute(insert(placement_table), rows)
    completed = TournamentCompleted(champion=engine.champion(stage))
    tx.append(tournament.stream, completed, actor_id=actor.account_id)
    after = update_tournament(tx, tournament, status=Status.COMPLETED, ended_at=tx.now)
    tell_moved(tx, actor, after)
    return after


def _check(tournament: Tournament, stage: engine.Stage, version: int) -> None:
    if tournament.status is not Status.RUNNING:
        raise TournamentNotRunning
    if tournament.version != version:
        raise VersionStale(seen=version, current=tournament.version)
    if not engine.is_complete(stage):
        open_count = sum(match.is_pending for match in stage.matches.values())
        raise MatchesOpen(count=open_count)
