"""Tiny builders: a participant is called by its seed, a score is written "2:1"."""

from __future__ import annotations

from typing import Any

from clutch.engine import (
    DOUBLE_ELIMINATION,
    SINGLE_ELIMINATION,
    BestOf,
    FormatName,
    GrandFinal,
    Match,
    MatchId,
    ParticipantId,
    Result,
    Scores,
    Settings,
    Stage,
    Status,
    correct,
    disqualify,
    double_forfeit,
    draw,
    is_complete,
    open_matches,
    placements,
    played,
    report,
    revoke,
    walkover,
)


def single(count: int, *, third_place: bool = False, best_of: int | None = None) -> Stage:
    settings = Settings(third_place=third_place, best_of=BestOf(best_of))
    return drawn(SINGLE_ELIMINATION, count, settings)


def double(count: int, grand_final: str = "double", *, best_of: int | None = None) -> Stage:
    settings = Settings(grand_final=GrandFinal(grand_final), best_of=BestOf(best_of))
    return drawn(DOUBLE_ELIMINATION, count, settings)


def drawn(format_name: FormatName, count: int, settings: Settings) -> Stage:
    return draw(format_name, [ParticipantId(seed) for seed in range(1, count + 1)], settings).stage


def match(stage: Stage, match_id: str) -> Match:
    return stage.matches[MatchId(match_id)]


def who(stage: Stage, match_id: str) -> tuple[int | str | None, int | str | None]:
    """The two opponents: a seed, "bye", "vacant", or None where it is not known yet."""
    first, second = (
        each.participant or (None if each.holds == "unknown" else each.holds.value)
        for each in match(stage, match_id).opponents
    )
    return first, second


def status(stage: Stage, match_id: str) -> str:
    return match(stage, match_id).status.value


def won(stage: Stage, match_id: str, seed: int, score: str | None = None) -> Stage:
    """`seed` wins, `score` being the winner's first; without a score by walkover."""
    return report(stage, MatchId(match_id), win(stage, match_id, seed, score)).stage


def win(stage: Stage, match_id: str, seed: int, score: str | None = None) -> Result:
    if score is None:
        return walkover(ParticipantId(seed))
    participants = match(stage, match_id).participants
    best, other = scores_of(score)
    return played(participants, (best, other) if participants[0] == seed else (other, best))


def scores_of(score: str) -> Scores:
    first, second = score.split(":")
    return int(first), int(second)


def both_out(stage: Stage, match_id: str) -> Stage:
    return report(stage, MatchId(match_id), double_forfeit()).stage


def out(stage: Stage, seed: int) -> Stage:
    return disqualify(stage, ParticipantId(seed)).stage


def corrected(stage: Stage, match_id: str, seed: int, score: str | None = None) -> Stage:
    return correct(stage, MatchId(match_id), win(stage, match_id, seed, score)).stage


def revoked(stage: Stage, match_id: str) -> Stage:
    return revoke(stage, MatchId(match_id)).stage


def played_out(stage: Stage, best: Any = min) -> Stage:
    """Play all that is open until nothing is; the best seed of two wins, or whoever `best` says."""
    while not is_complete(stage):
        for each in open_matches(stage):
            if stage.matches[each.id].status is Status.READY:
                stage = won(stage, each.id, best(each.participants))
    return stage


def ranks(stage: Stage) -> dict[int, str]:
    """Each placed seed with its rank, as "3" or "5-8"."""
    return {
        seed: str(each.rank) if each.rank == each.to else f"{each.rank}-{each.to}"
        for each in placements(stage)
        for seed in each.participants
    }
