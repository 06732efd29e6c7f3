"""Sessions and logging in: who holds one, and that it ends at the moment it should."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from clutch.accounts import passwords
from clutch.accounts.admin import ban, change_role, unban
from clutch.accounts.desk import Caller
from clutch.accounts.housekeeping import sweep
from clutch.accounts.login import admit_proven, check_credentials, log_in
from clutch.accounts.models import SITE, Role
from clutch.accounts.passwords import Hasher
from clutch.accounts.profile import change_password
from clutch.accounts.refusals import (
    AccountBanned,
    PasswordNotConfirmed,
    PasswordTooCommon,
    TooManyLogins,
    WrongPassword,
)
from clutch.accounts.repository import change_account
from clutch.accounts.sessions import (
    actor_of_session,
    end_session,
    end_sessions,
    is_stale,
    living,
    sessions_of,
)
from clutch.accounts.tables import account, session
from clutch.kernel.clock import FrozenClock
from tests.accounts.conftest import HERE, PASSWORD, QUICK, People
from tests.fixtures.site import on_sqlite

NEW = "another horse entirely"


def test_logging_in_gives_a_session_that_knows_its_owner(people: People) -> None:
    people.person("Alice", Role.ORGANIZER)
    entered = log_in(people.site.desk, "  ALICE ", PASSWORD, HERE)
    with people.site.database.read() as conn:
        found = actor_of_session(conn, entered.secret, people.site.clock.now())
    assert found is not None
    actor, opened = found
    assert (actor.name, actor.role, actor.scopes) == ("Alice", Role.ORGANIZER, None)
    assert opened == entered.session
    assert opened.address == HERE.address


@on_sqlite
@pytest.mark.parametrize(("name", "password"), [("Alice", "wrong"), ("Nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_get_the_same_words(
    people: People, name: str, password: str
) -> None:
    people.person("Alice")
    with pytest.raises(WrongPassword) as refused:
        log_in(people.site.desk, name, password, HERE)
    assert str(refused.value).startswith("Name and password do not match")


def test_every_session_has_its_own_secret_and_only_its_digest_is_kept(people: People) -> None:
    alice = people.person("Alice")
    first, second = people.session(alice), people.session(alice)
    assert first != second
    assert len(first) >= 43
    with people.site.database.read() as conn:
        kept = conn.execute(select(session.c.token_digest)).scalars().all()
    assert all(len(digest) == 32 for digest in kept)
    assert first.encode() not in b"".join(kept)


def test_a_session_ends_alone(people: People) -> None:
    alice, bob = people.person("Alice"), people.person("Bob")
    ends, stays, others = people.session(alice), people.session(alice), people.session(bob)
    with people.site.database.read() as conn:
        mine = sessions_of(conn, alice.id, people.site.clock.now())
    first = min(mine, key=lambda one: one.id)
    people.write(lambda tx: end_session(tx, bob.id, first.id))
    assert people.is_alive(ends)
    people.write(lambda tx: end_session(tx, alice.id, first.id))
    assert [people.is_alive(one) for one in (ends, stays, others)] == [False, True, True]


@on_sqlite
def test_log_out_everywhere_else_keeps_this_one(people: People) -> None:
    alice = people.person("Alice")
    here = log_in(people.site.desk, "Alice", PASSWORD, HERE)
    elsewhere = [people.session(alice) for _ in range(3)]
    assert people.write(lambda tx: end_sessions(tx, alice.id, keep=here.session.id)) == 3
    assert people.is_alive(here.secret)
    assert not any(people.is_alive(one) for one in elsewhere)


@on_sqlite
def test_a_session_expires_when_it_is_not_used_for_thirty_days(
    people: People, clock: FrozenClock
) -> None:
    alice = people.person("Alice")
    secret = people.session(alice)
    clock.advance(timedelta(days=29, hours=23))
    assert people.is_alive(secret)
    clock.advance(timedelta(hours=2))
    assert not people.is_alive(secret)
    people.write(sweep)
    with people.site.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(session)).scalar() == 0


def test_use_is_noted_after_some_minutes_and_keeps_a_session_alive(
    people: People, clock: FrozenClock
) -> None:
    secret = people.session(people.person("Alice"))
    clock.advance(timedelta(days=20))
    with people.site.database.read() as conn:
        found = actor_of_session(conn, secret, clock.now())
    assert found is not None
    assert is_stale(found[1], clock.now())
    people.site.desk.footprints.session_used(found[1].id)
    people.site.desk.footprints.write_down()
    clock.advance(timedelta(days=20))
    assert people.is_alive(secret)
    with people.site.database.read() as conn:
        found = actor_of_session(conn, secret, clock.now() - timedelta(days=20))
    assert found is not None
    assert not is_stale(found[1], clock.now() - timedelta(days=20, minutes=-4))


@on_sqlite
def test_reading_a_session_never_writes(people: People) -> None:
    secret = people.session(people.person("Alice"))
    with people.site.database.read() as conn:
        before = conn.execute(text("SELECT max(last_seen_at) FROM session")).scalar()
    for _ in range(3):
        assert people.is_alive(secret)
    with people.site.database.read() as conn:
        assert conn.execute(text("SELECT max(last_seen_at) FROM session")).scalar() == before


def test_a_ban_ends_sessions_at_once_and_shuts_every_door(people: People) -> None:
    alice = people.person("Alice")
    secret = people.session(alice)
    people.write(lambda tx: ban(tx, SITE, alice.id, "Shouting at the referee."))
    assert not people.is_alive(secret)
    with pytest.raises(AccountBanned) as refused:
        log_in(people.site.desk, "Alice", PASSWORD, HERE)
    assert refused.value.reason == "Shouting at the referee."
    with pytest.raises(WrongPassword):
        log_in(people.site.desk, "Alice", "not the password", HERE)
    people.write(lambda tx: unban(tx, SITE, alice.id))
    assert not people.is_alive(secret)
    assert log_in(people.site.desk, "Alice", PASSWORD, HERE).secret


@on_sqlite
def test_a_session_of_a_banned_account_counts_for_nothing_even_if_it_is_still_there(
    people: People,
) -> None:
    """Two guards: a ban ends the sessions, and no session outlives the right to log in."""
    alice = people.person("Alice")
    entered = log_in(people.site.desk, "Alice", PASSWORD, HERE)
    people.write(lambda tx: change_account(tx, alice.id, banned_at=tx.now))
    assert not people.is_alive(entered.secret)
    with people.site.database.read() as conn:
        assert living(conn, [entered.session.id], people.site.clock.now()) == frozenset()


@on_sqlite
def test_a_role_that_is_taken_away_is_gone_with_the_next_request(people: People) -> None:
    olga = people.person("Olga", Role.ORGANIZER)
    secret = people.session(olga)
    people.write(lambda tx: change_role(tx, SITE, olga.id, Role.PLAYER))
    with people.site.database.read() as conn:
        found = actor_of_session(conn, secret, people.site.clock.now())
    assert found is not None
    assert not found[0].has(Role.ORGANIZER)


def test_a_new_password_ends_all_other_sessions(people: People) -> None:
    alice = people.person("Alice")
    here = log_in(people.site.desk, "Alice", PASSWORD, HERE)
    elsewhere = people.session(alice)
    actor = people.actor(alice)
    ended = change_password(people.site.desk, actor, PASSWORD, NEW, HERE, here.session.id)
    assert ended == 1
    assert people.is_alive(here.secret)
    assert not people.is_alive(elsewhere)
    with pytest.raises(WrongPassword):
        log_in(people.site.desk, "Alice", PASSWORD, HERE)
    assert log_in(people.site.desk, "Alice", NEW, HERE).secret


@on_sqlite
def test_a_new_password_needs_the_old_one_and_must_be_good(people: People) -> None:
    actor = people.actor(people.person("Alice"))
    with pytest.raises(PasswordNotConfirmed):
        change_password(people.site.desk, actor, "wrong", NEW, HERE, None)
    with pytest.raises(PasswordTooCommon) as refused:
        change_password(people.site.desk, actor, PASSWORD, "qwertyuiop", HERE, None)
    assert refused.value.field == "new_password"


@on_sqlite
def test_who_proved_the_old_password_does_not_get_in_after_the_change(people: People) -> None:
    """A thief's log-in that was being hashed while the owner changed the password."""
    alice = people.person("Alice")
    proof = check_credentials(people.site.desk, "Alice", PASSWORD, HERE)
    people.site.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    change_password(people.site.desk, people.actor(alice), PASSWORD, NEW, HERE, None)
    with pytest.raises(WrongPassword):
        people.write(lambda tx: admit_proven(tx, proof))


