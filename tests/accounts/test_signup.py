"""New accounts: what is kept of a wish, and that of two equal wishes exactly one is granted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from clutch.accounts.models import SITE, Actor, Role
from clutch.accounts.refusals import (
    EmailRefused,
    NameLooksTaken,
    NameReserved,
    NameTaken,
    RoleNeeded,
    TooManySignups,
    ZoneRefused,
)
from clutch.accounts.signup import NewAccount, create_account, sign_up
from clutch.bootstrap import open_site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.refusals import Refusal
from clutch.kernel.settings import Settings
from tests.accounts.conftest import HERE, PASSWORD, People
from tests.fixtures.site import on_sqlite


def test_signing_up_makes_a_player_who_is_logged_in(people: People) -> None:
    wish = NewAccount("Alice", PASSWORD, "Alice@Example.org", "ru", "Europe/Moscow")
    entered = sign_up(people.site.desk, wish, HERE)
    made = entered.account
    assert (made.name, made.email, made.role) == ("Alice", "Alice@example.org", Role.PLAYER)
    assert (made.language, made.zone) == ("ru", "Europe/Moscow")
    assert people.is_alive(entered.secret)
    assert people.kinds(made) == ["account-created"]


@on_sqlite
@pytest.mark.parametrize("name", ["ALICE", "alice", "Ａｌｉｃｅ", " Alice "])
def test_the_same_name_is_taken(people: People, name: str) -> None:
    people.person("Alice")
    with pytest.raises(NameTaken) as refused:
        people.person(name)
    assert refused.value.taken == "Alice"


@on_sqlite
@pytest.mark.parametrize("name", ["AIice", "Αlice", "аlice", "a1ice"])
def test_a_name_that_looks_like_a_taken_one_is_refused(people: People, name: str) -> None:
    people.person("Alice")
    with pytest.raises(NameLooksTaken) as refused:
        people.person(name)
    assert refused.value.taken == "Alice"


def test_racing_sign_ups_for_one_name_make_one_account(people: People) -> None:
    """Each wish passes every check before any is written: only the database can choose."""
    racers = ["Alice", "ALICE", "Αlice", "Alicе", "alice", "Ａlice"]
    together = Barrier(len(racers))

    def race(name: str) -> str:
        together.wait()
        try:
            return sign_up(people.site.desk, NewAccount(name, PASSWORD), HERE).account.name or ""
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(racers)) as pool:
        ends = list(pool.map(race, racers))
    assert sum(end in racers for end in ends) == 1
    assert {end for end in ends if end not in racers} <= {"name-taken", "name-looks-taken"}
    with people.site.database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM account")).scalar() == 1


@pytest.mark.postgres
def test_two_transactions_that_both_found_the_name_free_make_one_account(
    postgres_settings: Settings, clock: FrozenClock
) -> None:
    """PostgreSQL lets both go on until the unique index: the second gets the refusal, no error."""
    people = People(open_site(postgres_settings, clock))
    both_looked = Barrier(2)

    def race(name: str) -> str:
        def work(tx: object) -> str:
            both_looked.wait(5)
            made = create_account(tx, SITE, NewAccount(name, ""), None)  # type: ignore[arg-type]
            return made.name or ""

        try:
            return people.write(work)
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(race, ["Alice", "AIice"]))
    people.site.close()
    assert ends in (["Alice", "name-looks-taken"], ["AIice", "name-looks-taken"])


@on_sqlite
@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (NewAccount("Moderator", PASSWORD), NameReserved),
        (NewAccount("Clutch", PASSWORD), NameReserved),
        (NewAccount("Alice", PASSWORD, "no address"), EmailRefused),
        (NewAccount("Alice", PASSWORD, "a@b"), EmailRefused),
        (NewAccount("Alice", PASSWORD, "a@example.org\nBcc: b@example.org"), EmailRefused),
        (NewAccount("Alice", PASSWORD, "a@example.org, b@example.org"), EmailRefused),
        (NewAccount("Alice", PASSWORD, f"{'a' * 65}@example.org"), EmailRefused),
        (NewAccount("Alice", PASSWORD, zone="Europe/Atlantis"), ZoneRefused),
        (NewAccount("Alice", PASSWORD, zone="../../etc/passwd"), ZoneRefused),
    ],
)
def test_a_wish_that_can_not_be_is_refused_by_name(
    people: People, wish: NewAccount, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        sign_up(people.site.desk, wish, HERE)


@on_sqlite
def test_an_address_may_be_in_a_domain_of_any_script(people: People) -> None:
    wish = NewAccount("Alice", PASSWORD, "alice@пример.рф")
    assert sign_up(people.site.desk, wish, HERE).account.email == "alice@xn--e1afmkfd.xn--p1ai"


@on_sqlite
def test_sign_ups_of_one_network_run_out_and_name_the_wait(people: People) -> None:
    desk = people.site.desk
    for n in range(20):
        sign_up(desk, NewAccount(f"Player {n:02}", PASSWORD), HERE)
    with pytest.raises(TooManySignups) as refused:
        sign_up(desk, NewAccount("One more", PASSWORD), HERE)
    assert refused.value.retry_after <= 61


@on_sqlite
def test_a_name_that_is_taken_costs_nobody_a_sign_up(people: People) -> None:
    people.person("Alice")
    for _ in range(30):
        with pytest.raises(NameTaken):
            sign_up(people.site.desk, NewAccount("Alice", PASSWORD), HERE)
    assert sign_up(people.site.desk, NewAccount("Bob", PASSWORD), HERE).account.name == "Bob"


@on_sqlite
def test_only_admins_make_accounts_for_others(people: People) -> None:
    alice = people.person("Alice", Role.ORGANIZER)
    with pytest.raises(RoleNeeded):
        people.write(lambda tx: create_account(tx, people.actor(alice), NewAccount("B", ""), None))
    admin = Actor(people.person("Olga", Role.ADMIN).id, "Olga", Role.ADMIN)
    made = people.write(
        lambda tx: create_account(tx, admin, NewAccount("Bob", ""), None, Role.ORGANIZER)
    )
    assert made.role is Role.ORGANIZER
    assert people.log(made)[0].actor_id == admin.account_id


@on_sqlite
def test_the_operator_may_call_an_admin_admin(people: People) -> None:
    assert people.person("admin", Role.ADMIN).name == "admin"


@on_sqlite
def test_a_new_account_is_as_old_as_its_sign_up(people: People) -> None:
    clock = people.site.clock
    clock.advance(timedelta(days=3))  # type: ignore[attr-defined]
    assert people.person("Alice").created_at == clock.now()
