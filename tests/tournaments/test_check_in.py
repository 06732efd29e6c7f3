"""Check-in: who is there, who stands in, and what closing it does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from clutch.accounts.models import Actor
from clutch.kernel.refusals import Forbidden
from clutch.kernel.writing import Transaction
from clutch.tournaments import checking_in, registering
from clutch.tournaments.models import PlayedBy, Registration, RegistrationStatus, Status, Tournament
from clutch.tournaments.moving import move_tournament
from clutch.tournaments.refusals_joining import (
    AlreadyCheckedIn,
    CheckInClosed,
    ClosingStale,
    NotCheckedIn,
    NotLiving,
    NotYourRegistration,
    PlayerRegistered,
)
from clutch.tournaments.registering import Wish
from tests.fixtures.site import on_sqlite
from tests.tournaments.conftest import Community

ADMITTED, WAITING, ABSENT = (
    RegistrationStatus.ADMITTED,
    RegistrationStatus.WAITING,
    RegistrationStatus.ABSENT,
)


def check_in(
    community: Community, cup: Tournament, who: Actor, by: Actor | None = None
) -> Registration:
    one = community.registration(cup, who)
    return community.write(
        lambda tx: checking_in.check_in(tx, by or who, cup.id, one.id, one.version)
    )


def opened(community: Community, people: list[Actor], places: int) -> Tournament:
    cup = community.cup(*people, max_participants=places)
    return community.move(cup, Status.CHECK_IN)


def test_closing_takes_the_absent_out_and_lets_those_move_up_who_are_there(
    community: Community,
) -> None:
    people = community.players(6)
    cup = opened(community, people, 3)
    for here in (people[0], people[4], people[5]):
        check_in(community, cup, here)
    with community.site.database.read() as conn:
        plan = checking_in.plan_closing(conn, cup)
    community.move(cup, Status.SEEDING)
    assert community.names(cup, ADMITTED) == ["player1", "player5", "player6"]
    assert community.names(cup, ABSENT) == ["player2", "player3"]
    assert community.names(cup, WAITING) == ["player4"]
    assert [one.name for one in plan.absent] == ["player2", "player3"]
    assert [one.name for one in plan.moving_up] == ["player5", "player6"]
    assert [one.name for one in plan.waiting] == ["player4"]
    assert community.seeding(cup) == ["player1", "player5", "player6"]
    assert community.kinds(f"player-{people[1].account_id}")[-1] == "player-out"


def test_closing_does_what_its_preview_showed_or_nothing(community: Community) -> None:
    people = community.players(3)
    cup = opened(community, people, 2)
    check_in(community, cup, people[0])

    def close(seen: str) -> None:
        boss, version = community.boss, community.now(cup).version
        community.write(lambda tx: move_tournament(tx, boss, cup.id, version, Status.SEEDING, seen))

    def plan() -> str:
        with community.site.database.read() as conn:
            return checking_in.plan_closing(conn, cup).fingerprint

    seen = plan()
    check_in(community, cup, people[2])
    with pytest.raises(ClosingStale):
        close(seen)
    assert community.names(cup, ADMITTED) == ["player1", "player2"]
    close(plan())
    assert community.names(cup, ADMITTED) == ["player1", "player3"]


def test_stand_ins_move_up_in_order_as_far_as_there_are_places(community: Community) -> None:
    people = community.players(5)
    cup = opened(community, people, 2)
    for here in (people[0], people[4], people[3], people[2]):
        check_in(community, cup, here)
    community.move(cup, Status.SEEDING)
    assert community.names(cup, ADMITTED) == ["player1", "player3"]
    assert community.names(cup, WAITING) == ["player4", "player5"]


def test_a_second_check_in_changes_nothing(community: Community) -> None:
    one = community.person("player1")
    cup = opened(community, [one], 2)
    mine = check_in(community, cup, one)
    for version in (mine.version, mine.version - 1):
        again = partial(
            checking_in.check_in,
            actor=one,
            tournament_id=cup.id,
            registration_id=mine.id,
            version=version,
        )
        with pytest.raises(AlreadyCheckedIn) as refused:
            community.write(again)
        assert refused.value.checked_in_at == mine.checked_in_at
    assert community.registration(cup, one) == mine


def test_two_check_ins_at_once_are_one(community: Community) -> None:
    one = community.person("player1")
    cup = opened(community, [one], 2)
    mine = community.registration(cup, one)
    act: Callable[[Transaction], object] = lambda tx: checking_in.check_in(  # noqa: E731
        tx, one, cup.id, mine.id, mine.version
    )
    assert community.at_once(act, act, act) == ["already-checked-in"] * 2 + ["done"]
    assert community.kinds(cup.stream).count("checked-in") == 1


@on_sqlite
def test_check_in_is_only_while_it_is_open(community: Community) -> None:
    one, two = community.players(2)
    cup = community.cup(one, two)
    with pytest.raises(CheckInClosed):
        check_in(community, cup, one)
    community.move(cup, Status.CHECK_IN)
    check_in(community, cup, one)
    community.move(cup, Status.SEEDING)
    with pytest.raises(CheckInClosed):
        check_in(community, cup, two)


@on_sqlite
def test_who_is_out_does_not_check_in(community: Community) -> None:
    one = community.person("player1")
    cup = opened(community, [one], 2)
    mine = community.registration(cup, one)
    community.write(lambda tx: registering.withdraw(tx, one, cup.id, mine.id, mine.version))
    with pytest.raises(NotLiving):
        check_in(community, cup, one)


@on_sqlite
def test_everybody_in_the_roster_can_say_that_the_team_is_there(community: Community) -> None:
    alice, bob, carol = (community.person(name) for name in ("alice", "bob", "carol"))
    red = community.team("Red", alice, bob, carol)
    cup = community.cup(played_by=PlayedBy.TEAM, roster_min=2, roster_max=2)
    community.register(cup, alice, Wish(team_id=red.id))
    community.move(cup, Status.CHECK_IN)
    with pytest.raises(NotYourRegistration):
        check_in(community, cup, alice, by=carol)
    assert check_in(community, cup, alice, by=bob).checked_in_at == community.clock.now()


@on_sqlite
def test_organizers_check_anybody_in_and_out(community: Community) -> None:
    one = community.person("player1")
    cup = opened(community, [one], 2)
    mine = check_in(community, cup, one, by=community.boss)
    with pytest.raises(Forbidden):
        community.write(
            lambda tx: checking_in.undo_check_in(tx, one, cup.id, mine.id, mine.version)
        )
    after = community.write(
        lambda tx: checking_in.undo_check_in(tx, community.boss, cup.id, mine.id, mine.version)
    )
    assert after.checked_in_at is None
    with pytest.raises(NotCheckedIn):
        community.write(
            lambda tx: checking_in.undo_check_in(tx, community.boss, cup.id, mine.id, after.version)
        )


@on_sqlite
def test_without_check_in_nobody_is_out(community: Community) -> None:
    cup = community.cup(*community.players(3))
    community.move(cup, Status.SEEDING)
    assert community.names(cup, ADMITTED) == ["player1", "player2", "player3"]


@on_sqlite
def test_back_at_registration_check_ins_are_kept_and_places_are_filled(
    community: Community,
) -> None:
    people = community.players(3)
    cup = opened(community, people, 2)
    check_in(community, cup, people[0])
    mine = community.registration(cup, people[1])
    community.write(lambda tx: registering.withdraw(tx, people[1], cup.id, mine.id, mine.version))
    community.move(cup, Status.REGISTRATION)
    assert community.names(cup, ADMITTED) == ["player1", "player3"]
    assert community.registration(cup, people[0]).checked_in_at is not None


@on_sqlite
def test_who_missed_it_is_admitted_by_hand_unless_they_came_back_themselves(
    community: Community,
) -> None:
    one, two = community.players(2)
    cup = opened(community, [one, two], 4)
    community.move(cup, Status.SEEDING)
    missed = community.registration(cup, one)
    community.write(
        lambda tx: registering.move_up(tx, community.boss, cup.id, missed.id, missed.version)
    )
    assert community.seeding(cup) == ["player1"]
    missed = community.registration(cup, two)
    community.move(cup, Status.REGISTRATION)
    community.register(cup, two)
    with pytest.raises(PlayerRegistered):
        community.write(
            lambda tx: registering.move_up(tx, community.boss, cup.id, missed.id, missed.version)
        )
