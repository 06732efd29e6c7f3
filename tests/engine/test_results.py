"""Which results are possible, and which sentence refuses the others."""

from __future__ import annotations

from typing import Any

import pytest

from clutch.engine import (
    Game,
    MatchId,
    Outcome,
    ParticipantId,
    Result,
    RuleRefusal,
    Scores,
    report,
)
from tests.engine.playing import both_out, double, match, single, status, won

ONE, TWO = ParticipantId(1), ParticipantId(2)


def verdict(best_of: int | None, result: Result) -> str:
    """The code of the refusal, or "ok"."""
    try:
        report(single(2, best_of=best_of), MatchId("U1.1"), result)
    except RuleRefusal as refusal:
        return refusal.code
    return "ok"


def result(
    outcome: str, scores: Any = None, winner: int | None = 1, games: tuple[Game, ...] = ()
) -> Result:
    named = None if winner is None else ParticipantId(winner)
    return Result(Outcome(outcome), named, scores, games)


@pytest.mark.parametrize(
    ("best_of", "scores", "expected"),
    [
        (1, (1, 0), "ok"),
        (1, (16, 12), "score-impossible"),
        (3, (2, 0), "ok"),
        (3, (2, 1), "ok"),
        (3, (2, 2), "score-impossible"),
        (3, (3, 0), "score-impossible"),
        (3, (1, 0), "score-impossible"),
        (3, (1, 1), "score-impossible"),
        (5, (3, 2), "ok"),
        (5, (4, 1), "score-impossible"),
        (None, (16, 14), "ok"),
        (None, (1, 0), "ok"),
        (None, (2, 2), "score-level"),
        (None, (999_999_999, 0), "ok"),
        (None, (1_000_000_000, 0), "score-out-of-range"),
        (None, (1, -1), "score-out-of-range"),
        (3, (2, -1), "score-out-of-range"),
        (None, (True, 0), "score-out-of-range"),
        (None, (2.0, 1), "score-out-of-range"),
        (None, ("2", 1), "score-out-of-range"),
        (3, None, "ok"),
    ],
)
def test_a_played_match_ends_as_its_best_of_can_end(
    best_of: int | None, scores: Scores | None, expected: str
) -> None:
    assert verdict(best_of, result("played", scores)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (result("played", (2, 1), winner=2), "winner-against-scores"),
        (result("played", None, winner=None), "winner-missing"),
        (result("played", (2, 1), winner=None), "winner-missing"),
        (result("played", None, winner=7), "winner-not-opponent"),
        (result("walkover"), "ok"),
        (result("walkover", winner=None), "winner-missing"),
        (result("walkover", (2, 0)), "walkover-with-scores"),
        (result("walkover", games=(Game((2, 0)),)), "walkover-with-scores"),
        (result("double_forfeit", winner=None), "ok"),
        (result("double_forfeit", winner=1), "double-forfeit-with-winner"),
        (result("double_forfeit", (1, 1), winner=None), "ok"),
        (result("double_forfeit", (2, 1), winner=None), "partial-score-impossible"),
        (result("forfeit"), "ok"),
        (result("forfeit", winner=None), "winner-missing"),
        (result("forfeit", (1, 1)), "ok"),
        (result("forfeit", (0, 1)), "ok"),
        (result("forfeit", (2, 0)), "ok"),
        (result("forfeit", (0, 2)), "partial-score-impossible"),
        (result("forfeit", (2, 2)), "partial-score-impossible"),
        (result("forfeit", (3, 0)), "partial-score-impossible"),
    ],
)
def test_the_outcome_says_what_else_a_result_has(given: Result, expected: str) -> None:
    assert verdict(3, given) == expected


def test_without_a_best_of_who_gives_up_may_have_led() -> None:
    assert verdict(None, result("forfeit", (3, 14), winner=1)) == "ok"


def test_games_add_up_to_the_score() -> None:
    games = (Game((13, 7), "Mirage"), Game((9, 13), "Nuke"), Game((16, 14), "Inferno"))
    assert verdict(3, result("played", (2, 1), games=games)) == "ok"
    assert verdict(3, result("played", (2, 0), games=games)) == "games-do-not-tally"
    assert verdict(3, result("played", None, games=games)) == "games-do-not-tally"
    assert verdict(1, result("played", (1, 0), games=games[:1])) == "ok"
    level = (*games[:2], Game((12, 12)))
    assert verdict(3, result("played", (2, 1), games=level)) == "game-level"
    assert verdict(3, result("played", (2, 1), games=(Game((13, -7)),))) == "score-out-of-range"


def test_the_sentence_names_the_rule() -> None:
    with pytest.raises(RuleRefusal) as refused:
        report(single(2, best_of=3), MatchId("U1.1"), result("played", (2, 2), winner=None))
    assert str(refused.value) == (
        "A best-of-3 can't end 2:2: it ends as soon as one side has 2. "
        "Give the winner 2 and the other side less."
    )
    assert refused.value.facts == {"first": 2, "second": 2, "best_of": 3, "wins": 2}


@pytest.mark.parametrize(
    ("match_id", "code"),
    [
        ("U1.1", "match-is-bye"),
        ("U1.2", "match-already-decided"),
        ("U2.1", "match-already-decided"),
        ("L2.1", "match-already-decided"),
        ("F2", "match-is-not-needed"),
        ("U9.9", "match-unknown"),
    ],
)
def test_only_a_ready_match_takes_a_result(match_id: str, code: str) -> None:
    stage = double(3)
    for each in ("U1.2", "U2.1", "L2.1", "F1"):
        stage = won(stage, each, match(stage, each).participants[0])
    with pytest.raises(RuleRefusal) as refused:
        report(stage, MatchId(match_id), result("walkover"))
    assert refused.value.code == code


def test_a_match_whose_opponents_are_not_known_waits() -> None:
    stage = won(single(4), "U1.1", 1)
    assert status(stage, "U2.1") == "waiting"
    with pytest.raises(RuleRefusal, match="are not known yet") as refused:
        report(stage, MatchId("U2.1"), result("walkover"))
    assert refused.value.code == "match-not-ready"


def test_a_refused_report_changes_nothing() -> None:
    stage = both_out(single(4, best_of=3), "U1.1")
    before = dict(stage.matches)
    with pytest.raises(RuleRefusal):
        report(stage, MatchId("U1.2"), result("played", (2, 2), winner=None))
    assert stage.matches == before
