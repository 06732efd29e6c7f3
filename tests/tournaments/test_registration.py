"""Registration: places, the waiting list, withdrawals, removals, rosters, display names."""

import pytest

from clutch.accounts.models import Actor
from clutch.kernel.refusals import Forbidden, LoginRequired, Refusal, VersionStale
from clutch.teams.change import transfer_captaincy
from clutch.tournaments import drafting, registering
from clutch.tournaments.models import PlayedBy, RegistrationStatus, Status, Tournament
from clutch.tournaments.refusals import ReasonNeeded, TournamentMissing
from clutch.tournaments.refusals_joining import (
    AlreadyDrawn,
    AlreadyRegistered,
    CaptainOnly,
    CaptainPlays,
    NobodyNamed,
    NotInTeam,
    NotLiving,
    NotYourRegistration,
    PlayerRegistered,
    RegistrationClosed,
    RegistrationRefusedToRemoved,
    RosterSize,
    SoloOnly,
    TeamNeeded,
    TeamRegistered,
    TournamentFull,
)
from clutch.tournaments.registering import Wish
from tests.fixtures.site import on_sqlite
from tests.tournaments.conftest import Community, id_of

ADMITTED, WAITING = RegistrationStatus.ADMITTED, RegistrationStatus.WAITING


def withdraw(community: Community, cup: Tournament, who: Actor) -> None:
    mine = community.registration(cup, who)
    community.write(lambda tx: registering.withdraw(tx, who, cup.id, mine.id, mine.version))


def remove(community: Community, cup: Tournament, who: Actor, reason: str = "no-show") -> None:
    one, boss = community.registration(cup, who), community.boss
    community.write(lambda tx: registering.remove(tx, boss, cup.id, one.id, one.version, reason))


def move_up(community: Community, cup: Tournament, who: Actor) -> None:
    one, boss = community.registration(cup, who), community.boss
    community.write(lambda tx: registering.move_up(tx, boss, cup.id, one.id, one.version))


def add(community: Community, cup: Tournament, called: str) -> None:
    boss, wish = community.boss, Wish()
    community.write(lambda tx: registering.add_registration(tx, boss, cup.id, called, wish))


def test_places_go_to_who_comes_first_and_the_others_wait_in_order(community: Community) -> None:
    people = community.players(4)
    cup = community.cup(*people, max_participants=2)
    assert community.names(cup, ADMITTED) == ["player1", "player2"]
    assert community.names(cup, WAITING) == ["player3", "player4"]


def test_the_last_place_goes_to_one_of_those_who_want_it_at_once(community: Community) -> None:
    one, *others = community.players(5)
    cup = community.cup(one, max_participants=2)
    outcomes = community.at_once(
        *(lambda tx, who=who: registering.register(tx, who, cup.id, Wish()) for who in others)
    )
    assert outcomes == ["done"] * 4
    assert len(community.names(cup, ADMITTED)) == 2
    assert len(community.names(cup, WAITING)) == 3


def test_one_account_that_registers_twice_at_once_plays_once(community: Community) -> None:
    one = community.person("player1")
    cup = community.cup()
    outcomes = community.at_once(*[lambda tx: registering.register(tx, one, cup.id, Wish())] * 3)
    assert outcomes == ["already-registered", "already-registered", "done"]
    assert len(community.participants(cup)) == 1


def test_a_withdrawal_lets_the_next_one_move_up_at_once(community: Community) -> None:
    people = community.players(4)
    cup = community.cup(*people, max_participants=2)
    withdraw(community, cup, people[0])
    assert community.names(cup, ADMITTED) == ["player2", "player3"]
    assert community.names(cup, WAITING) == ["player4"]
    assert sorted(community.seeding(cup)) == ["player2", "player3"]
    assert community.kinds(f"player-{people[3].account_id}")[-1] == "player-waiting"
    assert community.kinds(f"player-{people[2].account_id}")[-1] == "player-admitted"


def test_withdrawals_at_once_move_up_as_many_as_there_is_room_for(community: Community) -> None:
    people = community.players(6)
    cup = community.cup(*people, max_participants=3)
    mine = {who.name: community.registration(cup, who) for who in people[:3]}
    outcomes = community.at_once(
        *(
            lambda tx, who=who: registering.withdraw(
                tx, who, cup.id, mine[who.name].id, mine[who.name].version
            )
            for who in people[:3]
        )
    )
    assert outcomes == ["done"] * 3
    assert community.names(cup, ADMITTED) == ["player4", "player5", "player6"]


def test_after_registration_a_free_place_waits_for_the_organizer(community: Community) -> None:
    people = community.players(3)
    cup = community.cup(*people, max_participants=2)
    community.move(cup, Status.CHECK_IN)
    withdraw(community, cup, people[0])
    assert community.names(cup, WAITING) == ["player3"]
    move_up(community, cup, people[2])
    assert community.names(cup, ADMITTED) == ["player2", "player3"]


