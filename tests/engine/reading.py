"""What the random tests ask of a stage, and what they do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from clutch.engine import (
    DecidedBy,
    Match,
    MatchId,
    Outcome,
    ParticipantId,
    Result,
    Scores,
    Stage,
    Status,
    Transition,
    correct,
    disqualify,
    double_forfeit,
    draw,
    forfeit,
    placements,
    played,
    reinstate,
    report,
    revoke,
    walkover,
)

SCORES: tuple[Scores, ...] = ((2, 0), (0, 2), (2, 1), (1, 2))
IMPOSSIBLE: tuple[Result, ...] = (
    Result(Outcome.PLAYED, None, (2, 2)),
    Result(Outcome.PLAYED, None, (3, 0)),
    Result(Outcome.WALKOVER, None),
    Result(Outcome.FORFEIT, ParticipantId(10_000)),
)


def decided(stage: Stage) -> list[Match]:
    return [match for match in stage.matches.values() if match.status is Status.DECIDED]


def recorded(stage: Stage) -> list[Match]:
    return [match for match in decided(stage) if match.decided_by is DecidedBy.RECORDED]


def correctable(stage: Stage) -> list[Match]:
    return [match for match in decided(stage) if len(match.participants) == 2]


def fed_by(stage: Stage, match: Match) -> set[MatchId]:
    """Every match that follows from this one, at any depth."""
    found: set[MatchId] = set()
    for feed in (match.winner_to, match.loser_to):
        if feed is not None and feed.match not in found:
            found |= {feed.match} | fed_by(stage, stage.matches[feed.match])
    return found


def lost(before: Stage, after: Stage) -> set[MatchId]:
    """The matches whose recorded results are gone; a corrected match has one again."""
    kept = {match.id for match in recorded(after)}
    return {match.id for match in recorded(before)} - kept


def emptied(before: Stage, after: Stage) -> set[MatchId]:
    """The matches in which somebody stood who does not stand on that side any more."""
    return {
        match.id
        for match in before.matches.values()
        for was, now in zip(match.opponents, after.matches[match.id].opponents, strict=True)
        if was.participant is not None and was.participant != now.participant
    }


def placed(stage: Stage) -> dict[ParticipantId, tuple[int, int]]:
    return {
        each: (placement.rank, placement.to)
        for placement in placements(stage)
        for each in placement.participants
    }


def reported_again(stage: Stage) -> Stage | None:
    """The recorded results on a fresh draw; None where somebody was thrown out."""
    if stage.disqualified:
        return None
    again = draw(stage.format, stage.participants, stage.settings).stage
    for match in recorded(stage):
        if len(match.participants) < 2:
            return None
        assert match.result
        again = report(again, match.id, match.result).stage
    return again


def a_result(pick: Random, match: Match, how: str) -> Result:
    if how == "double_forfeit":
        return double_forfeit()
    winner = pick.choice(match.participants)
    if how == "walkover":
        return walkover(winner)
    if how == "forfeit":
        return forfeit(winner, (1, 1))
    return played(match.participants, pick.choice(SCORES))


def refused_attempts(pick: Random, stage: Stage) -> Iterator[Callable[[], Transition]]:
    """Operations that this stage has to refuse."""
    match = pick.choice(list(stage.matches.values()))
    nobody = ParticipantId(10_000)
    yield lambda: disqualify(stage, nobody)
    yield lambda: reinstate(stage, nobody)
    yield lambda: report(stage, match.id, pick.choice(IMPOSSIBLE))
    yield lambda: correct(stage, match.id, pick.choice(IMPOSSIBLE))
    if match.status is not Status.READY:
        yield lambda: report(stage, match.id, walkover(nobody))
    if match.status is not Status.DECIDED:
        yield lambda: correct(stage, match.id, walkover(nobody))
        yield lambda: revoke(stage, match.id)


def changed(before: Stage, after: Stage) -> set[MatchId]:
    """The matches that are not the same value as before."""
    return {each for each, match in before.matches.items() if after.matches[each] != match}
