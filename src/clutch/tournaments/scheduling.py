"""When matches begin, where the organizer says so: one match, or a round at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import update

from clutch.accounts.models import Actor
from clutch.kernel.writing import Transaction
from clutch.tournaments import match_rows
from clutch.tournaments.events_play import MatchScheduled, RoundScheduled
from clutch.tournaments.matches import MatchRow, Seen, get_match, matches_of
from clutch.tournaments.models import Status, Tournament, TournamentId
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.refusals import TimeRefused
from clutch.tournaments.refusals_play import (
    IntervalRefused,
    MatchOver,
    RoundMissing,
    RoundOver,
    TournamentNotRunning,
)
from clutch.tournaments.reporting import check_version
from clutch.tournaments.repository import lock_tournament
from clutch.tournaments.settings import FIRST_YEAR, LAST_YEAR
from clutch.tournaments.tables import match as match_table

OPEN = frozenset({"waiting", "ready"})
LONGEST_INTERVAL = 24 * 60


class RoundTimes(msgspec.Struct, frozen=True):
    """When the matches of one round begin.

    The first one at `starts_at` (None: open again), each other one `every_minutes` after the one
    above it; 0: all at once.
    """

    bracket: str
    round: int
    starts_at: datetime | None
    every_minutes: int = 0


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
    tournament = _running(tx, actor, seen.tournament_id)
    match = get_match(tx.conn, tournament.id, seen.match_id)
    check_version(match, seen)
    if match.status not in OPEN:
        raise MatchOver(match=match.id)
    _check_time(starts_at)
    if starts_at == match.starts_at:
        return match
    _set_start(tx, match, starts_at)
    said = MatchScheduled(match=match.id, starts_at=_written(starts_at))
    tx.append(tournament.stream, said, actor_id=actor.account_id)
    return get_match(tx.conn, tournament.id, match.id)


def schedule_round(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, version: int, times: RoundTimes
) -> list[MatchRow]:
    """Say when the open matches of a round begin; gives the round's matches, from above.

    Matches that are decided keep their times and take no place in the order.

    Raises:
        VersionStale: the tournament changed since the actor saw it.
        RoundMissing, RoundOver: there is no such round, or nothing is left to play in it.
        TimeRefused, IntervalRefused: it can't begin then.
        TournamentNotRunning, Forbidden: not now, not by this actor.
    """
    tournament = _running(tx, actor, tournament_id, version)
    found = [
        each
        for each in matches_of(tx.conn, tournament.id)
        if (each.bracket, each.round) == (times.bracket, times.round)
    ]
    if not found:
        raise RoundMissing
    open_ones = [each for each in found if each.status in OPEN]
    if not open_ones:
        raise RoundOver
    if not 0 <= times.every_minutes <= LONGEST_INTERVAL:
        raise IntervalRefused(most=LONGEST_INTERVAL)
    starts = list(_starts(times, len(open_ones)))
    _check_time(starts[0])
    _check_time(starts[-1])
    if starts == [each.starts_at for each in open_ones]:
        return found
    for each, starts_at in zip(open_ones, starts, strict=True):
        _set_start(tx, each, starts_at)
    tx.append(tournament.stream, _said(times, open_ones), actor_id=actor.account_id)
    return [get_match(tx.conn, tournament.id, each.id) for each in found]


def _running(
    tx: Transaction, actor: Actor, tournament_id: TournamentId, version: int | None = None
) -> Tournament:
    tournament = lock_tournament(tx, tournament_id)
    require_organizer(tx.conn, actor, tournament)
    if version is not None:
        tournament = lock_tournament(tx, tournament_id, version)
    if tournament.status is not Status.RUNNING:
        raise TournamentNotRunning
    return tournament


def _starts(times: RoundTimes, count: int) -> Iterator[datetime | None]:
    for place in range(count):
        later = timedelta(minutes=times.every_minutes * place)
        yield None if times.starts_at is None else times.starts_at + later


def _said(times: RoundTimes, matches: list[MatchRow]) -> RoundScheduled:
    return RoundScheduled(
        matches=tuple(each.id for each in matches),
        starts_at=_written(times.starts_at),
        every_minutes=0 if times.starts_at is None else times.every_minutes,
    )


def _written(starts_at: datetime | None) -> str | None:
    return None if starts_at is None else starts_at.isoformat()


def _check_time(starts_at: datetime | None) -> None:
    if starts_at is not None and not FIRST_YEAR <= starts_at.year <= LAST_YEAR:
        raise TimeRefused


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
