"""Double elimination: where losers drop, and how the finals are played."""

from __future__ import annotations

import pytest

from clutch.engine import (
    DOUBLE_ELIMINATION,
    BestOf,
    Bracket,
    MatchId,
    Settings,
    champion,
    is_complete,
)
from clutch.engine.refusals import ThirdPlaceNotPlayed
from tests.engine.playing import (
    corrected,
    double,
    drawn,
    match,
    played_out,
    ranks,
    status,
    who,
    won,
)


def test_the_loser_drops_and_who_loses_twice_is_out() -> None:
    stage = won(won(double(4), "U1.1", 1), "U1.2", 2)
    assert who(stage, "L1.1") == (4, 3)
    stage = won(won(stage, "L1.1", 3), "U2.1", 1)
    assert who(stage, "L2.1") == (2, 3)
    assert ranks(stage) == {4: "4"}


def test_losers_of_eight_cross_over_once() -> None:
    stage = double(8)
    for place, winner in enumerate((1, 4, 2, 3), start=1):
        stage = won(stage, f"U1.{place}", winner)
    assert [who(stage, "L1.1"), who(stage, "L1.2")] == [(8, 5), (7, 6)]
    stage = won(won(stage, "U2.1", 1), "U2.2", 2)
    assert [who(stage, "L2.1"), who(stage, "L2.2")] == [(3, None), (4, None)]


@pytest.mark.parametrize(("count", "lower_rounds"), [(3, 2), (4, 2), (5, 4), (16, 6), (33, 10)])
def test_a_shape_of_two_to_the_k_has_2k_minus_2_lower_rounds(count: int, lower_rounds: int) -> None:
    lower = [each for each in double(count).matches.values() if each.bracket is Bracket.LOWER]
    assert {each.round for each in lower} == set(range(1, lower_rounds + 1))


def test_the_second_final_is_off_when_the_upper_side_wins_the_first() -> None:
    stage = played_out(double(4))
    assert status(stage, "F2") == "not_needed"
    assert who(stage, "F2") == (None, None)
    assert champion(stage) == 1
    assert ranks(stage) == {1: "1", 2: "2", 3: "3", 4: "4"}


def test_the_second_final_is_played_when_the_lower_side_wins_the_first() -> None:
    stage = double(2)
    assert status(stage, "F2") == "waiting"
    stage = won(won(stage, "U1.1", 1), "F1", 2)
    assert who(stage, "F2") == (1, 2)
    assert status(stage, "F2") == "ready"
    assert champion(stage) is None
    stage = won(stage, "F2", 1)
    assert champion(stage) == 1
    assert ranks(stage) == {1: "1", 2: "2"}


def test_two_participants_meet_in_the_upper_bracket_and_in_the_final() -> None:
    stage = double(2)
    assert list(stage.matches) == ["U1.1", "F1", "F2"]
    assert who(won(stage, "U1.1", 2), "F1") == (2, 1)


def test_a_single_grand_final_ends_it_whoever_wins() -> None:
    stage = double(3, "single")
    assert MatchId("F2") not in stage.matches
    stage = played_out(stage, max)
    assert champion(stage) == 3
    assert ranks(stage) == {3: "1", 2: "2", 1: "3"}


def test_without_a_grand_final_the_upper_winner_is_first_and_the_lower_winner_second() -> None:
    stage = double(4, "none")
    assert not [each for each in stage.matches.values() if each.bracket is Bracket.FINAL]
    stage = won(won(won(stage, "U1.1", 1), "U1.2", 2), "U2.1", 2)
    assert ranks(stage) == {2: "1"}
    stage = won(won(stage, "L1.1", 4), "L2.1", 4)
    assert ranks(stage) == {2: "1", 4: "2", 1: "3", 3: "4"}


def test_two_participants_without_a_grand_final_play_once() -> None:
    stage = won(double(2, "none"), "U1.1", 2)
    assert is_complete(stage)
    assert ranks(stage) == {2: "1", 1: "2"}


def test_a_loser_who_would_meet_nobody_passes_by_bye() -> None:
    stage = double(3)
    assert who(stage, "L1.1") == ("bye", None)
    stage = won(stage, "U1.2", 2)
    assert status(stage, "L1.1") == "bye"
    assert who(stage, "L2.1") == (None, 3)


def test_two_byes_in_the_lower_bracket_make_a_bye() -> None:
    stage = double(5)
    assert who(stage, "L1.2") == ("bye", "bye")
    assert who(stage, "L2.2") == (None, "bye")
    assert status(stage, "L2.2") == "bye"


def test_who_loses_in_the_same_lower_round_shares_a_rank() -> None:
    assert ranks(played_out(double(8))) == {
        1: "1", 2: "2", 3: "3", 4: "4", 5: "5-6", 6: "5-6", 7: "7-8", 8: "7-8",
    }  # fmt: skip


def test_the_second_final_comes_and_goes_with_corrections_of_the_first() -> None:
    stage = won(won(double(2), "U1.1", 1), "F1", 1)
    assert status(stage, "F2") == "not_needed"
    stage = won(corrected(stage, "F1", 2), "F2", 2)
    assert champion(stage) == 2
    stage = corrected(stage, "F1", 1)
    assert status(stage, "F2") == "not_needed"
    assert champion(stage) == 1


def test_both_grand_finals_have_the_best_of_the_final() -> None:
    stage = drawn(DOUBLE_ELIMINATION, 4, Settings(best_of=BestOf(3, final=5)))
    assert [match(stage, each).best_of for each in ("U2.1", "L2.1", "F1", "F2")] == [3, 3, 5, 5]


def test_a_third_place_match_is_refused() -> None:
    with pytest.raises(ThirdPlaceNotPlayed, match="the lower bracket decides who is third"):
        drawn(DOUBLE_ELIMINATION, 4, Settings(third_place=True))
