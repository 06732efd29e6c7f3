"""A double forfeit puts both out at once and leaves vacant places behind."""

from __future__ import annotations

from clutch.engine import DecidedBy, Outcome, champion, is_complete
from tests.engine.playing import (
    both_out,
    corrected,
    double,
    match,
    played_out,
    ranks,
    revoked,
    single,
    status,
    who,
    won,
)


def test_both_are_out_and_the_next_opponent_advances_by_walkover() -> None:
    stage = both_out(won(single(4), "U1.1", 1), "U1.2")
    assert who(stage, "U2.1") == (1, "vacant")
    final = match(stage, "U2.1")
    assert final.result
    assert (final.result.outcome, final.winner, final.result.scores) == (Outcome.WALKOVER, 1, None)
    assert final.decided_by is DecidedBy.RULE
    assert champion(stage) == 1


def test_the_walkover_waits_until_the_other_opponent_is_known() -> None:
    stage = both_out(single(4), "U1.2")
    assert who(stage, "U2.1") == (None, "vacant")
    assert status(stage, "U2.1") == "waiting"
    assert champion(won(stage, "U1.1", 4)) == 4


def test_two_vacant_places_make_a_vacant_one() -> None:
    stage = both_out(both_out(single(8), "U1.1"), "U1.2")
    assert who(stage, "U2.1") == ("vacant", "vacant")
    semi_final = match(stage, "U2.1")
    assert semi_final.status == "decided"
    assert semi_final.result
    assert (semi_final.result.outcome, semi_final.winner) == (Outcome.WALKOVER, None)
    assert who(stage, "U3.1") == ("vacant", None)


def test_a_final_that_ends_so_has_no_champion_and_both_share_rank_2() -> None:
    stage = both_out(won(won(single(4), "U1.1", 1), "U1.2", 2), "U2.1")
    assert is_complete(stage)
    assert champion(stage) is None
    assert ranks(stage) == {1: "2-3", 2: "2-3", 3: "3-4", 4: "3-4"}


def test_nobody_drops_from_the_upper_bracket() -> None:
    stage = both_out(won(double(4), "U1.1", 1), "U1.2")
    assert who(stage, "U2.1") == (1, "vacant")
    assert who(stage, "L1.1") == (4, "vacant")
    assert who(stage, "L2.1") == ("vacant", 4)
    assert who(stage, "F1") == (1, 4)
    assert ranks(played_out(stage)) == {1: "1", 4: "2", 2: "3-4", 3: "3-4"}


def test_out_of_the_upper_bracket_ranks_with_the_lower_round_its_losers_drop_into() -> None:
    stage = double(8)
    for place, winner in enumerate((1, 4, 2, 3), start=1):
        stage = won(stage, f"U1.{place}", winner)
    stage = played_out(both_out(stage, "U2.1"))
    expected = {2: "1", 3: "2", 6: "3", 1: "4-6", 4: "4-6", 5: "4-6", 7: "7-8", 8: "7-8"}
    assert ranks(stage) == expected


def test_a_vacant_place_passes_through_a_bye() -> None:
    stage = both_out(double(5), "U1.2")
    assert who(stage, "L1.1") == ("bye", "vacant")
    assert status(stage, "L1.1") == "bye"
    assert who(stage, "L2.1") == (None, "vacant")


def test_both_out_of_a_semi_final_rank_with_the_loser_of_the_third_place_match() -> None:
    stage = single(8, third_place=True)
    for place, winner in enumerate((1, 4, 2, 3), start=1):
        stage = won(stage, f"U1.{place}", winner)
    stage = won(both_out(stage, "U2.1"), "U2.2", 2)
    assert who(stage, "T1") == ("vacant", 3)
    assert ranks(stage) == {2: "1", 3: "2", 1: "3-4", 4: "3-4"} | dict.fromkeys(range(5, 9), "5-8")


def test_the_lower_side_that_meets_a_vacant_place_wins_both_finals() -> None:
    stage = both_out(won(won(double(4), "U1.1", 1), "U1.2", 2), "U2.1")
    stage = won(stage, "L1.1", 3)
    assert who(stage, "F1") == ("vacant", 3)
    assert who(stage, "F2") == ("vacant", 3)
    assert champion(stage) == 3
    assert ranks(stage) == {3: "1", 1: "2-3", 2: "2-3", 4: "4"}


def test_after_a_double_forfeit_in_the_first_final_there_is_no_second() -> None:
    stage = both_out(won(double(2), "U1.1", 1), "F1")
    assert status(stage, "F2") == "not_needed"
    assert champion(stage) is None
    assert ranks(stage) == {1: "2-3", 2: "2-3"}


def test_nobody_left_at_all_has_no_champion() -> None:
    stage = both_out(double(2), "U1.1")
    assert is_complete(stage)
    assert champion(stage) is None
    assert ranks(stage) == {1: "2-3", 2: "2-3"}


def test_an_upper_winner_is_first_whatever_happens_below() -> None:
    stage = won(won(won(double(4, "none"), "U1.1", 1), "U1.2", 2), "U2.1", 1)
    stage = both_out(stage, "L1.1")
    assert ranks(stage) == {1: "1", 2: "2", 3: "3-4", 4: "3-4"}


def test_taken_back_it_leaves_no_vacant_place() -> None:
    before = won(single(8), "U1.1", 1)
    stage = revoked(both_out(before, "U1.2"), "U1.2")
    assert stage == before


def test_corrected_to_a_win_it_is_as_if_it_had_never_been() -> None:
    before = won(double(8), "U1.1", 1)
    assert corrected(both_out(before, "U1.2"), "U1.2", 4) == won(before, "U1.2", 4)
