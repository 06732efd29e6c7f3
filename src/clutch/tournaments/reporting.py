"""Reports: what the two sides of a match say of it, and how that becomes a result.

A report waits beside its match. The other side saying the same confirms it, saying
something else makes a dispute, which an organizer decides; and when the organizer's
deadline passes without an answer it confirms itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec
from sqlalchemy import delete, insert, update

from clutch import engine
from clutch.accounts.models import Actor, Scope
from clutch.engine import Result
from clutch.kernel.timers import cancel_timer, set_timer
from clutch.kernel.writing import Transaction
from clutch.tournaments import match_rows, stages
from clutch.tournaments.events_play import (
    ReportWithdrawn,
    ResultConfirmed,
    ResultDisputed,
    ResultReported,
)
from clutch.tournaments.match_rows import REPORT_DEADLINE, How
from clutch.tournaments.matches import MatchRow, Seen, claims_of, find_side, get_match
from clutch.tournaments.models import Status, Tournament, TournamentId, stream_of
from clutch.tournaments.refusals_play import (
    AlreadyReported,
    MatchStale,
    NothingReported,
    NotYourMatch,
    OwnReport,
    ReportDisputed,
    TournamentNotRunning,
)
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.tables import report as report_table

Outcome = Literal["waiting", "confirmed", "disputed"]


def report_result(tx: Transaction, actor: Actor, seen: Seen, result: Result) -> Outcome:
    """Say, for the actor's side, how a match ended; what became of that.

    Raises:
        NotYourMatch: the actor speaks for neither side.
        MatchStale: the match changed since the actor saw it.
        AlreadyReported: the same side said the same before.
        TournamentNotRunning, MatchNotReady, ImpossibleScores, ...: it can't be reported.
    """
    tournament, match, side = _at_the_table(tx, actor, seen)
    stage = stages.locked_stage(tx, tournament.id)
    engine.report(stage, match.id, result)  # refuses what could never be confirmed
    claims = {claim.side: claim for claim in claims_of(tx.conn, tournament.id, match.id)}
    mine, theirs = claims.get(side), claims.get(1 - side)
    if mine is not None and mine.result == result:
        raise AlreadyReported
    if theirs is not None and theirs.result == result:
        _record(tx, actor.account_id, match, result, "opponent")
        return "confirmed"
    _keep_claim(tx, actor, tournament, match, Claimed(side, result, waits=theirs is None))
    stages.keep(tx, tournament.id, stage)
    return "waiting" if theirs is None else "disputed"


def confirm_report(tx: Transaction, actor: Actor, seen: Seen) -> None:
    """Accept what the other side reported.

    Raises:
        NothingReported: there is no report.
        OwnReport: the only report is the actor's.
        ReportDisputed: both sides reported; take yours back, or leave it to the organizer.
        and whatever `report_result` says of who may and when.
    """
    _, match, side = _at_the_table(tx, actor, seen)
    claims = claims_of(tx.conn, match.tournament_id, match.id)
    if not claims:
        raise NothingReported
    if len(claims) > 1:
        raise ReportDisputed
    if claims[0].side == side:
        raise OwnReport
    _record(tx, actor.account_id, match, claims[0].result, "opponent")


def withdraw_report(tx: Transaction, actor: Actor, seen: Seen) -> None:
    """Take the actor's report back; the other side's, if there is one, waits alone again.

    Raises:
        NothingReported: the actor's side has reported nothing.
        and whatever `report_result` says of who may and when.
    """
    tournament, match, side = _at_the_table(tx, actor, seen)
    claims = {claim.side: claim for claim in claims_of(tx.conn, tournament.id, match.id)}
    if side not in claims:
        raise NothingReported
    _forget_claim(tx, match, side)
    match_rows.touch(tx, tournament.id, match.id)
    _wait_or_not(tx, tournament, match, waits=1 - side in claims)
    withdrawn = ReportWithdrawn(match=match.id, side=side)
    tx.append(tournament.stream, withdrawn, actor_id=actor.account_id)


def confirm_overdue(tx: Transaction, key: str) -> None:
    """The deadline has passed: a report that nobody answered confirms itself (a timer's act)."""
    tournament_id, _, match_id = key.partition(":")
    tournament = get_tournament(tx.conn, TournamentId(tournament_id))
    _check_running(tournament)
    tx.lock(tournament.stream)
    claims = claims_of(tx.conn, tournament.id, match_id)
    if len(claims) != 1:
        raise NothingReported if not claims else ReportDisputed
    match = get_match(tx.conn, tournament.id, match_id)
    _record(tx, None, match, claims[0].result, "deadline")


class Claimed(msgspec.Struct, frozen=True):
    """A claim about to be kept; `waits`: for the other side, who has said nothing yet."""

    side: int
    result: Result
    waits: bool


def _at_the_table(tx: Transaction, actor: Actor, seen: Seen) -> tuple[Tournament, MatchRow, int]:
    """The tournament, the match and the actor's side, if the actor may speak now."""
    actor.require_login()
    actor.require_scope(Scope.TOURNAMENTS_WRITE)
    tx.lock(stream_of(seen.tournament_id))
    tournament = get_tournament(tx.conn, seen.tournament_id)
    match = get_match(tx.conn, tournament.id, seen.match_id)
    side = find_side(tx.conn, match, actor.account_id)
    if side is None:
        raise NotYourMatch
    _check_running(tournament)
    check_version(match, seen)
    return tournament, match, side


def check_version(match: MatchRow, seen: Seen) -> None:
    """Insist that the actor saw the match as it is.

    Raises:
        MatchStale: it changed meanwhile.
    """
    if match.version != seen.version:
        raise MatchStale(match=match.id, seen=seen.version, current=match.version)


def _check_running(tournament: Tournament) -> None:
    if tournament.status is not Status.RUNNING:
        raise TournamentNotRunning


def confirmed(match: MatchRow, result: Result, how: How) -> ResultConfirmed:
    """The fact that a result was accepted."""
    return ResultConfirmed(
        match=match.id,
        opponents=match.participants,
        result=engine.encode_result(result),
        how=how,
    )


def _record(
    tx: Transaction, actor_id: int | None, match: MatchRow, result: Result, how: How
) -> None:
    stages.advance(
        tx,
        actor_id,
        match.tournament_id,
        lambda stage: engine.report(stage, match.id, result),
        match_rows.Decision(match.id, how),
        confirmed(match, result, how),
    )


def _keep_claim(
    tx: Transaction, actor: Actor, tournament: Tournament, match: MatchRow, claimed: Claimed
) -> None:
    _forget_claim(tx, match, claimed.side)
    tx.conn.execute(
        insert(report_table).values(
            tournament_id=match.tournament_id,
            match_id=match.id,
            side=claimed.side,
            account_id=actor.account_id,
            result=msgspec.json.encode(claimed.result).decode(),
            reported_at=tx.now,
        )
    )
    match_rows.touch(tx, match.tournament_id, match.id)
    _wait_or_not(tx, tournament, match, waits=claimed.waits)
    reported = ResultReported(
        match=match.id,
        opponents=match.participants,
        side=claimed.side,
        result=engine.encode_result(claimed.result),
    )
    disputed = () if claimed.waits else (ResultDisputed(match=match.id),)
    tx.append(tournament.stream, reported, *disputed, actor_id=actor.account_id)


def _wait_or_not(tx: Transaction, tournament: Tournament, match: MatchRow, *, waits: bool) -> None:
    """Set the deadline of the one claim that waits for an answer, or call it off."""
    key = f"{match.tournament_id}:{match.id}"
    deadline = tx.now + timedelta(minutes=tournament.report_minutes) if waits else None
    if deadline is None:
        cancel_timer(tx, REPORT_DEADLINE, key)
    else:
        set_timer(tx, REPORT_DEADLINE, key, deadline)
    tx.conn.execute(
        update(report_table)
        .where(
            report_table.c.tournament_id == match.tournament_id,
            report_table.c.match_id == match.id,
        )
        .values(confirms_at=deadline)
    )


def _forget_claim(tx: Transaction, match: MatchRow, side: int) -> None:
    tx.conn.execute(
        delete(report_table).where(
            report_table.c.tournament_id == match.tournament_id,
            report_table.c.match_id == match.id,
            report_table.c.side == side,
        )
    )
