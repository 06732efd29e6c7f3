"""Reports: two sides, one result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from clutch.engine import Outcome
from clutch.engine.refusals import RuleRefusal
from clutch.kernel.refusals import LoginRequired
from clutch.tournaments import match_rows, reporting
from clutch.tournaments.refusals_play import (
    AlreadyReported,
    MatchStale,
    NothingReported,
    NotYourMatch,
    OwnReport,
    ReportDisputed,
    TournamentNotRunning,
)
from tests.fixtures.site import on_sqlite
from tests.play.conftest import Running

Begin = Callable[..., Running]
pytestmark = on_sqlite


@pytest.fixture
def four(run: Begin) -> Running:
    """Four players: U1.1 is 1 against 4, U1.2 is 2 against 3."""
    running = run(4)
    running.people.site.background.on_timer(match_rows.REPORT_DEADLINE, reporting.confirm_overdue)
    return running


def test_a_report_waits_beside_the_match_and_decides_nothing(four: Running) -> None:
    assert four.report(1, "U1.1", (2, 1)) == "waiting"
    assert four.match("U1.1").status == "ready"
    assert four.claims("U1.1") == [0]
    assert four.match("U2.1").participants == ()


def test_the_other_side_reporting_the_same_confirms(four: Running) -> None:
    four.report(1, "U1.1", (2, 1))
    assert four.report(4, "U1.1", (2, 1)) == "confirmed"
    match = four.match("U1.1")
    assert (match.status, match.scores, match.confirmed_how) == ("decided", (2, 1), "opponent")
    assert four.claims("U1.1") == []
    assert four.match("U2.1").participants == (four.participant(1),)


def test_the_other_side_may_simply_confirm(four: Running) -> None:
    four.report(4, "U1.1", (0, 2))
    four.confirm(1, "U1.1")
    assert four.match("U1.1").winner_id == four.participant(4)


def test_a_different_report_is_a_dispute_that_an_organizer_decides(four: Running) -> None:
    four.report(1, "U1.1", (2, 1))
    assert four.report(4, "U1.1", (1, 2)) == "disputed"
    assert four.bracket().disputed == {"U1.1"}
    with pytest.raises(ReportDisputed):
        four.confirm(1, "U1.1")
    four.decide("U1.1", (2, 0))
    match = four.match("U1.1")
    assert (match.scores, match.confirmed_how, four.claims("U1.1")) == ((2, 0), "organizer", [])


def test_a_report_is_taken_back_and_the_other_waits_alone_again(four: Running) -> None:
    four.report(1, "U1.1", (2, 1))
    four.report(4, "U1.1", (1, 2))
    four.withdraw(1, "U1.1")
    assert (four.claims("U1.1"), four.bracket().disputed) == ([1], frozenset())
    four.confirm(1, "U1.1")
    assert four.match("U1.1").winner_id == four.participant(4)


def test_an_unanswered_report_confirms_itself_at_the_deadline(four: Running) -> None:
    four.report(1, "U1.1", (2, 1))
    background, clock = four.people.site.background, four.people.clock
    clock.advance(timedelta(minutes=four.cup.report_minutes - 1))
    background.run_due()
    assert four.match("U1.1").status == "ready"
    clock.advance(timedelta(minutes=1))
    background.run_due()
    match = four.match("U1.1")
    assert (match.status, match.scores, match.confirmed_how) == ("decided", (2, 1), "deadline")


def test_a_disputed_or_withdrawn_report_has_no_deadline(four: Running) -> None:
    four.report(1, "U1.1", (2, 1))
    four.report(4, "U1.1", (1, 2))
    four.report(2, "U1.2", (2, 0))
    four.withdraw(2, "U1.2")
    four.people.clock.advance(timedelta(days=1))
    four.people.site.background.run_due()
    assert [four.match(each).status for each in ("U1.1", "U1.2")] == ["ready", "ready"]


def test_a_walkover_is_claimed_like_a_result(four: Running) -> None:
    four.report(1, "U1.1", None, outcome=Outcome.WALKOVER, winner=four.participant(1))
    four.confirm(4, "U1.1")
    match = four.match("U1.1")
    assert (match.outcome, match.scores, match.winner_id) == ("walkover", None, four.participant(1))


def test_the_same_report_again_is_told_apart(four: Running) -> None:
    four.report(1, "U1.1", (2, 1))
    with pytest.raises(AlreadyReported):
        four.report(1, "U1.1", (2, 1))
    four.report(1, "U1.1", (2, 0))
    four.confirm(4, "U1.1")
    assert four.match("U1.1").scores == (2, 0)


def test_whoever_saw_an_older_match_is_told_both_versions(four: Running) -> None:
    before = four.match("U1.1").version
    four.report(1, "U1.1", (2, 1))
    with pytest.raises(MatchStale) as refused:
        four.report(4, "U1.1", (2, 1), version=before)
    assert (refused.value.seen, refused.value.current) == (before, before + 1)


@pytest.mark.parametrize("scores", [(2, 2), (3, 0), (1, 0), (-1, 2), (10**9, 0), (0, 0)])
def test_impossible_scores_are_refused_and_nothing_waits(
    four: Running, scores: tuple[int, int]
) -> None:
    with pytest.raises(RuleRefusal):
        four.report(1, "U1.1", scores)
    assert (four.claims("U1.1"), four.match("U1.1").version) == ([], 1)


def test_only_the_two_sides_report(four: Running) -> None:
    with pytest.raises(NotYourMatch):
        four.report(2, "U1.1", (2, 1))
    with pytest.raises(NotYourMatch):
        four.report(1, "U2.1", (2, 1))
    with pytest.raises(NothingReported):
        four.confirm(1, "U1.1")
    four.report(1, "U1.1", (2, 1))
    with pytest.raises(OwnReport):
        four.confirm(1, "U1.1")


def test_a_match_whose_opponents_are_not_known_is_not_reported(four: Running) -> None:
    four.decide("U1.1", (2, 0))
    with pytest.raises(RuleRefusal) as refused:
        four.report(1, "U2.1", (2, 0))
    assert refused.value.code == "match-not-ready"


def test_nobody_reports_after_the_end(four: Running) -> None:
    four.play_out()
    four.complete()
    with pytest.raises(TournamentNotRunning):
        four.report(1, "U2.1", (2, 0))


def test_guests_are_asked_to_log_in(four: Running) -> None:
    guest = four.people.api()
    answer = guest.post(
        f"/tournaments/{four.cup.id}/matches/U1.1/reports", {"scores": [2, 1]}, version=1
    )
    assert (answer.status_code, answer.json()["code"]) == (401, LoginRequired.code)
