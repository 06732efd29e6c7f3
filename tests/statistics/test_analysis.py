"""The analysis, as tables: figures in, sentences' figures out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clutch.statistics.analysis import (
    Confidence,
    Record,
    Share,
    analyse,
    compare,
    confidence_of,
    consistency_of,
    expected_place,
    nemesis_of,
    score_of,
    teamwork_of,
    trend_of,
)
from clutch.statistics.models import Axis, Point
from clutch.statistics.ratings import NEWCOMER, Rating
from clutch.statistics.tallies import Tally

AT = datetime(2026, 3, 14, tzinfo=UTC)


def points(*won: bool, chance: float = 0.5, doubt: float = 1.0) -> list[Point]:
    return [Point(AT, "Chess", one, chance, Rating(25.0, doubt)) for one in won]


def tally(won: int, lost: int, **more: Any) -> Tally:
    form = ("W" * won + "L" * lost)[-20:]
    return Tally(played=won + lost, won=won, lost=lost, form=form, **more)


def record(total: Tally, **more: object) -> Record:
    values = {"along": {}, "points": [], "placements": []} | more
    return Record(total, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("won", "lost", "enough"), [(5, 4, False), (5, 5, True), (0, 0, False)])
def test_below_ten_rated_matches_nothing_is_said(won: int, lost: int, enough: bool) -> None:
    assert (analyse(record(tally(won, lost))) is not None) is enough


def test_walkovers_are_no_sample() -> None:
    assert analyse(record(tally(9, 3, walkovers_won=3))) is None


@pytest.mark.parametrize(
    ("first", "other", "sureness"),
    [
        ((5, 10), (5, 10), 0.0),
        ((8, 10), (2, 10), 2.24),
        ((2, 10), (8, 10), -2.24),
        # One match more or less on either side may be chance alone.
        ((3, 5), (2, 5), 0.0),
        ((1, 10), (6, 10), -1.88),
        ((5, 5), (5, 5), 0.0),
    ],
)
def test_two_shares_are_compared_by_standard_errors(
    first: tuple[int, int], other: tuple[int, int], sureness: float
) -> None:
    found = compare(Share(*first), Share(*other))
    assert found is not None
    assert round(found.sureness, 2) == sureness


def test_shares_of_fewer_than_five_are_not_compared() -> None:
    assert compare(Share(4, 4), Share(50, 100)) is None
    assert compare(Share(50, 100), Share(0, 4)) is None


@pytest.mark.parametrize(
    ("sureness", "word"),
    [
        (0.99, Confidence.NONE),
        (-1.0, Confidence.LOW),
        (1.7, Confidence.MEDIUM),
        (-2.5, Confidence.HIGH),
    ],
)
def test_confidence_goes_by_the_distance(sureness: float, word: Confidence) -> None:
    assert confidence_of(sureness) is word


def test_the_score_is_the_weighted_mean_of_what_is_known() -> None:
    alone = score_of(record(Tally(played=8, won=8)))
    assert {part.name: part.points for part in alone.parts} == {
        "results": 100,
        "form": None,
        "placements": None,
        "expectation": None,
    }
    assert alone.points == 100
    every = score_of(
        record(
            tally(10, 10),
            points=points(*[True, False] * 5),
            placements=[(1, 1, 5), (5, 5, 5), (3, 3, 5)],
        )
    )
    assert {part.name: part.points for part in every.parts} == {
        "results": 50,
        "form": 50,
        "placements": 50,
        "expectation": 50,
    }
    assert every.points == 50


@pytest.mark.parametrize(
    ("placements", "score"),
    [
        ([(1, 1, 8)] * 4, 100),
        ([(1, 1, 8), (8, 8, 8)] * 2, 0),
        ([(1, 1, 8)] * 3, None),
        ([(1, 1, 1)] * 9, None),
    ],
)
def test_consistency_is_how_near_places_lie(
    placements: list[tuple[int, int, int]], score: int | None
) -> None:
    found = consistency_of(placements)
    assert (None if found is None else found.points) == score


def test_a_trend_needs_twenty_matches_and_sees_the_last_ten() -> None:
    assert trend_of(points(*[True] * 19)) is None
    found = trend_of(points(*[False] * 10, *[True] * 10))
    assert found is not None
    assert (found.share, found.other) == (Share(10, 10), Share(0, 10))
    assert found.confidence is Confidence.HIGH


def test_a_weak_map_leads_to_the_advice_to_practise_it() -> None:
    maps = [("Mirage", tally(9, 1)), ("Nuke", tally(1, 9))]
    found = analyse(record(tally(10, 10), along={Axis.MAP: maps}))
    assert found is not None
    assert [spot.value for spot in found.weak] == ["Nuke"]
    assert [spot.value for spot in found.strengths] == ["Mirage"]
    assert [(one.code, one.value) for one in found.advice] == [
        ("weak-map", "Nuke"),
        ("strong-map", "Mirage"),
    ]


def test_advice_says_why_and_is_at_most_five() -> None:
    total = tally(20, 22, walkovers_lost=2, deciders_won=1, deciders_lost=9)
    games = [("Chess", tally(18, 2)), ("Go", tally(2, 18))]
    opponents = [("6", tally(20, 16)), ("7", tally(0, 6))]
    found = analyse(
        record(
            total,
            along={Axis.GAME: games, Axis.OPPONENT: opponents},
            points=points(*[True] * 20, *[False] * 10, doubt=8.0),
            placements=[(1, 1, 8), (8, 8, 8)] * 3,
        )
    )
    assert found is not None
    codes = [one.code for one in found.advice]
    assert codes == ["no-shows", "downward", "deciders", "weak-game", "nemesis"]
    assert found.advice[0].number == 2
    assert found.advice[4].compared is not None
    assert found.advice[4].compared.share == Share(0, 6)


def test_the_opponent_to_study_is_the_one_most_surely_worse_than_all_others() -> None:
    opponents = [("1", tally(15, 3)), ("2", tally(1, 5)), ("3", tally(0, 6)), ("4", tally(0, 4))]
    found = nemesis_of(record(tally(16, 18), along={Axis.OPPONENT: opponents}))
    assert found is not None
    assert found.value == "3"
    assert (found.compared.share, found.compared.other) == (Share(0, 6), Share(16, 28))
    assert found.compared.confidence is Confidence.MEDIUM


def test_an_opponent_lost_to_as_to_all_others_is_none_to_study() -> None:
    opponents = [("1", tally(1, 5)), ("2", tally(2, 10))]
    assert nemesis_of(record(tally(3, 15), along={Axis.OPPONENT: opponents})) is None


def test_a_difference_that_may_be_chance_is_a_weak_spot_but_no_advice() -> None:
    maps = [(f"Map {number}", tally(5, 5)) for number in range(11)] + [("Nuke", tally(2, 8))]
    found = analyse(record(tally(57, 63), along={Axis.MAP: maps}))
    assert found is not None
    assert [(spot.value, spot.compared.confidence) for spot in found.weak] == [
        ("Nuke", Confidence.LOW)
    ]
    assert found.advice == ()


def test_teamwork_needs_both() -> None:
    assert teamwork_of(None, tally(9, 1)) is None
    found = teamwork_of(tally(1, 9), tally(9, 1))
    assert found is not None
    assert found.share == Share(9, 10)


def test_the_expected_place_is_one_more_than_the_chances_of_being_behind() -> None:
    assert expected_place(NEWCOMER, [NEWCOMER] * 6, lambda _: 0.5) == 4
    assert expected_place(NEWCOMER, [NEWCOMER] * 6, lambda _: 1.0) == 1
