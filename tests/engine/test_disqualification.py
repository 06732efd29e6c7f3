"""Who is disqualified loses the open match and each later one; decided ones stand."""

from __future__ import annotations

import pytest

from clutch.engine import (
    DecidedBy,
    MatchId,
    Outcome,
    ParticipantId,
    RuleRefusal,
    Stage,
    champion,
    disqualify,
    preview,
    reinstate,
    revoke,
)
from tests.engine.playing import (
    both_out,
    corrected,
    double,
    match,
    out,
    played_out,
    ranks,
    single,
    status,
    who,
    won,
)


def back(stage: Stage, seed: int) -> Stage:
    return reinstate(stage, ParticipantId(seed)).stage


def test_the_open_match_is_lost_by_walkover() -> None:
    stage = out(single(4), 1)
    first = match(stage, "U1.1")
    assert first.result
    assert (first.result.outcome, first.winner) == (Outcome.WALKOVER, 4)
    assert first.decided_by is DecidedBy.RULE
    assert who(stage, "U2.1") == (4, None)


def test_a_match_that_waits_is_lost_as_soon_as_the_other_opponent_is_known() -> None:
    stage = out(won(single(4), "U1.1", 1), 1)
    assert status(stage, "U2.1") == "waiting"
    assert champion(won(stage, "U1.2", 3)) == 3


def test_decided_matches_stand() -> None:
    stage = out(won(single(8), "U1.1", 1, "2:1"), 1)
    assert match(stage, "U1.1").winner == 1


def test_in_double_elimination_the_lower_match_is_lost_too() -> None:
    stage = out(double(4), 4)
    stage = won(won(stage, "U1.2", 2), "U2.1", 1)
    assert match(stage, "L1.1").winner == 3
    assert ranks(stage) == {4: "4"}


def test_two_disqualified_in_one_match_are_both_out() -> None:
    stage = out(won(double(4), "U1.1", 4), 1)
    stage = out(stage, 2)
    lower = match(stage, "L1.1")
    assert lower.participants == (1, 2)
    assert lower.result
    assert (lower.result.outcome, lower.winner) == (Outcome.DOUBLE_FORFEIT, None)
    assert who(stage, "L2.1") == (None, "vacant")
    assert ranks(stage) == {1: "3-4", 2: "3-4"}


def test_a_disqualified_participant_does_not_advance_past_a_vacant_place() -> None:
    stage = both_out(out(won(single(4), "U1.1", 1), 1), "U1.2")
    assert who(stage, "U2.1") == (1, "vacant")
    final = match(stage, "U2.1")
    assert final.result
    assert (final.result.outcome, final.winner) == (Outcome.WALKOVER, None)
    assert champion(stage) is None
    assert ranks(stage)[1] == "2"


def test_a_walkover_won_by_rule_stands_when_its_winner_is_disqualified() -> None:
    stage = won(out(single(8), 1), "U1.2", 4)
    stage = out(won(stage, "U2.1", 8), 8)
    assert match(stage, "U1.1").winner == 8
    assert match(stage, "U1.1").decided_by is DecidedBy.RECORDED
    assert match(stage, "U2.1").winner == 8


def test_the_disqualified_upper_finalist_loses_both_finals() -> None:
    stage = double(2)
    stage = out(won(stage, "U1.1", 1), 1)
    assert [match(stage, each).winner for each in ("F1", "F2")] == [2, 2]
    assert ranks(stage) == {2: "1", 1: "2"}


def test_lifted_at_once_it_leaves_no_trace() -> None:
    before = won(won(double(8), "U1.1", 1), "U1.2", 4)
    assert back(out(before, 1), 1) == before


def test_lifting_undoes_what_followed_from_it() -> None:
    before = won(single(4), "U1.2", 2)
    stage = won(out(before, 1), "U2.1", 4)
    found = preview(stage, reinstate, ParticipantId(1))
    assert found.recorded == ("U2.1",)
    assert back(stage, 1) == before


def test_lifting_one_of_two_gives_the_match_to_that_one() -> None:
    stage = out(out(won(single(4), "U1.2", 2), 4), 1)
    assert match(stage, "U1.1").winner == 1
    stage = back(stage, 1)
    assert match(stage, "U1.1").winner == 1


def test_lifting_keeps_a_walkover_that_stands_anyway() -> None:
    stage = both_out(single(4), "U1.2")
    stage = won(stage, "U1.1", 1)
    assert back(out(stage, 1), 1).matches[MatchId("U2.1")].winner == 1


def test_an_organizer_may_let_a_disqualified_participant_win_a_match() -> None:
    stage = out(single(4), 1)
    stage = corrected(stage, "U1.1", 1, "2:0")
    assert who(stage, "U2.1") == (1, None)
    assert won(stage, "U1.2", 2).matches[MatchId("U2.1")].winner == 2


def test_such_a_result_taken_back_gives_way_to_the_rule() -> None:
    ruled = out(single(4), 1)
    stage = revoke(corrected(ruled, "U1.1", 1, "2:0"), MatchId("U1.1")).stage
    assert stage == ruled


def test_a_decision_by_rule_can_not_be_taken_back_alone() -> None:
    stage = out(single(4), 1)
    with pytest.raises(RuleRefusal, match="Correct the match instead") as refused:
        revoke(stage, MatchId("U1.1"))
    assert refused.value.code == "match-decided-by-rule"


def test_a_walkover_over_a_vacant_place_can_not_be_corrected() -> None:
    stage = both_out(won(single(4), "U1.1", 1), "U1.2")
    with pytest.raises(RuleRefusal, match="Correct that earlier match") as refused:
        corrected(stage, "U2.1", 1)
    assert refused.value.code == "opponent-vacant"


def test_disqualifying_and_lifting_need_somebody_to_do_it_to() -> None:
    stage = out(single(4), 1)
    codes = []
    for operation, seed in ((disqualify, 1), (disqualify, 9), (reinstate, 2), (reinstate, 9)):
        with pytest.raises(RuleRefusal) as refused:
            operation(stage, ParticipantId(seed))
        codes.append(refused.value.code)
    assert codes == [
        "already-disqualified",
        "participant-unknown",
        "not-disqualified",
        "participant-unknown",
    ]


def test_the_last_one_standing_is_champion_by_walkovers() -> None:
    stage = single(8)
    for seed in range(1, 8):
        stage = out(stage, seed)
    assert champion(stage) == 8
    assert played_out(stage) == stage
