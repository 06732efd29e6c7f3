"""Corrections: first what would be lost, then exactly that, and nothing else."""

from __future__ import annotations

import pytest

from clutch.engine import (
    Loss,
    MatchId,
    ParticipantId,
    ResultAmended,
    ResultRevoked,
    RuleRefusal,
    StageCompleted,
    StageReopened,
    champion,
    correct,
    is_complete,
    preview,
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
    revoked,
    single,
    status,
    who,
    win,
    won,
)


def test_another_winner_takes_the_place_and_the_matches_after_it_are_open_again() -> None:
    stage = played_out(single(4))
    stage = corrected(stage, "U1.1", 4)
    assert who(stage, "U2.1") == (4, 2)
    assert status(stage, "U2.1") == "ready"
    assert not is_complete(stage)


def test_the_same_winner_with_another_score_touches_nothing_downstream() -> None:
    stage = single(4, best_of=3)
    stage = won(won(stage, "U1.1", 1, "2:0"), "U1.2", 2, "2:0")
    stage = won(stage, "U2.1", 1, "2:1")
    transition = correct(stage, MatchId("U1.1"), win(stage, "U1.1", 1, "2:1"))
    assert [type(fact) for fact in transition.facts] == [ResultAmended]
    assert champion(transition.stage) == 1
    changed = [
        each.id for each in stage.matches.values() if transition.stage.matches[each.id] is not each
    ]
    assert changed == ["U1.1"]


def test_the_preview_lists_every_loss_farthest_first() -> None:
    stage = played_out(double(4))
    found = preview(stage, correct, MatchId("U1.1"), win(stage, "U1.1", 4))
    assert [loss.match for loss in found.losses] == ["F1", "L2.1", "U2.1", "L1.1"]
    assert found.recorded == ("F1", "L2.1", "U2.1", "L1.1")
    assert found.losses[0].opponents == (1, 2)
    assert found.losses[2].opponents == (1,)
    assert found.stage == corrected(stage, "U1.1", 4)


def test_the_preview_of_the_last_match_lists_nothing() -> None:
    stage = played_out(single(4))
    assert preview(stage, correct, MatchId("U2.1"), win(stage, "U2.1", 2)).losses == ()


def test_a_match_that_only_waits_loses_an_opponent_but_no_result() -> None:
    stage = won(single(4), "U1.1", 1)
    found = preview(stage, correct, MatchId("U1.1"), win(stage, "U1.1", 4))
    assert found.losses == (Loss(MatchId("U2.1"), (ParticipantId(1),), None, is_recorded=False),)


def test_a_walkover_by_rule_among_the_losses_was_not_played() -> None:
    stage = both_out(won(single(4), "U1.1", 1), "U1.2")
    found = preview(stage, revoke, MatchId("U1.1"))
    assert [loss.match for loss in found.losses] == ["U2.1", "U1.1"]
    assert found.recorded == ("U1.1",)


def test_results_elsewhere_stand() -> None:
    stage = played_out(double(8))
    stage = corrected(stage, "U1.1", 8)
    assert [match(stage, f"U1.{place}").winner for place in (2, 3, 4)] == [4, 2, 3]
    assert match(stage, "U2.2").winner == 2
    assert match(stage, "L1.2").winner == 6


def test_nothing_is_kept_downstream_even_if_the_same_two_would_meet_again() -> None:
    stage = played_out(double(2), max)
    stage = corrected(stage, "U1.1", 1)
    assert who(stage, "F1") == (1, 2)
    assert status(stage, "F1") == "ready"


def test_a_loser_who_passed_a_bye_is_taken_back_from_behind_it() -> None:
    stage = won(double(3), "U1.2", 2)
    assert who(stage, "L2.1") == (None, 3)
    stage = corrected(stage, "U1.2", 3)
    assert who(stage, "L1.1") == ("bye", 2)
    assert who(stage, "L2.1") == (None, 2)
    assert who(revoked(stage, "U1.2"), "L2.1") == (None, None)


def test_revoking_opens_the_match_and_takes_back_what_followed() -> None:
    before = won(single(4), "U1.2", 2)
    stage = won(won(before, "U1.1", 1), "U2.1", 2)
    assert revoked(stage, "U1.1") == before


def test_a_result_is_taken_back_before_its_opponents_leave() -> None:
    stage = played_out(double(8))
    facts = revoke(stage, MatchId("U1.1")).facts
    order = [fact.match for fact in facts if isinstance(fact, ResultRevoked)]
    assert order == ["F1", "L4.1", "U3.1", "L3.1", "L2.2", "U2.1", "L2.1", "L1.1", "U1.1"]


def test_a_complete_stage_is_reopened_and_completed_again() -> None:
    stage = played_out(single(2))
    facts = correct(stage, MatchId("U1.1"), win(stage, "U1.1", 2)).facts
    assert StageReopened() in facts
    assert facts[-1] == StageCompleted(champion=match(stage, "U1.1").participants[1])
    facts = revoke(stage, MatchId("U1.1")).facts
    assert facts[-1] == StageReopened()


def test_a_double_forfeit_corrected_to_another_double_forfeit_is_the_same() -> None:
    stage = both_out(single(4), "U1.1")
    with pytest.raises(RuleRefusal) as refused:
        correct(stage, MatchId("U1.1"), match(stage, "U1.1").result or win(stage, "U1.1", 1))
    assert refused.value.code == "result-unchanged"


@pytest.mark.parametrize(
    ("match_id", "code"),
    [
        ("U1.1", "match-is-bye"),
        ("U2.1", "match-not-decided"),
        ("F2", "match-not-decided"),
        ("X1", "match-unknown"),
    ],
)
def test_only_a_decided_match_can_be_corrected_or_revoked(match_id: str, code: str) -> None:
    stage, chosen = double(3), MatchId(match_id)
    with pytest.raises(RuleRefusal) as refused:
        correct(stage, chosen, win(stage, "U1.2", 2))
    assert refused.value.code == code
    with pytest.raises(RuleRefusal) as refused:
        revoke(stage, chosen)
    assert refused.value.code == code


def test_the_second_final_that_was_not_needed_can_not_be_corrected() -> None:
    stage = played_out(double(2))
    with pytest.raises(RuleRefusal, match="correct it") as refused:
        revoke(stage, MatchId("F2"))
    assert refused.value.code == "match-is-not-needed"


def test_an_impossible_correction_is_refused() -> None:
    stage = won(single(2, best_of=3), "U1.1", 1, "2:0")
    with pytest.raises(RuleRefusal) as refused:
        corrected(stage, "U1.1", 1, "3:0")
    assert refused.value.code == "score-impossible"


def test_a_correction_lets_a_disqualification_bite_again() -> None:
    stage = won(won(single(8), "U1.1", 1), "U1.2", 4)
    stage = out(won(stage, "U2.1", 1), 5)
    stage = corrected(stage, "U1.2", 5)
    assert match(stage, "U2.1").winner == 1
    assert who(stage, "U3.1") == (1, None)


def test_placements_follow_the_correction() -> None:
    stage = played_out(single(4))
    assert ranks(stage) == {1: "1", 2: "2", 3: "3-4", 4: "3-4"}
    stage = corrected(stage, "U1.2", 3)
    assert ranks(stage) == {2: "3-4", 4: "3-4"}
    assert ranks(won(stage, "U2.1", 3)) == {3: "1", 1: "2", 2: "3-4", 4: "3-4"}
