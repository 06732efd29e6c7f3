"""Players are told of their own matches, once, and nobody is told of their own act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clutch.accounts.events import stream_of
from clutch.engine import Outcome
from clutch.kernel.log import Event, read_stream
from clutch.tournaments.models import FormatSettings, Status
from tests.play.conftest import Running
from tests.tournaments.conftest import Community, id_of


@pytest.fixture
def cup(community: Community) -> Running:
    """Four players, best of three, just drawn."""
    # What was before is no news: the follower begins at the present.
    community.site.projector.catch_up("notices")
    made = community.cup(*community.players(4), format_settings=FormatSettings(best_of=3))
    community.move(made, Status.SEEDING)
    started = Running(community, community.start(made))
    community.site.projector.catch_up("notices")
    return started


def told(cup: Running, seed: int) -> list[tuple[str, dict[str, Any]]]:
    """What the player of this seed was told, by kind."""
    cup.people.site.projector.catch_up("notices")
    with cup.people.site.database.read() as conn:
        events = read_stream(conn, stream_of(id_of(cup.player(seed))))
    return [(one.kind, facts_of(one)) for one in events if one.kind.startswith(NOTICES)]


def then(cup: Running) -> Running:
    """A second later; the follower has come as far as now."""
    cup.people.site.projector.catch_up("notices")
    cup.people.clock.advance(timedelta(seconds=1))
    return cup


NOTICES = ("player-match-", "player-result-")


def facts_of(event: Event) -> dict[str, Any]:
    fact = event.fact()
    return {name: getattr(fact, name) for name in fact.__struct_fields__ if name != "cause"}


def kinds(cup: Running, seed: int) -> list[str]:
    return [kind for kind, _ in told(cup, seed)]


def test_everybody_who_can_play_is_told_at_the_draw(cup: Running) -> None:
    for seed, opponent in ((1, 4), (4, 1), (2, 3), (3, 2)):
        ((kind, facts),) = told(cup, seed)
        assert (kind, facts["opponent"]) == ("player-match-opened", cup.participant(opponent))
        assert facts["tournament_id"] == cup.cup.id


def test_the_next_match_is_told_to_both_once_when_the_second_of_them_is_known(
    cup: Running,
) -> None:
    then(cup).decide("U1.1", (2, 0))
    assert kinds(cup, 1)[1:] == ["player-result-settled"]
    then(cup).decide("U1.2", (2, 1))
    for seed in (1, 2):
        assert kinds(cup, seed)[1:] == ["player-result-settled", "player-match-opened"]
        assert told(cup, seed)[-1][1]["match"] == "U2.1"
    assert kinds(cup, 4)[1:] == ["player-result-settled"]


def test_a_report_is_told_to_the_other_side_and_its_confirmation_to_who_reported(
    cup: Running,
) -> None:
    then(cup).report(1, "U1.1", (2, 1))
    assert told(cup, 4)[-1][0] == "player-result-claimed"
    assert told(cup, 4)[-1][1]["scores"] == (1, 2)
    assert kinds(cup, 1) == ["player-match-opened"]
    then(cup).confirm(4, "U1.1")
    kind, facts = told(cup, 1)[-1]
    assert (kind, facts["scores"], facts["how"]) == ("player-result-settled", (2, 1), "opponent")
    assert kinds(cup, 4)[1:] == ["player-result-claimed"]


def test_reports_that_differ_are_told_as_that_to_the_first_side(cup: Running) -> None:
    then(cup).report(1, "U1.1", (2, 1))
    then(cup).report(4, "U1.1", (0, 2))
    assert kinds(cup, 1)[1:] == ["player-result-disputed"]
    assert kinds(cup, 4)[1:] == ["player-result-claimed"]


def test_a_report_that_agrees_is_told_as_a_confirmation(cup: Running) -> None:
    then(cup).report(1, "U1.1", (2, 1))
    then(cup).report(4, "U1.1", (2, 1))
    assert kinds(cup, 1)[1:] == ["player-result-settled"]


def test_a_match_that_opens_again_is_told_again(cup: Running) -> None:
    then(cup).decide("U1.1", (2, 0))
    then(cup).decide("U1.2", (2, 0))
    then(cup).decide("U1.1", (0, 2))
    assert kinds(cup, 4)[-1] == "player-match-opened"
    assert told(cup, 2)[-1][1]["opponent"] == cup.participant(4)


def test_what_was_told_is_not_told_again_when_all_is_read_anew(cup: Running) -> None:
    before = told(cup, 1)
    cup.people.site.projector.rebuild("notices")
    assert told(cup, 1) == before


def test_a_result_against_a_vacant_place_holds_nothing_up_when_it_falls(cup: Running) -> None:
    then(cup).decide("U1.1", None, outcome=Outcome.DOUBLE_FORFEIT)
    cup.decide("U1.2", (2, 0))
    assert cup.match("U2.1").outcome == "walkover"
    then(cup).decide("U1.1", (2, 0))
    for seed in (1, 2):
        kind, facts = told(cup, seed)[-1]
        assert (kind, facts["match"]) == ("player-match-opened", "U2.1")