@on_sqlite
def test_nobody_moves_up_into_a_full_tournament(community: Community) -> None:
    people = community.players(3)
    cup = community.cup(*people, max_participants=2)
    with pytest.raises(TournamentFull):
        move_up(community, cup, people[2])


@on_sqlite
def test_more_places_let_the_waiting_list_move_up(community: Community) -> None:
    people = community.players(4)
    cup = community.cup(*people, max_participants=2)
    community.write(
        lambda tx: drafting.edit_tournament(
            tx, community.boss, cup.id, cup.version, {"max_participants": 3}
        )
    )
    assert community.names(cup, WAITING) == ["player4"]


@on_sqlite
def test_who_withdrew_comes_back_at_the_end_of_the_line(community: Community) -> None:
    people = community.players(4)
    cup = community.cup(*people, max_participants=2)
    withdraw(community, cup, people[0])
    community.register(cup, people[0])
    assert community.names(cup, ADMITTED) == ["player2", "player3"]
    assert community.names(cup, WAITING) == ["player4", "player1"]


@on_sqlite
def test_who_was_removed_comes_back_only_by_an_organizer(community: Community) -> None:
    one = community.person("player1")
    cup = community.cup(one)
    remove(community, cup, one, "rude in chat")
    with pytest.raises(RegistrationRefusedToRemoved) as refused:
        community.register(cup, one)
    assert refused.value.reason == "rude in chat"
    add(community, cup, "PLAYER1")
    assert community.names(cup, ADMITTED) == ["player1"]


@on_sqlite
@pytest.mark.parametrize("reason", ["", "  \u3000 ", "x" * 501])
def test_a_removal_needs_a_reason(community: Community, reason: str) -> None:
    one = community.person("player1")
    cup = community.cup(one)
    with pytest.raises(ReasonNeeded):
        remove(community, cup, one, reason)


@on_sqlite
@pytest.mark.parametrize("status", [Status.CHECK_IN, Status.SEEDING])
def test_registration_is_closed_after_its_step(community: Community, status: Status) -> None:
    cup = community.cup()
    community.move(cup, status)
    with pytest.raises(RegistrationClosed):
        community.register(cup, community.person("player1"))


@on_sqlite
def test_a_draft_is_nothing_to_others(community: Community) -> None:
    draft = community.draft()
    with pytest.raises(TournamentMissing):
        community.register(draft, community.person("player1"))


@on_sqlite
def test_nobody_leaves_after_the_draw(community: Community) -> None:
    people = community.players(2)
    cup = community.cup(*people)
    community.move(cup, Status.SEEDING)
    community.start(cup)
    with pytest.raises(AlreadyDrawn):
        withdraw(community, cup, people[0])
    with pytest.raises(AlreadyDrawn):
        remove(community, cup, people[0])


@on_sqlite
def test_only_who_registered_or_an_organizer_decides(community: Community) -> None:
    one, two = community.players(2)
    cup = community.cup(one)
    mine = community.registration(cup, one)
    with pytest.raises(NotYourRegistration):
        community.write(lambda tx: registering.withdraw(tx, two, cup.id, mine.id, mine.version))
    with pytest.raises(Forbidden):
        community.write(
            lambda tx: registering.remove(tx, two, cup.id, mine.id, mine.version, "because")
        )


@on_sqlite
def test_a_registration_that_changed_meanwhile_is_not_withdrawn(community: Community) -> None:
    one = community.person("player1")
    cup = community.cup(one)
    mine = community.registration(cup, one)
    with pytest.raises(VersionStale):
        community.write(lambda tx: registering.withdraw(tx, one, cup.id, mine.id, mine.version - 1))
    withdraw(community, cup, one)
    with pytest.raises(NotLiving):
        withdraw(community, cup, one)


@on_sqlite
@pytest.mark.parametrize("name", ["=cmd()", "نادي الأبطال", "🐙🐙🐙", "x" * 80, "<b>bold</b>"])
def test_display_names_are_free(community: Community, name: str) -> None:
    one, two = community.players(2)
    cup = community.cup()
    community.register(cup, one, Wish(name=f"  {name} "))
    community.register(cup, two, Wish(name=name))
    assert community.seeding(cup) == [name, name]


@on_sqlite
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x" * 81, "name-too-long"),
        ("x" * 300, "name-too-long"),
        ("\u3000\u2003", "name-empty"),
        ("\u200b\u2060", "name-empty"),
        ("abc\u202egnp", "name-direction"),
    ],
)
def test_names_that_cannot_be_shown_are_refused(community: Community, name: str, code: str) -> None:
    cup = community.cup()
    with pytest.raises(Refusal) as refused:
        community.register(cup, community.person("player1"), Wish(name=name))
    assert refused.value.code == code
    assert community.registrations(cup) == []


