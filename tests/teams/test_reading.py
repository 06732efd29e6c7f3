"""What is read of teams, on both databases."""

from datetime import timedelta

import msgspec
import pytest

from clutch.teams import queries
from clutch.teams.change import disband_team, transfer_captaincy
from clutch.teams.join import leave_all, leave_team, remove_member
from clutch.teams.models import Ending
from tests.teams.club import Club, account_id


def test_history_keeps_who_was_in_when_and_how_it_ended(club: Club) -> None:
    alice, bob, carol = club.person("alice"), club.person("bob"), club.person("carol")
    team = club.team(alice)
    club.let_in(alice, team, bob, carol)
    club.write(lambda tx: remove_member(tx, alice, team.id, account_id(bob)))
    club.write(lambda tx: leave_team(tx, carol, team.id))
    club.join(carol, club.invite(alice, team))
    with club.database.read() as conn:
        history = queries.members_history(conn, team.id)
    assert [(one.name, one.ending) for one in history if one.left_at is None] == [
        ("alice", None),
        ("carol", None),
    ]
    assert {(one.name, one.ending) for one in history if one.left_at is not None} == {
        ("bob", Ending.REMOVED),
        ("carol", Ending.LEFT),
    }
    assert club.kinds(f"player-{bob.account_id}")[-2:] == ["player-joined-team", "player-left-team"]


def test_a_player_may_be_in_several_teams(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    red, blue = club.team(alice, "Red"), club.team(bob, "Blue")
    club.let_in(bob, blue, alice)
    club.write(lambda tx: leave_team(tx, alice, blue.id))
    with club.database.read() as conn:
        assert [team.id for team in queries.teams_of(conn, account_id(alice))] == [red.id]
        played = queries.played_for(conn, account_id(alice))
    assert [(one.team.name, one.ending) for one in played] == [("Red", None), ("Blue", Ending.LEFT)]


def test_a_deleted_captain_is_followed_by_who_has_been_there_longest(club: Club) -> None:
    alice, bob, carol = club.person("alice"), club.person("bob"), club.person("carol")
    team = club.team(alice)
    club.let_in(alice, team, bob, carol)
    club.clock.advance(timedelta(days=1))
    club.write(lambda tx: leave_team(tx, bob, team.id))
    club.join(bob, club.invite(alice, team))
    club.write(lambda tx: leave_all(tx, account_id(alice)))
    assert club.names(team.id) == ["carol", "bob"]
    assert club.roster(team.id)[0].captain
    assert club.kinds(team.stream)[-2:] == ["team-captain-changed", "team-member-left"]


def test_the_roster_names_the_captain_first_and_then_by_time(club: Club) -> None:
    alice, bob, carol = club.person("alice"), club.person("bob"), club.person("carol")
    team = club.team(alice)
    club.let_in(alice, team, bob, carol)
    assert club.names(team.id) == ["alice", "bob", "carol"]
    club.write(lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(carol)))
    assert club.names(team.id) == ["carol", "alice", "bob"]


def test_the_list_finds_living_teams_by_part_of_the_name_or_by_tag(club: Club) -> None:
    alice = club.person("alice")
    for name, tag in (
        ("Night Owls", "OWL"),
        ("Ночные Совы", "СОВА"),
        ("100%_real", "REAL"),
        ("Gone", "GON"),
    ):
        club.team(alice, name, tag)
    with club.database.read() as conn:
        gone = queries.list_teams(conn, "gone").items[0].team
    club.write(lambda tx: disband_team(tx, alice, gone.id, 1))

    def found(search: str) -> list[str]:
        with club.database.read() as conn:
            return [one.team.name for one in queries.list_teams(conn, search).items]

    assert found("") == ["100%_real", "Night Owls", "Ночные Совы"]
    assert found("owl") == ["Night Owls"]
    assert found("СОВ") == ["Ночные Совы"]
    assert found("сова") == ["Ночные Совы"]
    assert found("%_") == ["100%_real"]
    assert found("gone") == []
    assert found("\\") == []


def test_the_list_has_pages_and_a_page_beyond_the_last_is_the_last(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PER_PAGE", 2)
    alice = club.person("alice")
    for name in ("Ash", "Birch", "Cedar"):
        club.team(alice, name)
    with club.database.read() as conn:
        pages = [queries.list_teams(conn, page=page) for page in (1, 2, 99)]
    assert [[one.team.name for one in page.items] for page in pages] == [
        ["Ash", "Birch"],
        ["Cedar"],
        ["Cedar"],
    ]
    assert [(page.page, page.pages, page.total) for page in pages] == [
        (1, 2, 3),
        (2, 2, 3),
        (2, 2, 3),
    ]
    assert (pages[0].items[0].members, pages[0].items[0].captain_name) == (1, "alice")


def test_a_persons_download_names_their_teams_and_a_deleted_one_leaves_them(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.let_in(alice, team, bob)
    personal, now = club.site.personal, club.clock.now()
    with club.database.read() as conn:
        kept = msgspec.json.decode(
            msgspec.json.encode(personal.export(conn, account_id(alice), now)["teams"])
        )
    assert [(one["team"]["name"], one["left_at"]) for one in kept] == [("Red", None)]
    club.write(lambda tx: personal.erase(tx, account_id(alice)))
    assert club.names(team.id) == ["bob"]
    with club.database.read() as conn:
        gone = [one for one in queries.members_history(conn, team.id) if one.left_at is not None]
    assert [(one.name, one.ending) for one in gone] == [(None, Ending.ERASED)]
