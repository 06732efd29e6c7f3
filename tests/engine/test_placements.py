"""A placement is listed exactly when nothing but a correction can still change it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

import pytest

from clutch.engine import (
    Placement,
    Stage,
    disqualify,
    double_forfeit,
    is_complete,
    open_matches,
    placements,
    report,
    walkover,
)
from tests.engine.playing import both_out, double, played_out, ranks, single, won
from tests.engine.reading import placed


def test_a_round_is_placed_when_its_last_match_is_decided() -> None:
    stage = single(8)
    for place, winner in enumerate((1, 4, 2), start=1):
        stage = won(stage, f"U1.{place}", winner)
        assert ranks(stage) == {}
    stage = won(stage, "U1.4", 3)
    assert ranks(stage) == dict.fromkeys((5, 6, 7, 8), "5-8")


def test_a_double_forfeit_in_the_round_moves_the_rank_of_all_who_share_it() -> None:
    stage = single(8)
    for place, winner in enumerate((1, 4, 2), start=1):
        stage = won(stage, f"U1.{place}", winner)
    assert ranks(both_out(stage, "U1.4")) == dict.fromkeys((3, 5, 6, 7, 8), "4-8")


def test_the_final_places_the_two_best_while_third_place_is_open() -> None:
    stage = won(won(single(4, third_place=True), "U1.1", 1), "U1.2", 2)
    assert ranks(won(stage, "U2.1", 2)) == {2: "1", 1: "2"}


def test_third_place_is_known_before_the_final() -> None:
    stage = won(won(single(4, third_place=True), "U1.1", 1), "U1.2", 2)
    assert ranks(won(stage, "T1", 4)) == {4: "3", 3: "4"}


def test_the_lower_bracket_places_its_losers_round_by_round() -> None:
    stage = double(4)
    for match_id, winner in (("U1.1", 1), ("U1.2", 2), ("U2.1", 1)):
        stage = won(stage, match_id, winner)
    assert ranks(stage) == {}
    stage = won(stage, "L1.1", 3)
    assert ranks(stage) == {4: "4"}
    assert ranks(won(stage, "L2.1", 2)) == {3: "3", 4: "4"}


def test_sharers_stand_in_seed_order() -> None:
    assert placements(played_out(single(4), max))[-1] == Placement(3, 4, single(4).participants[:2])


@pytest.mark.parametrize(
    "drawn",
    [
        single(3, third_place=True),
        single(4),
        single(4, third_place=True),
        double(2, "none"),
        double(2),
        double(3, "none"),
        double(3, "single"),
        double(3),
        double(4, "none"),
        double(4, "single"),
    ],
    ids=lambda stage: f"{stage.format}-{len(stage.participants)}-{len(stage.matches)}",
)
def test_what_is_listed_is_what_every_way_on_agrees_about(drawn: Stage) -> None:
    chance = Random(len(drawn.matches))
    for _ in range(4):
        stage = drawn
        while not is_complete(stage):
            ends = [placed(end) for end in every_end(stage)]
            agreed = {
                each: rank
                for each, rank in ends[0].items()
                if all(end[each] == rank for end in ends)
            }
            assert placed(stage) == agreed
            match = chance.choice(open_matches(stage))
            results = [walkover(each) for each in match.participants] * 2 + [double_forfeit()]
            stage = report(stage, match.id, chance.choice(results)).stage


def every_end(stage: Stage) -> Iterator[Stage]:
    """All that can still come of it: matches won or given up by both, anybody thrown out."""
    able = [each for each in stage.participants if each not in stage.disqualified]
    for thrown_out in (each for size in range(len(able) + 1) for each in combinations(able, size)):
        after = stage
        for participant in thrown_out:
            after = disqualify(after, participant).stage
        yield from _played_on(after)


def _played_on(stage: Stage) -> Iterator[Stage]:
    ready = open_matches(stage)
    if not ready:
        yield stage
        return
    first = ready[0]
    for result in (*(walkover(each) for each in first.participants), double_forfeit()):
        yield from _played_on(report(stage, first.id, result).stage)