@on_sqlite
def test_another_display_name_shows_in_the_participant(community: Community) -> None:
    one = community.person("player1")
    cup = community.cup(one)
    mine = community.registration(cup, one)
    community.write(
        lambda tx: registering.edit_registration(
            tx, community.boss, cup.id, mine.id, mine.version, name="First"
        )
    )
    assert community.seeding(cup) == ["First"]


# --- teams ----------------------------------------------------------------------------------------


def of_teams(community: Community) -> Tournament:
    return community.cup(played_by=PlayedBy.TEAM, roster_min=2, roster_max=3)


def test_a_team_plays_with_the_roster_that_its_captain_chose(community: Community) -> None:
    alice, bob, carol = (community.person(name) for name in ("alice", "bob", "carol"))
    red = community.team("Red", alice, bob, carol)
    cup = of_teams(community)
    wish = Wish(team_id=red.id, players=(id_of(alice), id_of(carol)))
    made = community.register(cup, alice, wish)
    (participant,) = community.participants(cup)
    assert (participant.name, participant.tag, participant.team_id) == ("Red", "RED", red.id)
    community.write(
        lambda tx: registering.edit_registration(
            tx, alice, cup.id, made.id, made.version, players=[id_of(alice), id_of(bob)]
        )
    )
    answer = community.api().get(f"/tournaments/{cup.id}/participants").json()
    players = [(one["name"], one["captain"]) for one in answer[0]["players"]]
    assert players == [("alice", True), ("bob", False)]
    last = [community.kinds(f"player-{id_of(who)}")[-1] for who in (alice, bob, carol)]
    assert last == ["player-admitted", "player-admitted", "player-out"]


@on_sqlite
def test_a_roster_has_the_right_size_members_only_and_the_captain(community: Community) -> None:
    names = ("alice", "bob", "carol", "dave", "eve")
    alice, bob, carol, dave, eve = map(community.person, names)
    red = community.team("Red", alice, bob, carol, dave)
    cup = of_teams(community)
    for players, refusal in (
        ((alice,), RosterSize),
        ((alice, bob, carol, dave), RosterSize),
        ((alice, eve), NotInTeam),
        ((bob, carol), CaptainPlays),
    ):
        wish = Wish(team_id=red.id, players=tuple(id_of(one) for one in players))
        with pytest.raises(refusal):
            community.register(cup, alice, wish)
    assert community.registrations(cup) == []


@on_sqlite
def test_only_its_captain_registers_a_team(community: Community) -> None:
    alice, bob = community.person("alice"), community.person("bob")
    red = community.team("Red", alice, bob)
    cup = of_teams(community)
    with pytest.raises(CaptainOnly):
        community.register(cup, bob, Wish(team_id=red.id))
    with pytest.raises(TeamNeeded):
        community.register(cup, alice, Wish())
    with pytest.raises(SoloOnly):
        community.register(community.cup(), alice, Wish(team_id=red.id))
    with pytest.raises(LoginRequired):
        community.register(cup, Actor(None, "", None), Wish(team_id=red.id))


@on_sqlite
def test_nobody_plays_in_two_teams_of_a_tournament(community: Community) -> None:
    alice, bob, carol = (community.person(name) for name in ("alice", "bob", "carol"))
    red, blue = community.team("Red", alice, bob), community.team("Blue", carol, bob)
    cup = of_teams(community)
    community.register(cup, alice, Wish(team_id=red.id))
    with pytest.raises(PlayerRegistered) as refused:
        community.register(cup, carol, Wish(team_id=blue.id))
    assert refused.value.players == ["bob"]
    with pytest.raises(AlreadyRegistered):
        community.register(cup, alice, Wish(team_id=red.id))
    with pytest.raises(TeamRegistered):
        add(community, cup, "Red")


@on_sqlite
def test_a_new_captain_decides_for_the_team(community: Community) -> None:
    alice, bob = community.person("alice"), community.person("bob")
    red = community.team("Red", alice, bob)
    cup = of_teams(community)
    made = community.register(cup, alice, Wish(team_id=red.id))
    community.write(lambda tx: transfer_captaincy(tx, alice, red.id, red.version, id_of(bob)))
    with pytest.raises(NotYourRegistration):
        community.write(lambda tx: registering.withdraw(tx, alice, cup.id, made.id, made.version))
    community.write(lambda tx: registering.withdraw(tx, bob, cup.id, made.id, made.version))


@on_sqlite
def test_an_organizer_adds_by_name(community: Community) -> None:
    cup = community.cup(max_participants=2)
    community.move(cup, Status.SEEDING)
    community.players(3)
    for name in ("player1", "player2", "player3"):
        add(community, cup, name)
    assert community.seeding(cup) == ["player1", "player2"]
    assert [one.seed for one in community.participants(cup)] == [1, 2]
    assert community.names(cup, WAITING) == ["player3"]
    with pytest.raises(NobodyNamed):
        add(community, cup, "nobody-1")
