"""Races: people act at once, and nothing is lost, doubled or half done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clutch.engine import Outcome
from clutch.kernel.writing import Transaction
from clutch.tournaments import reporting, results
from clutch.tournaments.matches import result_of
from tests.play.conftest import Running

Begin = Callable[..., Running]


@pytest.fixture
def four(run: Begin) -> Running:
    """Four players: U1.1 is 1 against 4."""
    return run(4)


def test_two_sides_reporting_the_same_at_once_lose_nothing(four: Running) -> None:
    """Each saw the untouched match: one reports, the other hears what changed and says it again."""
    seen = four.seen("U1.1")
    result = result_of(four.match("U1.1"), Outcome.PLAYED, None, (2, 1))
    first, second = four.player(1), four.player(4)
    outcomes = four.people.at_once(
        lambda tx: reporting.report_result(tx, first, seen, result),
        lambda tx: reporting.report_result(tx, second, seen, result),
    )
    assert outcomes == ["done", "version-stale"]
    late = 4 if four.claims("U1.1") == [0] else 1
    assert four.report(late, "U1.1", (2, 1)) == "confirmed"


def test_reports_on_different_matches_never_conflict(run: Begin) -> None:
    eight = run(8)
    boss = eight.boss

    def decision(match_id: str) -> Callable[[Transaction], object]:
        seen = eight.seen(match_id)
        result = result_of(eight.match(match_id), Outcome.PLAYED, None, (2, 0))
        return lambda tx: results.set_result(tx, boss, seen, result)

    acts = [decision(f"U1.{place}") for place in range(1, 5)]
    assert eight.people.at_once(*acts) == ["done"] * 4
    assert all(eight.match(f"U2.{place}").is_ready for place in (1, 2))


def test_of_two_organizers_deciding_differently_exactly_one_wins(four: Running) -> None:
    seen, boss = four.seen("U1.1"), four.boss

    def decision(scores: tuple[int, int]) -> Callable[[Transaction], object]:
        result = result_of(four.match("U1.1"), Outcome.PLAYED, None, scores)
        return lambda tx: results.set_result(tx, boss, seen, result)

    assert four.people.at_once(decision((2, 0)), decision((0, 2))) == ["done", "version-stale"]
    assert len(four.match("U2.1").participants) == 1
