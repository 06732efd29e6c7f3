"""Budgets of tries: attackers run dry, their victims do not."""

from __future__ import annotations

import pytest

from clutch.accounts.refusals import TooManyLogins, TooManyResets, TooManySignups
from clutch.accounts.throttle import Throttle, network_of


@pytest.fixture
def throttle() -> Throttle:
    return Throttle(login="3/minute;20/hour", signup="4/minute")


def spend(
    throttle: Throttle, name: str, address: str, times: int, device: str | None = None
) -> int:
    """Try wrong passwords; how many were let through."""
    for done in range(times):
        try:
            throttle.check_login(name, address, device)
        except TooManyLogins:
            return done
        throttle.note_wrong_password(name, address, device)
    return times


def test_wrong_passwords_from_one_place_run_out(throttle: Throttle) -> None:
    assert spend(throttle, "alice", "192.0.2.1", 10) == 3
    with pytest.raises(TooManyLogins) as refused:
        throttle.check_login("alice", "192.0.2.1", None)
    assert 0 < refused.value.retry_after <= 61
    assert refused.value.minutes in {1, 2}


def test_others_at_the_same_address_still_get_in(throttle: Throttle) -> None:
    spend(throttle, "alice", "192.0.2.1", 10)
    throttle.check_login("bob", "192.0.2.1", None)


def test_guessing_one_account_from_many_addresses_runs_out(throttle: Throttle) -> None:
    let_through = sum(spend(throttle, "alice", f"192.0.2.{n}", 3) for n in range(50))
    assert let_through == 15


def test_guessing_many_accounts_from_one_address_runs_out(throttle: Throttle) -> None:
    assert sum(spend(throttle, f"player{n}", "192.0.2.1", 1) for n in range(100)) == 30


def test_a_known_device_gets_in_while_strangers_spend_the_budget(throttle: Throttle) -> None:
    for n in range(50):
        spend(throttle, "alice", f"192.0.2.{n}", 3)
    throttle.check_login("alice", "192.0.2.1", "a device of alice")


def test_a_known_device_has_a_budget_too(throttle: Throttle) -> None:
    assert spend(throttle, "alice", "192.0.2.1", 10, "a device of alice") == 3


def test_getting_in_forgives_the_mistypings_before(throttle: Throttle) -> None:
    spend(throttle, "alice", "192.0.2.1", 2)
    throttle.note_right_password("alice", "192.0.2.1", None)
    assert spend(throttle, "alice", "192.0.2.1", 10) == 3


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