def test_living_tells_which_connections_may_stay(people: People, clock: FrozenClock) -> None:
    alice, bob, eve = people.person("Alice"), people.person("Bob"), people.person("Eve")
    ids = {}
    for one in (alice, bob, eve):
        people.session(one)
        with people.site.database.read() as conn:
            ids[one.name] = sessions_of(conn, one.id, clock.now())[0].id
    people.write(lambda tx: ban(tx, SITE, bob.id, "Cheating."))
    people.write(lambda tx: end_sessions(tx, eve.id))
    with people.site.database.read() as conn:
        assert living(conn, ids.values(), clock.now()) == {ids["Alice"]}
        assert living(conn, ids.values(), clock.now() + timedelta(days=31)) == frozenset()
        assert living(conn, [], clock.now()) == frozenset()


@on_sqlite
def test_a_hash_by_old_parameters_is_renewed_at_log_in(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = people.person("Alice")
    stronger = Hasher(type(QUICK)(QUICK.type, QUICK.version, 16, 32, 2, 16, 1))
    object.__setattr__(people.site.desk, "hasher", stronger)
    log_in(people.site.desk, "Alice", PASSWORD, HERE)
    with people.site.database.read() as conn:
        kept = conn.execute(
            select(account.c.password_hash).where(account.c.id == alice.id)
        ).scalar()
    assert kept is not None
    assert "m=16,t=2" in kept
    assert passwords.PARAMETERS == QUICK


@on_sqlite
def test_strangers_lock_out_strangers_but_not_a_device_that_was_here_before(people: People) -> None:
    alice = people.person("Alice")
    known = log_in(people.site.desk, "Alice", PASSWORD, HERE)
    for n in range(80):
        attacker = Caller(f"198.51.100.{n % 50}")
        with pytest.raises((WrongPassword, TooManyLogins)):
            log_in(people.site.desk, "Alice", f"guess number {n}", attacker)
    with pytest.raises(TooManyLogins):
        log_in(people.site.desk, "Alice", PASSWORD, Caller("198.51.100.200"))
    victim = Caller("198.51.100.1", device=known.device)
    assert log_in(people.site.desk, "Alice", PASSWORD, victim).account.id == alice.id


@on_sqlite
def test_a_device_known_to_one_account_is_a_stranger_to_another(people: People) -> None:
    people.person("Alice")
    people.person("Eve")
    eves = log_in(people.site.desk, "Eve", PASSWORD, HERE).device
    attacker = Caller("198.51.100.1", device=eves)
    refused = 0
    for n in range(30):
        try:
            log_in(people.site.desk, "Alice", f"guess number {n}", attacker)
        except WrongPassword:
            continue
        except TooManyLogins:
            refused += 1
    assert refused == 20
