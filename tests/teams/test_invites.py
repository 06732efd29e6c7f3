"""Coming into a team by a link, and every way in which a link does not work."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from clutch.accounts.models import GUEST
from clutch.accounts.refusals import AccountMissing
from clutch.accounts.tables import account
from clutch.kernel.refusals import LoginRequired
from clutch.teams import policy, queries
from clutch.teams.change import disband_team, transfer_captaincy
from clutch.teams.invite import make_invite, revoke_invite
from clutch.teams.join import join_team, leave_team, remove_member
from clutch.teams.models import INVITES_LIMIT, InviteId
from clutch.teams.refusals import (
    AlreadyMember,
    InviteBeforeRemoval,
    InviteExpired,
    InviteMissing,
    InviteTakenBack,
    InviteTermsRefused,
    InviteUnknown,
    InviteUsedUp,
    NotCaptain,
    TeamFull,
    TeamIsDisbanded,
    TooManyInvites,
)
from clutch.teams.tables import team_invite
from tests.fixtures.site import on_sqlite
from tests.teams.club import Club, account_id

pytestmark = on_sqlite


def test_whoever_has_the_link_may_come_in(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.join(bob, club.invite(alice, team))
    assert club.names(team.id) == ["alice", "bob"]
    joined = club.log(team.stream)[-1].fact()
    assert joined.account_id == bob.account_id


def test_the_database_does_not_know_the_link(club: Club) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    token = club.invite(alice, team)
    with club.database.read() as conn:
        row = conn.execute(select(team_invite)).one()
    assert token not in str(row._mapping)
    assert token.encode() not in row.token_digest
    assert token.startswith(row.start)
    assert len(row.start) * 6 < 40
    assert token not in "".join(event.json for event in club.log(team.stream))


def test_a_guest_logs_in_first(club: Club) -> None:
    alice = club.person("alice")
    token = club.invite(alice, club.team(alice))
    with pytest.raises(LoginRequired):
        club.join(GUEST, token)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 100_000, "\ud800"])
def test_a_made_up_link_leads_nowhere(club: Club, token: str) -> None:
    bob = club.person("bob")
    with pytest.raises(InviteUnknown):
        club.join(bob, token)


def test_an_invite_ends_with_its_time(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team, days=1)
    club.clock.advance(timedelta(days=1) - timedelta(seconds=1))
    club.join(bob, token)
    club.clock.advance(timedelta(seconds=1))
    with pytest.raises(InviteExpired):
        club.join(club.person("carol"), token)


def test_an_invite_that_was_taken_back_lets_nobody_in(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    invite, token = club.write(lambda tx: make_invite(tx, alice, team.id, 7, None))
    for _ in range(2):
        club.write(lambda tx: revoke_invite(tx, alice, team.id, invite.id))
    with pytest.raises(InviteTakenBack):
        club.join(bob, token)
    assert club.kinds(team.stream).count("team-invite-revoked") == 1


def test_an_invite_for_one_lets_one_in(club: Club) -> None:
    alice, bob, carol = club.person("alice"), club.person("bob"), club.person("carol")
    team = club.team(alice)
    token = club.invite(alice, team, uses=1)
    club.join(bob, token)
    with pytest.raises(InviteUsedUp):
        club.join(carol, token)
    assert club.names(team.id) == ["alice", "bob"]


def test_who_is_in_already_does_not_use_the_invite_up(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team, uses=1)
    with pytest.raises(AlreadyMember):
        club.join(alice, token)
    club.join(bob, token)


def test_who_left_may_come_back_by_the_same_invite(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team)
    club.join(bob, token)
    club.write(lambda tx: leave_team(tx, bob, team.id))
    club.join(bob, token)
    assert club.names(team.id) == ["alice", "bob"]


def test_who_was_removed_needs_an_invite_made_after_that(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team)
    club.join(bob, token)
    club.write(lambda tx: remove_member(tx, alice, team.id, account_id(bob)))
    with pytest.raises(InviteBeforeRemoval):
        club.join(bob, token)
    club.clock.advance(timedelta(minutes=1))
    club.join(bob, club.invite(alice, team))


def test_a_disbanded_team_lets_nobody_in(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team)
    club.write(lambda tx: disband_team(tx, alice, team.id, 1))
    with pytest.raises(TeamIsDisbanded):
        club.join(bob, token)


def test_a_team_has_an_end_to_its_members(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "MEMBERS_LIMIT", 2)
    alice, bob, carol = club.person("alice"), club.person("bob"), club.person("carol")
    team = club.team(alice)
    token = club.invite(alice, team, uses=5)
    club.join(bob, token)
    with pytest.raises(TeamFull):
        club.join(carol, token)


def test_an_account_that_is_deleted_meanwhile_does_not_come_in(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team)
    club.write(
        lambda tx: tx.conn.execute(
            account.update()
            .where(account.c.id == bob.account_id)
            .values(deleted_at=tx.now, name=None)
        )
    )
    with pytest.raises(AccountMissing):
        club.join(bob, token)


# --- making them ---------------------------------------------------------------------------------


def test_only_the_captain_makes_and_revokes_invites(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.let_in(alice, team, bob)
    with pytest.raises(NotCaptain):
        club.invite(bob, team)
    invite, _ = club.write(lambda tx: make_invite(tx, alice, team.id, 7, None))
    with pytest.raises(NotCaptain):
        club.write(lambda tx: revoke_invite(tx, bob, team.id, invite.id))
    club.write(lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(bob)))
    club.write(lambda tx: revoke_invite(tx, bob, team.id, invite.id))


def test_an_invite_of_another_team_is_not_there(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    red, blue = club.team(alice, "Red"), club.team(bob, "Blue")
    invite, _ = club.write(lambda tx: make_invite(tx, bob, blue.id, 7, None))
    for invite_id in (invite.id, InviteId(999)):
        with pytest.raises(InviteMissing):
            club.write(partial(revoke_invite, actor=alice, team_id=red.id, invite_id=invite_id))
    with club.database.read() as conn:
        assert queries.get_invite(conn, blue.id, invite.id).revoked_at is None


@pytest.mark.parametrize(
    ("days", "uses"), [(0, None), (31, None), (7, 0), (7, 101), (7, -1), (-1, 1), (10**9, 1)]
)
def test_an_invite_has_sensible_terms(club: Club, days: int, uses: int | None) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    with pytest.raises(InviteTermsRefused):
        club.invite(alice, team, days, uses)


def test_only_so_many_invites_work_at_once(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team, uses=1)
    for _ in range(INVITES_LIMIT - 1):
        club.invite(alice, team)
    with pytest.raises(TooManyInvites):
        club.invite(alice, team)
    club.join(bob, token)
    club.invite(alice, team)


def test_invites_are_listed_newest_first_with_how_often_they_were_used(club: Club) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    token = club.invite(alice, team, uses=2)
    club.invite(alice, team)
    club.write(lambda tx: join_team(tx, bob, token))
    with club.database.read() as conn:
        listed = queries.invites_of(conn, team.id)
    assert [(one.uses, one.uses_limit, one.works(club.clock.now())) for one in listed] == [
        (0, None, True),
        (1, 2, True),
    ]
