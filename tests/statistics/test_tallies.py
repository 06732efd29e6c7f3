"""Tallies and ratings, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from clutch.statistics.models import BestPlace, Decided, Holder, MapWon, Mode, Placed, Side
from clutch.statistics.projection import load_rater
from clutch.statistics.ratings import NEWCOMER, Rater, Rating
from clutch.statistics.tallies import Tally, add_match, add_placed, match_keys, outing_of
from clutch.tournaments.models import TournamentId

AT = datetime(2026, 3, 14, tzinfo=UTC)


def decided(
    winner: int | None = 0,
    scores: tuple[int, int] | None = (2, 1),
    outcome: str = "played",
    best_of: int | None = 3,
) -> Decided:
    return Decided(
        tournament_id=TournamentId("t0000001"),
        match_id="U1.1",
        place=1,
        at=AT,
        game="Chess",
        format="single_elimination",
        by_teams=False,
        sides=(Side(1), Side(2)),
        outcome=outcome,
        winner=winner,
        scores=scores,
        best_of=best_of,
        maps=(MapWon("Nuke", 0),),
    )


def fold(*results: str) -> Tally:
    """A tally of results from the first side: W, L, or w and l for walkovers."""
    tally = Tally()
    for one in results:
        outcome = "played" if one.isupper() else "walkover"
        match = decided(int(one.upper() == "L"), None, outcome)
        add_match([tally], outing_of(match, 0))
    return tally


@pytest.mark.parametrize(
    ("results", "form", "streak", "longest"),
    [
        ("", "", 0, 0),
        ("W", "W", 1, 1),
        ("WWL", "WWL", -1, 2),
        ("LLW", "LLW", 1, 1),
        ("WWwW", "WWW", 3, 3),
        ("WlW", "WW", 2, 2),
        ("L" + "W" * 25, "W" * 20, 25, 25),
    ],
)
def test_form_and_streaks_take_rated_matches_only(
    results: str, form: str, streak: int, longest: int
) -> None:
    tally = fold(*results)
    assert (tally.form, tally.streak, tally.longest) == (form, streak, longest)
    assert tally.played == len(results)


@pytest.mark.parametrize(
    ("match", "games", "decider"),
    [
        (decided(), (2, 1), True),
        (decided(scores=(2, 0)), (2, 0), False),
        (decided(scores=(1, 0), best_of=1), (1, 0), False),
        (decided(scores=(16, 14), best_of=None), None, False),
        (decided(scores=(1, 1), outcome="forfeit"), (1, 1), False),
        (decided(scores=None), None, False),
    ],
)
def test_games_count_where_a_best_of_was_played(
    match: Decided, games: tuple[int, int] | None, decider: bool
) -> None:
    first, second = outing_of(match, 0), outing_of(match, 1)
    assert first.games == games
    assert second.games == (None if games is None else games[::-1])
    assert first.decider is decider


@pytest.mark.parametrize(
    ("match", "rated"),
    [
        (decided(), True),
        (decided(outcome="forfeit"), True),
        (decided(scores=None, outcome="walkover"), False),
        (decided(None, None, "double_forfeit"), False),
    ],
)
def test_what_was_played_or_given_up_after_its_start_rates(match: Decided, rated: bool) -> None:
    assert match.is_rated is rated


def test_a_match_stands_in_month_year_and_ever() -> None:
    periods = [key.period for key in match_keys(decided(), 2)]
    assert periods == ["", "2026", "2026-03", "", "2026", "2026-03", "", ""]


def test_the_best_place_is_the_one_in_the_larger_field() -> None:
    tally = Tally()
    for one in placed((3, 3, 16), (1, 1, 4), (1, 1, 8), (2, 2, 64)):
        add_placed(tally, one)
    assert tally.best_place == BestPlace(1, 1, 8)
    assert (tally.titles, tally.podiums, tally.average_place) == (2, 4, 1.75)


def test_a_shared_placement_counts_as_its_middle_and_is_shown_as_a_range() -> None:
    tally = Tally()
    assert (tally.average_place, tally.best_place) == (None, None)
    for one in placed((5, 8, 8), (5, 8, 16), (5, 6, 16)):
        add_placed(tally, one)
    assert tally.average_place == pytest.approx((6.5 + 6.5 + 5.5) / 3)
    assert tally.best_place == BestPlace(5, 6, 16)


@pytest.mark.parametrize(
    ("place", "titles", "podiums"),
    [((2, 2, 2), 0, 0), ((1, 1, 2), 1, 1), ((3, 3, 3), 0, 0), ((3, 4, 4), 0, 1), ((4, 4, 5), 0, 0)],
)
def test_a_podium_needs_a_win_or_more_than_three_participants(
    place: tuple[int, int, int], titles: int, podiums: int
) -> None:
    tally = Tally()
    add_placed(tally, next(placed(place)))
    assert (tally.titles, tally.podiums) == (titles, podiums)


def placed(*places: tuple[int, int, int]) -> Iterator[Placed]:
    """Placements: rank, last shared rank, and how many took part."""
    for number, (rank, to, field) in enumerate(places):
        at = AT + timedelta(days=number)
        tournament_id, holder = TournamentId(f"t{number}"), Holder(Mode.SOLO, 1)
        yield Placed(holder, tournament_id, 1, at, "Go", "x", rank, to, field)


@pytest.fixture(scope="module")
def rater() -> Rater:
    found = load_rater()
    assert isinstance(found, Rater)
    return found


def test_who_wins_rises_and_both_are_known_better(rater: Rater) -> None:
    chance, ((won,), (lost,)) = rater.rate(((NEWCOMER,), (NEWCOMER,)), 0)
    assert chance == 0.5
    assert won.skill > NEWCOMER.skill > lost.skill
    assert max(won.doubt, lost.doubt) < NEWCOMER.doubt


def test_beating_the_strong_lifts_more(rater: Rater) -> None:
    strong, weak = Rating(35.0, 3.0), Rating(15.0, 3.0)
    of_strong = rater.rate(((NEWCOMER,), (strong,)), 0)[1][0][0]
    of_weak = rater.rate(((NEWCOMER,), (weak,)), 0)[1][0][0]
    assert of_strong.skill > of_weak.skill
    assert rater.chance(((strong,), (weak,))) > 0.9


def test_people_read_whole_points() -> None:
    assert (NEWCOMER.points, NEWCOMER.margin, NEWCOMER.floor) == (1000, 667, 333)
