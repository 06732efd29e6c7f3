"""Statuses, seeding and the draw."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from clutch import engine
from clutch.engine import ParticipantId
from clutch.kernel import ids
from clutch.kernel.refusals import Forbidden, Refusal
from clutch.kernel.writing import Transaction
from clutch.tournaments import drafting, drawing, moving, registering, seeding, stages
from clutch.tournaments.models import FormatSettings, Status, Tournament
from clutch.tournaments.refusals import ReasonNeeded, StatusRefused, TournamentOver
from clutch.tournaments.refusals_joining import SeedingClosed, SeedingIncomplete, TooFewToDraw
from clutch.tournaments.registering import Wish
from tests.fixtures.site import on_sqlite
from tests.tournaments.conftest import Community


def ready(community: Community, count: int, **settings: object) -> Tournament:
    """A tournament in its seeding step."""
    cup = community.cup(*community.players(count), **settings)
    return community.move(cup, Status.SEEDING)


def set_order(community: Community, cup: Tournament, order: list[ParticipantId]) -> Tournament:
    version = community.now(cup).seeding_version
    return community.write(
        lambda tx: seeding.set_seeding(tx, community.boss, cup.id, version, order)
    )


def test_the_order_by_hand_is_the_order_of_the_draw(community: Community) -> None:
    cup = ready(community, 4)
    order = [one.id for one in community.participants(cup)]
    set_order(community, cup, list(reversed(order)))
    assert community.seeding(cup) == ["player4", "player3", "player2", "player1"]
    community.start(cup)
    with community.site.database.read() as conn:
        stage = stages.read_stage(conn, {}, cup.id)
    assert list(stage.participants) == list(reversed(order))


def test_a_random_order_comes_from_the_number_that_is_kept(community: Community) -> None:
    cup = ready(community, 8)
    after = community.write(
        lambda tx: seeding.shuffle_seeding(tx, community.boss, cup.id, cup.seeding_version)
    )
    assert after.draw_seed is not None
    drawn = [one.id for one in community.participants(cup)]
    assert drawn == list(engine.shuffle(sorted(drawn), ids.chance(after.draw_seed)))
    again = community.write(
        lambda tx: seeding.shuffle_seeding(
            tx, community.boss, cup.id, after.seeding_version, after.draw_seed
        )
    )
    assert [one.id for one in community.participants(cup)] == drawn
    by_hand = set_order(community, again, list(reversed(drawn)))
    assert by_hand.draw_seed is None


def test_two_organizers_do_not_overwrite_each_others_seeding(community: Community) -> None:
    cup = ready(community, 3)
    one, two, three = (each.id for each in community.participants(cup))
    version = cup.seeding_version
    outcomes = community.at_once(
        *(
            lambda tx, order=order: seeding.set_seeding(tx, community.boss, cup.id, version, order)
            for order in ([two, one, three], [three, two, one])
        )
    )
    assert outcomes == ["done", "version-stale"]


@on_sqlite
def test_a_seeding_names_each_participant_once(community: Community) -> None:
    cup = ready(community, 3)
    one, two, three = (each.id for each in community.participants(cup))
    for order in ([one, two], [one, two, two], [one, two, ParticipantId(999)], []):
        with pytest.raises(SeedingIncomplete):
            set_order(community, cup, order)
    assert community.seeding(cup) == ["player1", "player2", "player3"]
    assert three > two


@on_sqlite
def test_seeds_are_set_in_their_step_only(community: Community) -> None:
    cup = community.cup(*community.players(2))
    order = [one.id for one in community.participants(cup)]
    with pytest.raises(SeedingClosed):
        set_order(community, cup, order)
    community.move(cup, Status.SEEDING)
    community.start(cup)
    with pytest.raises(SeedingClosed):
        set_order(community, cup, order)


@on_sqlite
def test_going_back_and_forth_keeps_the_order_and_newcomers_follow(community: Community) -> None:
    cup = ready(community, 3)
    one, two, three = (each.id for each in community.participants(cup))
    set_order(community, cup, [three, one, two])
    community.move(cup, Status.REGISTRATION)
    community.register(cup, community.person("player9"))
    community.move(cup, Status.SEEDING)
    assert community.seeding(cup) == ["player3", "player1", "player2", "player9"]


def test_what_is_drawn_is_what_was_previewed(community: Community) -> None:
    cup = ready(
        community,
        11,
        format="double_elimination",
        format_settings=FormatSettings(best_of=3, rounds={"L2": 1}, final=5),
    )
    with community.site.database.read() as conn:
        preview = drawing.preview_draw(conn, cup)
    after = community.start(cup)
    with community.site.database.read() as conn:
        assert stages.read_stage(conn, {}, cup.id) == preview
    assert (after.status, after.started_at) == (Status.RUNNING, community.clock.now())
    kinds = community.kinds(cup.stream)
    assert kinds[-2:] == ["stage-drawn", "tournament-moved"]
    assert community.kinds("site")[-1] == "tournament-announced"


@on_sqlite
def test_whatever_the_draw_is_made_from_outdates_its_preview(community: Community) -> None:
    cup = ready(community, 3, max_participants=8)
    one = community.registration(cup, community.person("player1"))
    community.person("player9")
    boss, changes = community.boss, {"format": "double_elimination"}

    def outdates(act: Callable[[Transaction], object]) -> bool:
        seen = community.now(cup).seeding_version
        community.write(act)
        return refusal_of(community, cup, seen) == "version-stale"

    assert outdates(lambda tx: registering.remove(tx, boss, cup.id, one.id, one.version, "ill"))
    assert outdates(lambda tx: registering.add_registration(tx, boss, cup.id, "player9", Wish()))
    assert outdates(lambda tx: drafting.edit_tournament(tx, boss, cup.id, cup.version, changes))
    assert community.now(cup).status is Status.SEEDING


def refusal_of(community: Community, cup: Tournament, seeding_version: int) -> str:
    """What starting from this version of the seeding is answered."""
    act = partial(
        drawing.start_tournament,
        actor=community.boss,
        tournament_id=cup.id,
        version=seeding_version,
    )
    with pytest.raises(Refusal) as refused:
        community.write(act)
    return refused.value.code


def test_a_start_and_a_withdrawal_at_once_end_in_one_world(community: Community) -> None:
    cup = ready(community, 4)
    who = community.person("player2")
    mine = community.registration(cup, who)
    outcomes = community.at_once(
        lambda tx: drawing.start_tournament(tx, community.boss, cup.id, cup.seeding_version),
        lambda tx: registering.withdraw(tx, who, cup.id, mine.id, mine.version),
    )
    assert outcomes in (["already-drawn", "done"], ["done", "version-stale"])
    assert len(community.participants(cup)) == (4 if "already-drawn" in outcomes else 3)


@on_sqlite
@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_are_not_drawn(community: Community, count: int) -> None:
    cup = ready(community, count)
    with pytest.raises(TooFewToDraw) as refused:
        community.start(cup)
    assert refused.value.count == count


@on_sqlite
def test_only_the_steps_that_there_are_can_be_taken(community: Community) -> None:
    refused = []
    for before in (Status.DRAFT, Status.REGISTRATION, Status.CHECK_IN, Status.SEEDING):
        for after in Status:
            cup = community.draft()
            for step in _way_to(before):
                cup = community.move(cup, step)
            try:
                community.move(cup, after)
            except StatusRefused:
                refused.append((before.value, after.value))
    allowed = {(b.value, a.value) for b in Status for a in Status} - set(refused)
    assert {pair for pair in allowed if pair[0] in {"draft", "registration"}} == {
        ("draft", "registration"),
        ("registration", "check_in"),
        ("registration", "seeding"),
    }
    assert {pair for pair in allowed if pair[0] in {"check_in", "seeding"}} == {
        ("check_in", "registration"),
        ("check_in", "seeding"),
        ("seeding", "registration"),
        ("seeding", "check_in"),
    }


@on_sqlite
def test_a_tournament_is_cancelled_at_any_time_with_a_reason_and_for_good(
    community: Community,
) -> None:
    player = community.players(2)
    for status in (Status.DRAFT, Status.REGISTRATION, Status.SEEDING, Status.RUNNING):
        cup = community.draft()
        for step in _way_to(Status.SEEDING if status is Status.RUNNING else status):
            cup = community.move(cup, step)
            if step is Status.REGISTRATION:
                for one in player:
                    community.register(cup, one)
        if status is Status.RUNNING:
            cup = community.start(cup)
        with pytest.raises(ReasonNeeded):
            cancel(community, cup, "  ")
        after = cancel(community, cup, "The hall is flooded.")
        assert (after.status, after.cancel_reason) == (Status.CANCELLED, "The hall is flooded.")
        assert after.ended_at == community.clock.now()
        with pytest.raises(TournamentOver):
            cancel(community, cup, "again")


def cancel(community: Community, cup: Tournament, reason: str) -> Tournament:
    version = community.now(cup).version
    return community.write(
        lambda tx: moving.cancel_tournament(tx, community.boss, cup.id, version, reason)
    )


@on_sqlite
def test_players_do_not_move_tournaments(community: Community) -> None:
    player = community.person("player1")
    cup = community.cup(player)
    with pytest.raises(Forbidden):
        community.write(
            lambda tx: moving.move_tournament(tx, player, cup.id, cup.version, Status.SEEDING)
        )


def _way_to(status: Status) -> list[Status]:
    return {
        Status.DRAFT: [],
        Status.REGISTRATION: [Status.REGISTRATION],
        Status.CHECK_IN: [Status.REGISTRATION, Status.CHECK_IN],
        Status.SEEDING: [Status.REGISTRATION, Status.SEEDING],
    }[status]
