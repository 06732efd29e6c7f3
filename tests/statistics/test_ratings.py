"""Ratings are openskill's, to the last bit, however they are asked for."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openskill.models import PlackettLuce

from clutch.statistics.projection import load_rater
from clutch.statistics.ratings import Rater, Rating

RATINGS = st.builds(
    Rating,
    st.floats(-20, 80, allow_nan=False),
    st.floats(0.2, 9, allow_nan=False),
)
SIDES = st.lists(RATINGS, min_size=1, max_size=5)


@given(RATINGS)
def test_what_people_read_adds_up(rating: Rating) -> None:
    assert rating.points - rating.margin == rating.floor
    assert abs(rating.margin - 2 * 40 * rating.doubt) <= 1


@pytest.fixture(scope="module")
def rater() -> Rater:
    found = load_rater()
    assert isinstance(found, Rater)
    return found


def plainly(sides: Any, winner: int) -> tuple[float, Any]:
    """What openskill says of new objects."""
    model = PlackettLuce()
    teams = [[model.rating(mu=one.skill, sigma=one.doubt) for one in side] for side in sides]
    chance = model.predict_win(teams)[0]
    after = model.rate(teams, ranks=[winner, 1 - winner])
    return chance, tuple(tuple(Rating(one.mu, one.sigma) for one in team) for team in after)


@given(first=SIDES, second=SIDES, winner=st.sampled_from([0, 1]))
def test_a_match_rates_as_openskill_does_with_new_objects(
    rater: Rater, first: list[Rating], second: list[Rating], winner: int
) -> None:
    sides = (first, second)
    assert rater.rate(sides, winner) == plainly(sides, winner)
    assert rater.rate(sides, 1 - winner) == plainly(sides, 1 - winner)
    assert rater.chance(sides) == plainly(sides, winner)[0]


def test_threads_do_not_meet_in_a_rater(rater: Rater) -> None:
    dice = Random(3)
    matches = [
        tuple(
            [Rating(dice.uniform(10, 40), dice.uniform(1, 8))] * dice.randrange(1, 4) for _ in "ab"
        )
        for _ in range(2_000)
    ]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda sides: rater.rate(sides, 0), matches))
    finally:
        sys.setswitchinterval(usual)
    assert found == [plainly(sides, 0) for sides in matches]
