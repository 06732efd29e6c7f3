"""Match rows: what the stage says of each match, kept ready for reading."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    BindParameter,
    Boolean,
    String,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    update,
)
from sqlalchemy.types import TypeEngine

from clutch import engine
from clutch.engine import DecidedBy, Match, MatchId, Stage, Transition
from clutch.kernel.columns import UtcDateTime
from clutch.kernel.timers import cancel_timer
from clutch.kernel.writing import Transaction
from clutch.tournaments.events_play import ReportDropped
from clutch.tournaments.models import TournamentId, stream_of
from clutch.tournaments.tables import match as match_table
from clutch.tournaments.tables import report as report_table

How = Literal["opponent", "organizer", "deadline"]
REPORT_DEADLINE = "report-deadline"


class Decision(msgspec.Struct, frozen=True):
    """How the result of `match` came to be accepted, and whether it replaces one."""

    match: MatchId
    how: How
    corrects: bool = False


def write_all(tx: Transaction, tournament_id: TournamentId, stage: Stage) -> None:
    """Write the rows of a fresh draw."""
    rows = [
        _fixed(match)
        | _state(match)
        | {
            "tournament_id": tournament_id,
            "number": number,
            "confirmed_how": None,
            "opened_at": tx.now if match.status is engine.Status.READY else None,
            "decided_at": None,
            "starts_at": None,
            "corrected": False,
            "version": 1,
        }
        for number, match in enumerate(stage.matches.values(), start=1)
    ]
    tx.conn.execute(insert(match_table), rows)


def write_changes(
    tx: Transaction,
    tournament_id: TournamentId,
    before: Stage,
    transition: Transition,
    decision: Decision | None,
) -> None:
    """Write the rows of the matches that a transition touched, and drop what was said of them.

    Claims beside a match that got a result, or lost an opponent, go away with their deadline.
    """
    changed = engine.touched(transition.facts)
    if not changed:
        return
    rows = [
        _change(tx, before.matches[match_id], transition.stage.matches[match_id], decision)
        | {"the_tournament": tournament_id, "the_match": match_id}
        for match_id in changed
    ]
    tx.conn.execute(_UPDATE, rows)
    _drop_reports(tx, tournament_id, before, changed, decision)


def touch(tx: Transaction, tournament_id: TournamentId, match_id: MatchId) -> None:
    """Give a match a new version: something beside it changed."""
    tx.conn.execute(_TOUCH, {"the_tournament": tournament_id, "the_match": match_id})


def encode_opponents(match: Match) -> str:
    """The two opponents with their sources, as the row keeps them."""
    return msgspec.json.encode([_opponent(each) for each in match.opponents]).decode()


def _opponent(opponent: engine.Opponent) -> dict[str, Any]:
    return {
        "holds": opponent.holds,
        "participant": opponent.participant,
        "source": _source(opponent.source),
    }


def _source(source: engine.Source) -> dict[str, Any]:
    match source:
        case engine.Seed(number):
            return {"seed": number}
        case engine.WinnerOf(match_id):
            return {"winner_of": match_id}
        case engine.LoserOf(match_id):
            return {"loser_of": match_id}


def _fixed(match: Match) -> dict[str, Any]:
    return {
        "id": match.id,
        "bracket": match.bracket.value,
        "round": match.round,
        "place": match.place,
        "best_of": match.best_of,
    }


def _state(match: Match) -> dict[str, Any]:
    result = match.result
    scores = result.scores if result and result.scores else (None, None)
    games = msgspec.json.encode(result.games).decode() if result and result.games else None
    return {
        "status": match.status.value,
        "opponents": encode_opponents(match),
        "participant_a": match.opponents[0].participant,
        "participant_b": match.opponents[1].participant,
        "outcome": result.outcome.value if result else None,
        "winner_id": result.winner if result else None,
        "score_a": scores[0],
        "score_b": scores[1],
        "games": games,
    }


def _change(
    tx: Transaction, before: Match, after: Match, decision: Decision | None
) -> dict[str, Any]:
    """The new state, and what changes only where something new happened (None: it stays)."""
    opens = after.status is engine.Status.READY and before.status is not engine.Status.READY
    decides = after.result is not None and after.result != before.result
    mine = decision is not None and decision.match == after.id
    return {f"new_{name}": value for name, value in _state(after).items()} | {
        "is_drawn": len(after.participants) == 2,
        "is_decided": after.result is not None,
        "new_how": _confirmed_how(after, decision) if decides else None,
        "new_opened_at": tx.now if opens else None,
        "new_decided_at": tx.now if decides else None,
        "corrected_too": mine and decision is not None and decision.corrects,
    }


def _confirmed_how(match: Match, decision: Decision | None) -> str:
    if match.decided_by is DecidedBy.RULE:
        return "rule"
    if decision is not None and decision.match == match.id:
        return decision.how
    return "organizer"


def _drop_reports(
    tx: Transaction,
    tournament_id: TournamentId,
    before: Stage,
    changed: Iterable[MatchId],
    decision: Decision | None,
) -> None:
    """Only a ready match can have claims beside it."""
    for match_id in changed:
        if before.matches[match_id].status is not engine.Status.READY:
            continue
        cancel_timer(tx, REPORT_DEADLINE, f"{tournament_id}:{match_id}")
        where = {"the_tournament": tournament_id, "the_match": match_id}
        sides = tx.conn.execute(_DROP, where).scalars().all()
        if decision is None or decision.match != match_id:
            dropped = [ReportDropped(match=match_id, side=side) for side in sides]
            tx.append(stream_of(tournament_id), *dropped, actor_id=None)


_WHERE = (
    match_table.c.tournament_id == bindparam("the_tournament"),
    match_table.c.id == bindparam("the_match"),
)
_TOUCH = update(match_table).where(*_WHERE).values(version=match_table.c.version + 1)
_COLUMNS = match_table.c
_IS_DECIDED = bindparam("is_decided", type_=Boolean).is_(True)
_IS_DRAWN = bindparam("is_drawn", type_=Boolean).is_(True)


def _new(name: str, kind: type[TypeEngine[Any]] | type[UtcDateTime]) -> BindParameter[Any]:
    return bindparam(f"new_{name}", type_=kind)


_UPDATE = (
    update(match_table)
    .where(*_WHERE)
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "status",
                "opponents",
                "participant_a",
                "participant_b",
                "outcome",
                "winner_id",
                "score_a",
                "score_b",
                "games",
            )
        }
        | {
            "confirmed_how": case(
                (_IS_DECIDED, func.coalesce(_new("how", String), _COLUMNS.confirmed_how))
            ),
            "opened_at": case(
                (_IS_DRAWN, func.coalesce(_new("opened_at", UtcDateTime), _COLUMNS.opened_at))
            ),
            "decided_at": case(
                (_IS_DECIDED, func.coalesce(_new("decided_at", UtcDateTime), _COLUMNS.decided_at))
            ),
            "corrected": or_(_COLUMNS.corrected, bindparam("corrected_too", type_=Boolean)),
            "version": _COLUMNS.version + 1,
        }
    )
)
_DROP = (
    delete(report_table)
    .where(
        report_table.c.tournament_id == bindparam("the_tournament"),
        report_table.c.match_id == bindparam("the_match"),
    )
    .returning(report_table.c.side)
)
