"""Who finished where: ranks that nothing but a correction can still change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from clutch.engine.results import ParticipantId
from clutch.engine.stage import Feed, Holds, Match, MatchId, Stage, Status

CHAMPION = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Those who share the ranks from `rank` to `to`, in seed order."""

    rank: int
    to: int
    participants: tuple[ParticipantId, ...]


def placements(stage: Stage) -> tuple[Placement, ...]:
    """The placements that are certain by now, best first.

    `rank` is 1 + the number placed better, `to` is `rank` + sharers - 1. Nobody but a champion has
    rank 1: where there is none, the best have rank 2. An open match can still end in a double
    forfeit, so a level is certain only when it and all below it, or it and all above it, are
    decided.
    """
    levels = _levels(stage)
    seeds = {participant: seed for seed, participant in enumerate(stage.participants)}
    return tuple(
        Placement(rank, rank + len(members) - 1, tuple(sorted(members, key=seeds.__getitem__)))
        for rank, members in _ranked(levels, len(stage.participants))
        if members
    )


def champion(stage: Stage) -> ParticipantId | None:
    """Who has won the stage; None while that is open, and where nobody did."""
    return champion_of(stage.matches)


def champion_of(matches: Mapping[MatchId, Match]) -> ParticipantId | None:
    """The winner of the match whose winner leaves as champion."""
    for match in matches.values():
        if match.plan.levels.winner == CHAMPION and _leaves(matches, match.winner_to):
            return match.winner
    return None


@dataclass(slots=True)
class _Level:
    members: list[ParticipantId] = field(default_factory=list)
    is_settled: bool = True


def _levels(stage: Stage) -> list[_Level]:
    """Who has left at which level, best level first."""
    worst = max(match.plan.levels.out for match in stage.matches.values())
    levels = [_Level() for _ in range(worst + 1)]
    for match in stage.matches.values():
        if not _is_settled(match):
            _unsettle(levels, match)
        for number, participant in _leavers(stage.matches, match):
            levels[number].members.append(participant)
    return levels


def _unsettle(levels: list[_Level], match: Match) -> None:
    plan = match.plan.levels
    for number in (plan.winner, plan.loser, plan.out):
        if number is not None:
            levels[number].is_settled = False


def _is_settled(match: Match) -> bool:
    if match.status is Status.BYE:
        return all(each.holds is not Holds.UNKNOWN for each in match.opponents)
    return not match.is_pending


def _leavers(matches: Mapping[MatchId, Match], match: Match) -> Iterator[tuple[int, ParticipantId]]:
    """Those who play no further match after this one, each with the level that this gives."""
    levels = match.plan.levels
    if match.status is Status.DECIDED and match.winner is None:
        yield from ((levels.out, each) for each in match.participants)
        return
    passed = match.participants if match.status is Status.BYE else (match.winner,)
    if levels.winner is not None and _leaves(matches, match.winner_to):
        yield from ((levels.winner, each) for each in passed if each is not None)
    loser = match.loser
    if levels.loser is not None and loser is not None and _leaves(matches, match.loser_to):
        yield levels.loser, loser


def _leaves(matches: Mapping[MatchId, Match], feed: Feed | None) -> bool:
    return feed is None or matches[feed.match].status is Status.NOT_NEEDED


def _ranked(levels: list[_Level], total: int) -> Iterator[tuple[int, list[ParticipantId]]]:
    """The certain levels, best first, each as rank and members."""
    sizes = [len(level.members) for level in levels]
    above = _settled_at_the_start(levels)
    below = len(levels) - _settled_at_the_start(reversed(levels))
    for number, level in enumerate(levels):
        if number < above:
            better = sum(sizes[:number])
        elif number >= below:
            better = total - sum(sizes[number:])
        else:
            continue
        yield 1 if number == CHAMPION else max(2, better + 1), level.members


def _settled_at_the_start(levels: Iterable[_Level]) -> int:
    return sum(1 for _ in takewhile(lambda level: level.is_settled, levels))
