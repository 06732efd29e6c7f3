"""A second engine, slow and simple, to hold against the first.

It works the whole stage out from nothing but the format, the settings, the seeding, the recorded
results and who is disqualified, one match after the other, with a bracket of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clutch.engine import (
    DecidedBy,
    GrandFinal,
    Match,
    Outcome,
    ParticipantId,
    Result,
    Settings,
    Stage,
)
from clutch.engine.formats.double_elimination import DROP_MASKS

Side = ParticipantId | str
Source = tuple[str, int | str]
Sources = tuple[Source, Source]


@dataclass(frozen=True)
class Derived:
    """What a match should be: a side is a participant, "bye", "vacant" or "unknown"."""

    sides: tuple[Side, Side]
    status: str
    result: Result | None = None
    by: str | None = None


def derive(stage: Stage) -> dict[str, Derived]:
    """What every match of `stage` should be, judged by its recorded results alone."""
    recorded: dict[str, Result] = {
        match.id: match.result
        for match in stage.matches.values()
        if match.decided_by is DecidedBy.RECORDED and match.result
    }
    derived: dict[str, Derived] = {}
    sources = bracket(stage.format, len(stage.participants), stage.settings)
    for match_id, (first, second) in sources.items():
        if match_id == "F2" and not _lower_side_won(derived["F1"]):
            status = "not_needed" if derived["F1"].status == "decided" else "waiting"
            derived[match_id] = Derived(("unknown", "unknown"), status)
        else:
            sides = tuple(_side(each, derived, stage.participants) for each in (first, second))
            given = recorded.pop(match_id, None)
            derived[match_id] = _judge(sides[0], sides[1], given, stage.disqualified)
    assert not recorded, "a recorded result outlived its match's opponents"
    return derived


def observed(match: Match) -> Derived:
    """The same view of what the engine made of a match."""
    first, second = (
        each.holds.value if each.participant is None else each.participant
        for each in match.opponents
    )
    by = match.decided_by.value if match.decided_by else None
    return Derived((first, second), match.status.value, match.result, by)


def _judge(
    first: Side, second: Side, recorded: Result | None, out: frozenset[ParticipantId]
) -> Derived:
    sides = (first, second)
    if "bye" in sides:
        return Derived(sides, "bye")
    if "unknown" in sides:
        return Derived(sides, "waiting")
    if recorded:
        return Derived(sides, "decided", recorded, "recorded")
    able = [side for side in sides if not isinstance(side, str) and side not in out]
    if len(able) == 2:
        return Derived(sides, "ready")
    both_here = "vacant" not in sides
    outcome = Outcome.DOUBLE_FORFEIT if both_here and not able else Outcome.WALKOVER
    return Derived(sides, "decided", Result(outcome, able[0] if able else None), "rule")


def _side(
    source: Source, derived: Mapping[str, Derived], participants: Sequence[ParticipantId]
) -> Side:
    kind, origin = source
    if isinstance(origin, int):
        return participants[origin - 1] if origin <= len(participants) else "bye"
    before = derived[origin]
    if before.status == "bye":
        others = [side for side in before.sides if side != "bye"]
        return others[0] if others and kind == "winner" else "bye"
    if before.result is None:
        return "unknown"
    winner = before.result.winner
    if kind == "winner":
        return winner or "vacant"
    losers = [side for side in before.sides if winner and side != winner]
    return losers[0] if losers else "vacant"


def _lower_side_won(first_final: Derived) -> bool:
    winner = first_final.result.winner if first_final.result else None
    return winner is not None and winner == first_final.sides[1]


def bracket(format_name: str, count: int, settings: Settings) -> dict[str, Sources]:
    """Where the opponents of each match come from, in an order in which they become known."""
    rounds = 0
    while 2**rounds < count:
        rounds += 1
    drawn: dict[str, Sources] = {}
    seeds = _wall_chart(rounds)
    for p in range(1, 2 ** (rounds - 1) + 1):
        drawn[f"U1.{p}"] = ("seed", seeds[2 * p - 2]), ("seed", seeds[2 * p - 1])
    for r in range(2, rounds + 1):
        for p in range(1, 2 ** (rounds - r) + 1):
            drawn[f"U{r}.{p}"] = (
                ("winner", f"U{r - 1}.{2 * p - 1}"),
                ("winner", f"U{r - 1}.{2 * p}"),
            )
    if format_name == "double_elimination":
        drawn |= _lower(rounds) | _finals(rounds, settings.grand_final)
    elif settings.third_place and rounds > 1:
        drawn["T1"] = ("loser", f"U{rounds - 1}.1"), ("loser", f"U{rounds - 1}.2")
    return drawn


def _wall_chart(rounds: int) -> list[int]:
    """The seeds from top to bottom, split from the final outwards."""
    if rounds == 0:
        return [1]
    return [seed for each in _wall_chart(rounds - 1) for seed in (each, 2**rounds + 1 - each)]


def _lower(rounds: int) -> dict[str, Sources]:
    drawn: dict[str, Sources] = {}
    survivors = []
    for p in range(1, 2 ** (rounds - 1) // 2 + 1):
        drawn[f"L1.{p}"] = ("loser", f"U1.{2 * p - 1}"), ("loser", f"U1.{2 * p}")
        survivors.append(f"L1.{p}")
    for r in range(2, rounds + 1):
        mask = DROP_MASKS[2**rounds][r - 2]
        dropped = [(f"U{r}.{(i ^ mask) + 1}") for i in range(len(survivors))]
        for i, (loser, survivor) in enumerate(zip(dropped, survivors, strict=True)):
            drawn[f"L{2 * r - 2}.{i + 1}"] = ("loser", loser), ("winner", survivor)
        survivors = [f"L{2 * r - 2}.{i + 1}" for i in range(len(survivors))]
        if len(survivors) == 1:
            break
        for p in range(1, len(survivors) // 2 + 1):
            pair = survivors[2 * p - 2], survivors[2 * p - 1]
            drawn[f"L{2 * r - 1}.{p}"] = ("winner", pair[0]), ("winner", pair[1])
        survivors = [f"L{2 * r - 1}.{p}" for p in range(1, len(survivors) // 2 + 1)]
    return drawn


def _finals(rounds: int, grand_final: GrandFinal) -> dict[str, Sources]:
    upper = ("winner", f"U{rounds}.1")
    lower = ("winner", f"L{2 * rounds - 2}.1") if rounds > 1 else ("loser", "U1.1")
    drawn: dict[str, Sources] = {}
    if grand_final is not GrandFinal.NONE:
        drawn["F1"] = upper, lower
    if grand_final is GrandFinal.DOUBLE:
        drawn["F2"] = ("loser", "F1"), ("winner", "F1")
    return drawn


def final_ranks(stage: Stage) -> dict[ParticipantId, int]:
    """The rank of everybody in a complete stage, by where each stood last."""
    keys = {each: _last_stand(stage, each) for each in stage.participants}
    ranks = {each: 1 + sum(other > key for other in keys.values()) for each, key in keys.items()}
    return {each: rank if keys[each] == CHAMPION or rank > 1 else 2 for each, rank in ranks.items()}


CHAMPION, FINALIST = 1000.0, 999.0


def _last_stand(stage: Stage, participant: ParticipantId) -> float:
    """How far somebody came: a round, half a round more for winning where it goes no further."""
    last = list(stage.matches_of(participant))[-1]
    rounds = (len(stage.participants) - 1).bit_length()
    won = last.winner == participant or (last.status == "bye" and last.bracket == "third_place")
    if last.bracket == "final":
        return CHAMPION if won else FINALIST
    if last.bracket == "third_place":
        return rounds - 1 + (0.5 if won else 0)
    if last.bracket == "lower":
        return last.round + (0.5 if won else 0)
    if last.round == rounds and won:
        return CHAMPION
    if stage.format == "single_elimination":
        return last.round
    return FINALIST if rounds == 1 else max(1, 2 * last.round - 2)
