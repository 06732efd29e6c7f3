"""Personal tokens: what they may, and that they never outlive or exceed their owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from clutch.accounts.admin import ban, change_role, unban
from clutch.accounts.models import SITE, Actor, Role, Scope
from clutch.accounts.policy import require_admin
from clutch.accounts.queries import tokens_of
from clutch.accounts.refusals import (
    AccountBanned,
    ScopeNeeded,
    ScopeRefused,
    TokenMissing,
    TooManyTokens,
    WrongPassword,
)
from clutch.accounts.sessions import actor_of_token, token_in_use
from clutch.accounts.tables import token
from clutch.accounts.tokens import (
    MOST_TOKENS,
    make_token,
    make_token_by_password,
    revoke_token,
)
from clutch.kernel.clock import FrozenClock
from clutch.kernel.refusals import LoginRequired, Refusal
from tests.accounts.conftest import HERE, PASSWORD, People
from tests.fixtures.site import on_sqlite


def holder(people: People, secret: str) -> Actor | None:
    with people.site.database.read() as conn:
        return actor_of_token(conn, secret, people.site.clock.now())


def test_a_token_stands_for_its_owner_within_its_scopes(people: People) -> None:
    alice = people.person("Alice", Role.ORGANIZER)
    actor = people.actor(alice)
    made = people.write(lambda tx: make_token(tx, actor, "bot", [Scope.READ, Scope.TEAMS_WRITE]))
    assert made.secret.startswith("clutch_")
    assert made.token.start == made.secret[:12]
    found = holder(people, made.secret)
    assert found is not None
    assert (found.account_id, found.role) == (alice.id, Role.ORGANIZER)
    found.require_scope(Scope.TEAMS_WRITE)
    with pytest.raises(ScopeNeeded):
        found.require_scope("tournaments:write")
    assert people.kinds(alice) == ["account-created", "token-made"]


@on_sqlite
def test_only_the_digest_of_a_token_is_kept(people: People) -> None:
    alice = people.person("Alice")
    secret = people.token(alice)
    with people.site.database.read() as conn:
        row = conn.execute(select(token)).one()
    assert secret[len(row.start) :] not in str(row)


@on_sqlite
@pytest.mark.parametrize("secret", ["", "clutch_", "clutch_unknown", "x" * 10_000, "\ud800"])
def test_an_unknown_token_stands_for_nobody(people: People, secret: str) -> None:
    people.token(people.person("Alice"))
    assert holder(people, secret) is None


@on_sqlite
def test_no_token_may_more_than_its_owner(people: People) -> None:
    actor = people.actor(people.person("Alice", Role.ORGANIZER))
    with pytest.raises(ScopeRefused):
        people.write(lambda tx: make_token(tx, actor, "bot", [Scope.READ, Scope.ADMIN]))
    with pytest.raises(ScopeRefused):
        people.write(lambda tx: make_token(tx, actor, "bot", []))


@on_sqlite
def test_an_admins_token_is_no_admins_once_its_owner_is_none(people: People) -> None:
    people.person("Olga", Role.ADMIN)
    anna = people.person("Anna", Role.ADMIN)
    secret = people.token(anna, Scope.ADMIN)
    found = holder(people, secret)
    assert found is not None
    require_admin(found)
    people.write(lambda tx: change_role(tx, SITE, anna.id, Role.ORGANIZER))
    found = holder(people, secret)
    assert found is not None
    assert not found.allows(Scope.ADMIN)
    with pytest.raises(Refusal):
        require_admin(found)


@on_sqlite
def test_an_admins_token_without_the_scope_does_not_administrate(people: People) -> None:
    found = holder(people, people.token(people.person("Olga", Role.ADMIN), Scope.READ))
    assert found is not None
    with pytest.raises(ScopeNeeded):
        require_admin(found)


@on_sqlite
def test_a_token_makes_no_token_that_may_more(people: People) -> None:
    alice = people.person("Alice")
    weak = holder(people, people.token(alice, Scope.ACCOUNT_WRITE))
    assert weak is not None
    with pytest.raises(ScopeRefused):
        people.write(lambda tx: make_token(tx, weak, "more", [Scope.TEAMS_WRITE]))
    made = people.write(lambda tx: make_token(tx, weak, "same", [Scope.ACCOUNT_WRITE]))
    assert holder(people, made.secret) is not None
    reader = holder(people, people.token(alice, Scope.READ))
    assert reader is not None
    with pytest.raises(ScopeNeeded):
        people.write(lambda tx: make_token(tx, reader, "any", [Scope.READ]))


@on_sqlite
def test_guests_make_no_tokens(people: People) -> None:
    with pytest.raises(LoginRequired):
        people.write(lambda tx: make_token(tx, Actor(None, "", None), "x", [Scope.READ]))


@on_sqlite
def test_a_program_logs_in_by_name_and_password(people: People) -> None:
    people.person("Alice")
    desk = people.site.desk
    made = make_token_by_password(desk, "alice", PASSWORD, "bot", [Scope.READ], HERE)
    assert holder(people, made.secret) is not None
    with pytest.raises(WrongPassword):
        make_token_by_password(desk, "alice", "wrong", "bot", [Scope.READ], HERE)


@on_sqlite
def test_a_revoked_token_is_dead_and_nobody_revokes_anothers(people: People) -> None:
    alice, bob = people.person("Alice"), people.person("Bob")
    secret = people.token(alice)
    with people.site.database.read() as conn:
        token_id = tokens_of(conn, alice.id)[0].id
    with pytest.raises(TokenMissing):
        people.write(lambda tx: revoke_token(tx, people.actor(bob), token_id))
    people.write(lambda tx: revoke_token(tx, people.actor(alice), token_id))
    assert holder(people, secret) is None
    with pytest.raises(TokenMissing):
        people.write(lambda tx: revoke_token(tx, people.actor(alice), token_id))


def test_a_banned_owners_tokens_stop_and_come_back_with_them(people: People) -> None:
    alice = people.person("Alice")
    secret = people.token(alice)
    people.write(lambda tx: ban(tx, SITE, alice.id, "Cheating."))
    assert holder(people, secret) is None
    with pytest.raises(AccountBanned):
        make_token_by_password(people.site.desk, "Alice", PASSWORD, "x", [Scope.READ], HERE)
    people.write(lambda tx: unban(tx, SITE, alice.id))
    assert holder(people, secret) is not None


def test_last_use_is_noted_every_few_minutes(people: People, clock: FrozenClock) -> None:
    alice = people.person("Alice")
    secret = people.token(alice)
    with people.site.database.read() as conn:
        found = token_in_use(conn, secret, clock.now())
    assert found is not None
    assert found[1] is not None
    people.site.desk.footprints.token_used(found[1])
    people.site.desk.footprints.write_down()
    with people.site.database.read() as conn:
        assert tokens_of(conn, alice.id)[0].last_used_at == clock.now()
        again = token_in_use(conn, secret, clock.now() + timedelta(minutes=4))
        later = token_in_use(conn, secret, clock.now() + timedelta(minutes=6))
    assert again is not None
    assert later is not None
    assert (again[1] is None, later[1] is None) == (True, False)


@on_sqlite
def test_nobody_has_more_tokens_than_can_be_looked_over(people: People) -> None:
    alice = people.person("Alice")
    for _ in range(MOST_TOKENS):
        people.token(alice)
    with pytest.raises(TooManyTokens):
        people.token(alice)
