"""Two people do at the same moment what only one of them can."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from clutch.kernel.refusals import Refusal
from clutch.teams.change import change_team, transfer_captaincy
from clutch.teams.create import create_team
from clutch.teams.join import join_team, leave_all, leave_team
from tests.teams.club import Club, account_id

Act = Callable[[Any], object]


def at_once(club: Club, *acts: Act) -> list[str]:
    """Run the acts in threads that start together; each gives "done" or the code of its refusal."""
    start = Barrier(len(acts))

    def run(act: Act) -> str:
        start.wait()
        try:
            club.write(act)
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_the_last_use_of_an_invite_goes_to_one(club: Club) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    people = [club.person(f"player{number}") for number in range(6)]
    token = club.invite(alice, team, uses=2)
    outcomes = at_once(club, *(lambda tx, who=who: join_team(tx, who, token) for who in people))
    assert outcomes == ["done"] * 2 + ["invite-used-up"] * 4
    assert len(club.names(team.id)) == 3


def test_one_person_who_joins_twice_at_once_is_in_once(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team)
    outcomes = at_once(club, *[lambda tx: join_team(tx, bob, token)] * 4)
    assert outcomes == ["already-member"] * 3 + ["done"]
    assert club.names(team.id) == ["alice", "bob"]


def test_a_name_that_two_want_at_once_goes_to_one(club: Club) -> None:
    people = [club.person(f"player{number}") for number in range(4)]
    names = ["Alpha", "alpha", "Alpha", "Αlpha"]
    outcomes = at_once(
        club,
        *(
            lambda tx, who=who, name=name: create_team(tx, who, name, "ALF", "#3b7ddd")
            for who, name in zip(people, names, strict=True)
        ),
    )
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "team-name-taken", "team-name-looks-taken"}


def test_two_teams_that_take_one_name_at_once(club: Club) -> None:
    alice = club.person("alice")
    teams = [club.team(alice, name) for name in ("Red", "Blue", "Green")]
    outcomes = at_once(
        club,
        *(lambda tx, one=one: change_team(tx, alice, one.id, 1, name="Alpha") for one in teams),
    )
    assert outcomes == ["done", "team-name-taken", "team-name-taken"]


def test_the_captaincy_handed_to_two_at_once_goes_to_one(club: Club) -> None:
    alice, bob, carol = club.person("alice"), club.person("bob"), club.person("carol")
    team = club.team(alice)
    club.let_in(alice, team, bob, carol)
    outcomes = at_once(
        club,
        lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(bob)),
        lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(carol)),
    )
    assert outcomes == ["done", "version-stale"]
    assert sum(member.captain for member in club.roster(team.id)) == 1


def test_a_captain_who_leaves_while_somebody_joins_leaves_no_team_without_captain(
    club: Club,
) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team)
    outcomes = at_once(
        club, lambda tx: leave_team(tx, alice, team.id), lambda tx: join_team(tx, bob, token)
    )
    members = club.roster(team.id)
    ended = club.get(team.id).is_disbanded
    assert outcomes in (["done", "team-disbanded"], ["captain-cannot-leave", "done"])
    assert (ended and not members) or sum(member.captain for member in members) == 1


def test_a_captaincy_handed_to_who_is_being_deleted_never_stays_with_them(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.let_in(alice, team, bob)
    at_once(
        club,
        lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(bob)),
        lambda tx: leave_all(tx, account_id(bob)),
    )
    assert club.names(team.id) == ["alice"]
    assert club.roster(team.id)[0].captain
