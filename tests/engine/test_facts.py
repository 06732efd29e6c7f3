"""Facts: a stage is what its facts make of it, and they survive being written down."""

from __future__ import annotations

import json
from random import Random
from typing import get_args

import pytest

from clutch.engine import (
    DOUBLE_ELIMINATION,
    BestOf,
    Bracket,
    Fact,
    Game,
    GrandFinal,
    MatchDecided,
    MatchId,
    OpponentPlaced,
    ParticipantId,
    Result,
    RoundBestOf,
    Settings,
    Stage,
    Transition,
    correct,
    decode,
    disqualify,
    draw,
    encode,
    fold,
    open_matches,
    played,
    reinstate,
    replay,
    report,
    revoke,
    touched,
)
from clutch.engine.codec import KINDS
from tests.engine.playing import both_out, double, match, played_out, win, won

BEST_OF = BestOf(3, (RoundBestOf(Bracket.LOWER, 1, 1), RoundBestOf(Bracket.LOWER, 2, None)), 5)
PARTICIPANTS = [ParticipantId(number) for number in (11, 12, 13)]
SETTINGS = Settings(grand_final=GrandFinal.DOUBLE, best_of=BEST_OF)


def a_long_story() -> tuple[Stage, list[Fact]]:
    """A stage in which everything happened once, with all its facts."""
    story: list[Fact] = []

    def then(transition: Transition) -> Stage:
        story.extend(transition.facts)
        return transition.stage

    stage = then(draw(DOUBLE_ELIMINATION, PARTICIPANTS, SETTINGS))
    games = (Game((13, 7), "Mirage"), Game((13, 9)))
    first = match(stage, "U1.2")
    stage = then(report(stage, first.id, played(first.participants, (2, 0), games)))
    stage = then(correct(stage, first.id, played(first.participants, (2, 1))))
    stage = then(disqualify(stage, ParticipantId(11)))
    stage = then(disqualify(stage, ParticipantId(12)))
    stage = then(reinstate(stage, ParticipantId(11)))
    stage = then(reinstate(stage, ParticipantId(12)))
    while ready := open_matches(stage):
        winner = min(ready[0].participants)
        stage = then(report(stage, ready[0].id, win(stage, ready[0].id, winner)))
    stage = then(revoke(stage, MatchId("F1")))
    for winner in match(stage, "F1").participants:
        first = match(stage, "F1")
        change = correct if first.result else report
        stage = then(change(stage, first.id, win(stage, "F1", winner)))
    return stage, story


def test_the_story_has_every_kind_of_fact() -> None:
    assert {type(fact) for fact in a_long_story()[1]} == set(get_args(Fact)) == set(KINDS.values())


def test_folding_all_facts_gives_the_stage_again() -> None:
    stage, story = a_long_story()
    assert replay(story) == stage


def test_facts_can_be_folded_one_by_one_onto_any_stage_on_the_way() -> None:
    stage, story = a_long_story()
    halfway = replay(story[:9])
    for fact in story[9:]:
        halfway = fold(halfway, fact)
    assert halfway == stage


def test_facts_survive_being_written_as_json() -> None:
    _, story = a_long_story()
    written = json.dumps([encode(fact) for fact in story])
    assert [decode(plain) for plain in json.loads(written)] == story


def test_a_field_that_a_later_release_added_is_ignored() -> None:
    fact = OpponentPlaced(MatchId("U2.1"), 1, ParticipantId(7))
    assert decode(encode(fact) | {"later": 1}) == fact


def test_a_decision_names_both_opponents_in_the_order_of_the_scores() -> None:
    stage = won(double(4), "U1.1", 4)
    third = match(stage, "U1.2")
    (decided, *_) = report(stage, third.id, played(third.participants, (0, 2))).facts
    assert isinstance(decided, MatchDecided)
    assert decided.opponents == (2, 3)
    assert decided.result.scores == (0, 2)


def test_a_report_shares_all_that_it_does_not_touch() -> None:
    stage = double(64)
    first = open_matches(stage)[0]
    transition = report(stage, first.id, win(stage, first.id, 1))
    different = {
        each.id for each in stage.matches.values() if transition.stage.matches[each.id] is not each
    }
    assert different == set(touched(transition.facts)) == {"U1.1", "U2.1", "L1.1"}


def test_a_stage_can_not_be_changed_in_place() -> None:
    stage = double(4)
    with pytest.raises(TypeError):
        stage.matches[MatchId("U1.1")] = stage.matches[MatchId("U1.2")]  # type: ignore[index]
    with pytest.raises(AttributeError):
        stage.pending = 0  # type: ignore[misc]


def test_a_later_operation_leaves_the_stage_before_it_alone() -> None:
    before = double(8)
    copy = replay(draw(DOUBLE_ELIMINATION, before.participants, before.settings).facts)
    played_out(both_out(before, "U1.1"))
    assert before == copy


def test_the_order_of_reports_does_not_matter() -> None:
    chance = Random(5)
    finished = played_out(double(16))
    stage = double(16)
    while ready := open_matches(stage):
        chosen = chance.choice(ready)
        result = finished.matches[chosen.id].result
        assert isinstance(result, Result)
        stage = report(stage, chosen.id, result).stage
    assert stage == finished
