"""When a match begins, where the organizer says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from clutch.accounts.models import Actor
from clutch.kernel.writing import Transaction
from clutch.tournaments import match_rows
from clutch.tournaments.events_play import MatchScheduled
from clutch.tournaments.matches import MatchRow, Seen, get_match
from clutch.tournaments.models import Status, stream_of
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.refusals import TimeRefused
from clutch.tournaments.refusals_play import MatchOver, TournamentNotRunning
from clutch.tournaments.reporting import check_version
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.settings import FIRST_YEAR, LAST_YEAR
from clutch.tournaments.tables import match as match_table

OPEN = frozenset({"waiting", "ready"})


def schedule_match(
    tx: Transaction, actor: Actor, seen: Seen, starts_at: datetime | None
) -> MatchRow:
    """Say when a match begins, or (None) that this is open again. The same time changes nothing.

    Raises:
        MatchStale: the match changed since the actor saw it.
        MatchOver: it is not to be played (any more).
        TimeRefused: no calendar goes that far.
        TournamentNotRunning, Forbidden: not now, not by this actor.
    """
    tx.lock(stream_of(seen.tournament_id))
    tournament = get_tournament(tx.conn, seen.tournament_id)
    require_organizer(tx.conn, actor, tournament)
    if tournament.status is not Status.RUNNING:
        raise TournamentNotRunning
    match = get_match(tx.conn, tournament.id, seen.match_id)
    check_version(match, seen)
    if match.status not in OPEN:
        raise MatchOver(match=match.id)
    if starts_at is not None and not FIRST_YEAR <= starts_at.year <= LAST_YEAR:
        raise TimeRefused
    if starts_at == match.starts_at:
        return match
    _set_start(tx, match, starts_at)
    shown = None if starts_at is None else starts_at.isoformat()
    said = MatchScheduled(match=match.id, starts_at=shown)
    tx.append(tournament.stream, said, actor_id=actor.account_id)
    return get_match(tx.conn, tournament.id, match.id)


def _set_start(tx: Transaction, match: MatchRow, starts_at: datetime | None) -> None:
    tx.conn.execute(
        update(match_table)
        .where(
            match_table.c.tournament_id == match.tournament_id,
            match_table.c.id == match.id,
        )
        .values(starts_at=starts_at)
    )
    match_rows.touch(tx, match.tournament_id, match.id)
