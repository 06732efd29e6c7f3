"""Single elimination: who meets whom, who goes on, who is third."""

from __future__ import annotations

from random import Random

import pytest

from clutch.engine import (
    SINGLE_ELIMINATION,
    BestOf,
    Bracket,
    FormatName,
    MatchId,
    ParticipantId,
    RoundBestOf,
    Settings,
    champion,
    draw,
    is_complete,
    open_matches,
    shuffle,
)
from clutch.engine.refusals import (
    BestOfNotOdd,
    FormatUnknown,
    ParticipantTwice,
    TooFewParticipants,
    TooManyParticipants,
)
from tests.engine.playing import drawn, match, played_out, ranks, single, status, who, won


def test_best_seed_meets_the_worst_and_the_two_best_are_in_different_halves() -> None:
    stage = single(8)
    first_round = [who(stage, f"U1.{place}") for place in range(1, 5)]
    assert first_round == [(1, 8), (4, 5), (2, 7), (3, 6)]


def test_byes_go_to_the_best_seeds_who_stand_in_the_second_round_at_once() -> None:
    stage = single(5)
    assert [status(stage, f"U1.{place}") for place in range(1, 5)] == ["bye", "ready", "bye", "bye"]
    assert who(stage, "U2.1") == (1, None)
    assert who(stage, "U2.2") == (2, 3)
    assert status(stage, "U2.2") == "ready"


@pytest.mark.parametrize("count", range(2, 65))
def test_no_bye_meets_a_bye(count: int) -> None:
    first_round = [each for each in single(count).matches.values() if each.round == 1]
    assert all(each.participants for each in first_round)


@pytest.mark.parametrize("count", [2, 3, 6, 11, 32, 64, 100])
def test_the_top_seeds_can_not_meet_before_the_last_rounds(count: int) -> None:
    stage = single(count)
    rounds = max(each.round for each in stage.matches.values())
    first_round = [each for each in stage.matches.values() if each.round == 1]
    for last in range(1, rounds):
        parts = [
            (each.place - 1) // 2 ** (rounds - last - 1)
            for each in first_round
            for seed in each.participants
            if seed <= 2**last
        ]
        assert len(parts) == len(set(parts)) == 2**last


def test_the_winner_goes_on_and_the_loser_is_out() -> None:
    stage = won(single(4), "U1.1", 4)
    assert who(stage, "U2.1") == (4, None)
    assert [each.id for each in open_matches(stage)] == ["U1.2"]


def test_who_wins_the_last_match_is_champion() -> None:
    stage = won(single(2), "U1.1", 2)
    assert is_complete(stage)
    assert champion(stage) == 2
    assert ranks(stage) == {2: "1", 1: "2"}


def test_who_loses_in_the_same_round_shares_a_rank() -> None:
    assert ranks(played_out(single(8))) == {
        1: "1", 2: "2", 3: "3-4", 4: "3-4", 5: "5-8", 6: "5-8", 7: "5-8", 8: "5-8",
    }  # fmt: skip


def test_byes_shorten_the_last_shared_rank() -> None:
    assert ranks(played_out(single(6))) == {1: "1", 2: "2", 3: "3-4", 4: "3-4", 5: "5-6", 6: "5-6"}


def test_the_losing_semi_finalists_play_for_third_place() -> None:
    stage = won(won(single(4, third_place=True), "U1.1", 1), "U1.2", 3)
    assert who(stage, "T1") == (4, 2)
    stage = won(won(stage, "T1", 2), "U2.1", 3)
    assert ranks(stage) == {3: "1", 1: "2", 2: "3", 4: "4"}


def test_of_three_the_losing_semi_finalist_is_third_by_bye() -> None:
    stage = single(3, third_place=True)
    assert status(stage, "T1") == "bye"
    stage = won(stage, "U1.2", 3)
    assert who(stage, "T1") == ("bye", 2)
    assert ranks(stage)[2] == "3"
    assert ranks(won(stage, "U2.1", 1)) == {1: "1", 3: "2", 2: "3"}


def test_two_participants_have_no_third_place_match() -> None:
    assert list(single(2, third_place=True).matches) == ["U1.1"]


def test_each_match_comes_after_those_that_feed_it() -> None:
    seen: set[MatchId] = set()
    for each in single(64, third_place=True).matches.values():
        assert not {feed.match for feed in (each.winner_to, each.loser_to) if feed} & seen
        seen.add(each.id)


def test_best_of_is_set_by_round_and_for_the_final() -> None:
    rounds = (RoundBestOf(Bracket.UPPER, 2, 3), RoundBestOf(Bracket.UPPER, 3, 3))
    stage = drawn(SINGLE_ELIMINATION, 8, Settings(best_of=BestOf(1, rounds, final=5)))
    assert [match(stage, each).best_of for each in ("U1.1", "U2.1", "U3.1")] == [1, 3, 5]


@pytest.mark.parametrize("number", [0, 2, -1])
def test_an_even_best_of_is_refused(number: int) -> None:
    with pytest.raises(BestOfNotOdd, match=f"Best of {number} can end level"):
        BestOf(final=number)


def test_a_draw_takes_2_to_1024_participants_once_each() -> None:
    everybody = [ParticipantId(seed) for seed in range(1, 1026)]
    with pytest.raises(TooFewParticipants):
        draw(SINGLE_ELIMINATION, everybody[:1])
    with pytest.raises(TooManyParticipants):
        draw(SINGLE_ELIMINATION, everybody)
    with pytest.raises(ParticipantTwice):
        draw(SINGLE_ELIMINATION, [*everybody[:3], everybody[0]])
    with pytest.raises(FormatUnknown, match="single_elimination, double_elimination"):
        draw(FormatName("swiss"), everybody[:8])


def test_a_random_seeding_can_be_had_again_from_its_seed() -> None:
    everybody = [ParticipantId(seed) for seed in range(1, 33)]
    shuffled = shuffle(everybody, Random(7))
    assert shuffled == shuffle(everybody, Random(7)) != tuple(everybody)
    assert sorted(shuffled) == everybody
