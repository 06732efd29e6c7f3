"""Budgets of tries: attackers run dry, their victims do not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NoReturn

import pytest
from sqlalchemy import func, select

from clutch.accounts.housekeeping import sweep
from clutch.accounts.login import log_in
from clutch.accounts.refusals import HashingBusy, TooManyLogins, TooManyResets, TooManySignups
from clutch.accounts.tables import attempt
from clutch.accounts.throttle import Throttle, network_of
from clutch.bootstrap import Site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.writing import Writer
from tests.accounts.conftest import HERE, PASSWORD, People


def throttle_of(site: Site) -> Throttle:
    """One process's."""
    writer = Writer(site.database, site.clock, site.settings.run_folder / "gate")
    return Throttle(site.database, writer, "3/minute;20/hour", "4/minute", site.clock)


@pytest.fixture
def throttle(site: Site) -> Throttle:
    return throttle_of(site)


def spend(
    throttle: Throttle, name: str, address: str, times: int, device: str | None = None
) -> int:
    """Try wrong passwords; how many were let through."""
    for done in range(times):
        try:
            throttle.spend_login(name, address, device)
        except TooManyLogins:
            return done
    return times


def test_several_processes_count_together(site: Site) -> None:
    processes = [throttle_of(site) for _ in range(3)]
    assert [spend(one, "alice", "192.0.2.1", 2) for one in processes] == [2, 1, 0]
    for one in processes[:2]:
        one.spend_signup("192.0.2.1")
        one.spend_signup("192.0.2.1")
    with pytest.raises(TooManySignups):
        processes[2].spend_signup("192.0.2.1")


def test_many_at_once_are_no_more_than_the_limit(site: Site) -> None:
    processes = [throttle_of(site) for _ in range(4)]
    with ThreadPoolExecutor(8) as crowd:
        tries = [crowd.submit(spend, processes[n % 4], "alice", "192.0.2.1", 1) for n in range(24)]
        assert sum(one.result() for one in tries) == 3


def test_what_was_spent_is_forgotten_after_its_time(
    site: Site, throttle: Throttle, clock: FrozenClock
) -> None:
    assert spend(throttle, "alice", "192.0.2.1", 10) == 3
    clock.advance(timedelta(seconds=59))
    assert spend(throttle, "alice", "192.0.2.1", 10) == 0
    clock.advance(timedelta(seconds=1))
    assert spend(throttle, "alice", "192.0.2.1", 10) == 3
    clock.advance(timedelta(hours=1))
    site.writer.write(sweep)
    with site.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(attempt)).scalar_one() == 0


def test_wrong_passwords_from_one_place_run_out(throttle: Throttle) -> None:
    assert spend(throttle, "alice", "192.0.2.1", 10) == 3
    with pytest.raises(TooManyLogins) as refused:
        throttle.spend_login("alice", "192.0.2.1", None)
    assert 0 < refused.value.retry_after <= 61
    assert refused.value.minutes in {1, 2}


def test_others_at_the_same_address_still_get_in(throttle: Throttle) -> None:
    spend(throttle, "alice", "192.0.2.1", 10)
    throttle.spend_login("bob", "192.0.2.1", None)


def test_guessing_one_account_from_many_addresses_runs_out(throttle: Throttle) -> None:
    let_through = sum(spend(throttle, "alice", f"192.0.2.{n}", 3) for n in range(50))
    assert let_through == 15


def test_guessing_many_accounts_from_one_address_runs_out(throttle: Throttle) -> None:
    assert sum(spend(throttle, f"player{n}", "192.0.2.1", 1) for n in range(100)) == 30


def test_a_known_device_gets_in_while_strangers_spend_the_budget(throttle: Throttle) -> None:
    for n in range(50):
        spend(throttle, "alice", f"192.0.2.{n}", 3)
    throttle.spend_login("alice", "192.0.2.1", "a device of alice")


def test_a_known_device_has_a_budget_too(throttle: Throttle) -> None:
    assert spend(throttle, "alice", "192.0.2.1", 10, "a device of alice") == 3


def test_getting_in_forgives_the_mistypings_before(throttle: Throttle) -> None:
    spend(throttle, "alice", "192.0.2.1", 2)
    throttle.forgive(throttle.spend_login("alice", "192.0.2.1", None))
    assert spend(throttle, "alice", "192.0.2.1", 10) == 3


def test_right_passwords_spend_nothing(throttle: Throttle) -> None:
    for _ in range(40):
        throttle.forgive(throttle.spend_login("alice", "192.0.2.1", None))


def test_a_password_that_nobody_could_look_at_is_given_back(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.person("Alice")
    desk = people.site.desk

    def busy(*_: object) -> NoReturn:
        raise HashingBusy

    with monkeypatch.context() as crowded:
        crowded.setattr(desk.hasher, "verify", busy)
        for _ in range(15):
            with pytest.raises(HashingBusy):
                log_in(desk, "Alice", PASSWORD, HERE)
    assert log_in(desk, "Alice", PASSWORD, HERE).account.name == "Alice"


def test_signups_from_one_address_run_out(throttle: Throttle) -> None:
    for _ in range(4):
        throttle.spend_signup("192.0.2.1")
    with pytest.raises(TooManySignups):
        throttle.spend_signup("192.0.2.1")
    throttle.spend_signup("192.0.2.2")


def test_reset_requests_run_out_by_address_and_silently_by_account(throttle: Throttle) -> None:
    for _ in range(5):
        throttle.spend_reset("192.0.2.1")
    with pytest.raises(TooManyResets):
        throttle.spend_reset("192.0.2.1")
    assert [throttle.may_mail_reset(7) for _ in range(4)] == [True, True, True, False]
    assert throttle.may_mail_reset(8)


def test_one_subscriber_of_ipv6_counts_once() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
    assert network_of("fe80::1%eth0") == network_of("fe80::1")
    assert network_of("testclient") == "testclient"
