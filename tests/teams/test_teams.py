"""A team from its creation to its end, as its log and its rows tell it."""

import pytest

from clutch.accounts.models import GUEST, SITE, Actor, Role, Scope
from clutch.kernel.refusals import LoginRequired, VersionStale
from clutch.teams import queries
from clutch.teams.change import change_team, disband_team, transfer_captaincy
from clutch.teams.create import create_team
from clutch.teams.join import leave_all, leave_team, remove_member
from clutch.teams.models import Ending, TeamId
from clutch.teams.refusals import (
    AlreadyCaptain,
    CaptainCannotLeave,
    NotCaptain,
    NotMember,
    TeamIsDisbanded,
    TeamMissing,
    TeamNameTaken,
)
from tests.fixtures.site import on_sqlite
from tests.teams.club import Club, account_id

pytestmark = on_sqlite


def test_who_creates_a_team_is_its_captain_and_first_member(club: Club) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    assert club.roster(team.id)[0].captain
    assert club.names(team.id) == ["alice"]
    assert (team.version, team.is_disbanded) == (1, False)
    assert club.kinds(team.stream) == ["team-created"]
    assert "player-joined-team" in club.kinds(f"player-{alice.account_id}")


def test_guests_and_the_site_itself_create_no_team(club: Club) -> None:
    for nobody in (GUEST, SITE):
        with pytest.raises(LoginRequired):
            club.team(nobody)


def test_a_token_that_is_not_for_teams_changes_nothing(club: Club) -> None:
    alice = club.person("alice")
    reading = Actor(alice.account_id, "alice", Role.PLAYER, scopes=frozenset({Scope.READ}))
    team = club.team(alice)
    for act in (
        lambda tx: create_team(tx, reading, "Blue", "BLU", "#3b7ddd"),
        lambda tx: change_team(tx, reading, team.id, 1, tag="BLU"),
        lambda tx: leave_team(tx, reading, team.id),
    ):
        with pytest.raises(Exception, match="teams:write"):
            club.write(act)
    assert club.get(team.id) == team


def test_a_change_counts_the_version_up_and_the_log_says_what_changed(club: Club) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    changed = club.write(
        lambda tx: change_team(tx, alice, team.id, 1, name="Crimson", colour="#D6453D")
    )
    assert (changed.name, changed.tag, changed.colour, changed.version) == (
        "Crimson",
        "RED",
        "#d6453d",
        2,
    )
    assert club.log(team.stream)[-1].fact().fields == ("colour", "name")
    assert "Crimson" not in club.log(team.stream)[-1].json


def test_nothing_happens_when_nothing_changes(club: Club) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    same = club.write(lambda tx: change_team(tx, alice, team.id, 1, name="Red", tag="RED"))
    assert same == team
    assert club.kinds(team.stream) == ["team-created"]


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused_with_both_versions(
    club: Club,
) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    club.write(lambda tx: change_team(tx, alice, team.id, 1, tag="ONE"))
    with pytest.raises(VersionStale) as refused:
        club.write(lambda tx: change_team(tx, alice, team.id, 1, tag="TWO"))
    assert (refused.value.seen, refused.value.current) == (1, 2)


def test_a_team_keeps_its_own_name_when_only_the_case_changes(club: Club) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    assert club.write(lambda tx: change_team(tx, alice, team.id, 1, name="RED")).name == "RED"


def test_a_team_can_not_be_renamed_to_what_another_is_called(club: Club) -> None:
    alice = club.person("alice")
    club.team(alice, "Blue")
    team = club.team(alice, "Red")
    with pytest.raises(TeamNameTaken):
        club.write(lambda tx: change_team(tx, alice, team.id, 1, name="blue"))
    assert club.get(team.id).name == "Red"


def test_other_peoples_teams_can_not_be_changed_but_an_admin_may(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.let_in(alice, team, bob)
    for act in (
        lambda tx: change_team(tx, bob, team.id, 1, tag="BOB"),
        lambda tx: transfer_captaincy(tx, bob, team.id, 1, account_id(bob)),
        lambda tx: disband_team(tx, bob, team.id, 1),
        lambda tx: remove_member(tx, bob, team.id, account_id(alice)),
    ):
        with pytest.raises(NotCaptain, match="Red"):
            club.write(act)
    admin = club.person("dora", Role.ADMIN)
    assert club.write(lambda tx: change_team(tx, admin, team.id, 1, name="Polite")).name == "Polite"


@pytest.mark.parametrize("team_id", [0, 999, 2**63 - 1])
def test_a_team_that_is_not_there_is_missing(club: Club, team_id: int) -> None:
    alice = club.person("alice")
    with pytest.raises(TeamMissing):
        club.write(lambda tx: change_team(tx, alice, TeamId(team_id), 1, tag="ABC"))
    with pytest.raises(TeamMissing):
        club.get(TeamId(team_id))


def test_the_captaincy_goes_to_a_member_only(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    with pytest.raises(NotMember):
        club.write(lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(bob)))
    with pytest.raises(AlreadyCaptain):
        club.write(lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(alice)))


def test_a_captain_who_handed_over_leads_no_longer(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.let_in(alice, team, bob)
    club.write(lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(bob)))
    with pytest.raises(NotCaptain):
        club.write(lambda tx: change_team(tx, alice, team.id, 2, tag="ABC"))
    with club.database.read() as conn:
        assert queries.is_captain(conn, team.id, account_id(bob))
        assert not queries.is_captain(conn, team.id, account_id(alice))


def test_a_captain_can_not_leave_others_behind(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.let_in(alice, team, bob)
    with pytest.raises(CaptainCannotLeave, match="Hand the captaincy over"):
        club.write(lambda tx: leave_team(tx, alice, team.id))
    with pytest.raises(CaptainCannotLeave):
        club.write(lambda tx: remove_member(tx, alice, team.id, account_id(alice)))
    club.write(lambda tx: leave_team(tx, bob, team.id))
    assert club.names(team.id) == ["alice"]


def test_a_captain_who_is_alone_ends_the_team_by_leaving(club: Club) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    club.write(lambda tx: leave_team(tx, alice, team.id))
    ended = club.get(team.id)
    assert (ended.is_disbanded, ended.captain_id) == (True, None)
    assert club.names(team.id) == []


def test_nobody_leaves_a_team_that_they_are_not_in(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    with pytest.raises(NotMember):
        club.write(lambda tx: leave_team(tx, bob, team.id))
    with pytest.raises(NotMember):
        club.write(lambda tx: remove_member(tx, alice, team.id, account_id(bob)))


def test_a_disbanded_team_stays_to_be_seen_and_frees_its_name(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.let_in(alice, team, bob)
    club.write(lambda tx: disband_team(tx, alice, team.id, 1))
    assert (club.get(team.id).name, club.names(team.id)) == ("Red", [])
    assert club.team(bob, "Red").name == "Red"
    with pytest.raises(TeamIsDisbanded):
        club.write(lambda tx: change_team(tx, alice, team.id, 2, tag="ABC"))
    with pytest.raises(TeamIsDisbanded):
        club.write(lambda tx: leave_team(tx, bob, team.id))


# --- deleted accounts ----------------------------------------------------------------------------


def test_a_team_of_a_deleted_account_alone_is_disbanded(club: Club) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    club.write(lambda tx: leave_all(tx, account_id(alice)))
    assert club.get(team.id).is_disbanded
    with club.database.read() as conn:
        assert queries.members_history(conn, team.id)[0].ending is Ending.ERASED
