"""Corrections: previewed, agreed to, and as if the right result had been reported first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clutch import engine
from clutch.engine import Outcome
from clutch.engine.refusals import RuleRefusal
from clutch.kernel.refusals import Forbidden
from clutch.tournaments import results
from clutch.tournaments.matches import result_of
from clutch.tournaments.models import Status, Visibility
from clutch.tournaments.refusals_play import (
    ConfirmationNeeded,
    MatchesOpen,
    PreviewStale,
    ReasonNeeded,
)
from clutch.tournaments.results import Consent
from tests.fixtures.site import on_sqlite
from tests.play.conftest import Running

Begin = Callable[..., Running]
pytestmark = on_sqlite


@pytest.fixture
def played(run: Begin) -> Running:
    """Four players, all matches played by seed, the tournament completed."""
    running = run(4)
    running.play_out()
    running.complete()
    return running


def test_a_new_score_with_the_same_winner_touches_nothing_downstream(played: Running) -> None:
    final = played.match("U2.1")
    played.decide("U1.1", (2, 1))
    assert played.match("U1.1").scores == (2, 1)
    assert played.match("U1.1").corrected
    assert played.match("U2.1") == final
    assert played.status() is Status.COMPLETED


def test_another_winner_takes_back_what_followed_and_reopens(played: Running) -> None:
    with pytest.raises(ConfirmationNeeded) as refused:
        played.decide("U1.1", (0, 2))
    assert refused.value.played == 1
    with pytest.raises(ReasonNeeded):
        played.decide("U1.1", (0, 2), Consent(1))
    assert played.placements()[1] == (1, 1)
    played.decide("U1.1", (0, 2), Consent(1, "typed wrong"))
    assert played.status() is Status.RUNNING
    final = played.match("U2.1")
    assert (final.status, final.participants) == (
        "ready",
        (played.participant(4), played.participant(2)),
    )
    assert 1 not in {rank for rank, _ in played.placements().values()}


def test_the_number_alone_does_not_agree_to_what_goes(played: Running) -> None:
    match = played.match("U1.1")
    wrong, seen = engine.played(match.participants, (0, 2)), played.seen("U1.1")

    def correct(losses: str | None) -> None:
        consent = Consent(1, "typed wrong", losses)
        played.people.write(lambda tx: results.set_result(tx, played.boss, seen, wrong, consent))

    with pytest.raises(ConfirmationNeeded) as asked:
        correct(None)
    with pytest.raises(PreviewStale):
        correct("what another preview showed")
    correct(asked.value.losses)
    assert played.status() is Status.RUNNING


def test_after_the_correction_the_tournament_is_completed_anew(played: Running) -> None:
    played.decide("U1.1", (0, 2), Consent(1, "typed wrong"))
    with pytest.raises(MatchesOpen):
        played.complete()
    played.decide("U2.1", (2, 0))
    played.complete()
    assert played.placements()[4] == (1, 1)
    assert played.people.kinds(played.cup.stream).count("tournament-completed") == 2


def test_a_correction_of_the_final_reopens_too(played: Running) -> None:
    played.decide("U2.1", (1, 2))
    assert played.status() is Status.RUNNING
    played.complete()
    assert played.placements()[2] == (1, 1)


def test_a_preview_is_what_happens(run: Begin) -> None:
    cup = run(8, "double_elimination")
    cup.play_out()
    match = cup.match("U1.1")
    wrong = result_of(match, Outcome.PLAYED, None, (0, 2))
    preview = results.preview_result(cup.stage(), match.id, wrong)
    cup.decide("U1.1", (0, 2), Consent(len(preview.recorded), "wrong way round"))
    assert cup.stage().matches == preview.stage.matches


def test_a_revoked_result_leaves_an_open_match(played: Running) -> None:
    played.revoke("U2.1")
    final = played.match("U2.1")
    assert (final.status, final.scores, final.decided_at) == ("ready", None, None)
    assert played.status() is Status.RUNNING


def test_claims_beside_a_match_go_with_its_opponents(run: Begin) -> None:
    cup = run(4)
    cup.decide("U1.1", (2, 0))
    cup.decide("U1.2", (2, 0))
    cup.report(1, "U2.1", (2, 0))
    cup.decide("U1.1", (0, 2))
    assert cup.claims("U2.1") == []
    assert "report-dropped" in cup.people.kinds(cup.cup.stream)


def test_a_disqualified_player_loses_the_open_match_and_all_later_ones(run: Begin) -> None:
    cup = run(4, "double_elimination")
    cup.decide("U1.2", (2, 0))
    cup.disqualify(1)
    assert cup.match("U1.1").winner_id == cup.participant(4)
    assert cup.match("U1.1").confirmed_how == "rule"
    assert cup.match("L1.1").winner_id == cup.participant(3)
    with pytest.raises(RuleRefusal):
        cup.disqualify(1)


def test_lifting_a_disqualification_undoes_what_it_decided(run: Begin) -> None:
    cup = run(4)
    cup.disqualify(1)
    cup.decide("U1.2", (2, 0))
    cup.decide("U2.1", (0, 2))
    with pytest.raises(ConfirmationNeeded):
        cup.reinstate(1)
    cup.reinstate(1, Consent(1, "wrong person"))
    assert cup.match("U1.1").is_ready
    assert cup.match("U2.1").status == "waiting"


def test_nobody_wins_a_double_forfeit_in_the_final(run: Begin) -> None:
    cup = run(2)
    cup.decide("U1.1", None, outcome=Outcome.DOUBLE_FORFEIT)
    cup.complete()
    assert cup.placements() == {1: (2, 3), 2: (2, 3)}


def test_only_organizers_decide(run: Begin) -> None:
    cup = run(2)
    match = cup.match("U1.1")
    result = result_of(match, Outcome.PLAYED, None, (2, 0))
    seen = cup.seen("U1.1")
    with pytest.raises(Forbidden):
        cup.people.write(lambda tx: results.set_result(tx, cup.player(1), seen, result))
    assert cup.match("U1.1").is_ready


def test_the_end_of_an_unlisted_tournament_is_not_told_to_the_site(run: Begin) -> None:
    listed, unlisted = run(2), run(2, visibility=Visibility.UNLISTED)
    for cup in (listed, unlisted):
        cup.play_out()
        cup.complete()
    told = [event.fact().tournament_id for event in listed.people.events("site")]
    assert listed.cup.id in told
    assert unlisted.cup.id not in told
