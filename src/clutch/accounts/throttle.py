"""Budgets of tries: wrong passwords, sign-ups, reset links. Counted in this process, in memory.

Several processes each have their own counts, so that the true limit is up to that many times
higher; a restart empties them. Nothing here is needed for correctness, only against floods.
"""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from clutch.accounts.refusals import TooMany, TooManyLogins, TooManyResets, TooManySignups

# One address may be a whole LAN party: it gets this many times what one account from it gets.
PER_ADDRESS = 10
# Strangers' tries at one account, from however many addresses; known devices are not counted in.
PER_ACCOUNT = 5
RESETS_PER_ADDRESS = "5/minute;30/hour"
RESETS_PER_TARGET = "3/hour"


class Throttle:
    """All budgets of one process. `login` and `signup` are limits as text, such as
    `10/minute;60/hour`.
    """

    def __init__(self, login: str, signup: str) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._login = parse_many(login)
        self._signup = parse_many(signup)
        self._resets = parse_many(RESETS_PER_ADDRESS)
        self._resets_of_one = parse_many(RESETS_PER_TARGET)

    def check_login(self, name: str, address: str, device: str | None) -> None:
        """Refuse a log-in while a budget is spent. `name` is folded; `device` only when it is known
        to the account.

        A device that logged in before has a budget of its own and no other: a stranger can
            spend the
        account's and the address's, and its owner still gets in.

        Raises:
            TooManyLogins: with the time after which a try is allowed again.
        """
        for items, key in self._login_budgets(name, address, device):
            self._test(items, key, TooManyLogins)

    def note_wrong_password(self, name: str, address: str, device: str | None) -> None:
        """Count a wrong password."""
        for items, key in self._login_budgets(name, address, device):
            for item in items:
                self._limiter.hit(item, *key)

    def note_right_password(self, name: str, address: str, device: str | None) -> None:
        """Forget the mistypings of somebody who got in; the address's and the account's wide
        budgets stay.
        """
        items, key = self._login_budgets(name, address, device)[0]
        for item in items:
            self._limiter.clear(item, *key)

    def spend_signup(self, address: str) -> None:
        """Count a new account from this address.

        Raises:
            TooManySignups: the address has made too many.
        """
        self._spend(self._signup, ("signup", network_of(address)), TooManySignups)

    def spend_reset(self, address: str) -> None:
        """Count a request for a reset link from this address.

        Raises:
            TooManyResets: the address has asked too often.
        """
        self._spend(self._resets, ("reset", network_of(address)), TooManyResets)

    def may_mail_reset(self, account_id: int) -> bool:
        """Whether this account may be sent one more link; a no is never shown, for it would tell
        that it exists.
        """
        return all(
            self._limiter.hit(item, "reset-of", str(account_id)) for item in self._resets_of_one
        )

    def _login_budgets(
        self, name: str, address: str, device: str | None
    ) -> list[tuple[list[RateLimitItem], tuple[str, ...]]]:
        if device is not None:
            return [(self._login, ("device", name, device))]
        network = network_of(address)
        return [
            (self._login, ("pair", name, network)),
            ([_times(item, PER_ACCOUNT) for item in self._login], ("account", name)),
            ([_times(item, PER_ADDRESS) for item in self._login], ("address", network)),
        ]

    def _spend(
        self, items: list[RateLimitItem], key: tuple[str, ...], refusal: type[TooMany]
    ) -> None:
        self._test(items, key, refusal)
        for item in items:
            self._limiter.hit(item, *key)

    def _test(
        self, items: list[RateLimitItem], key: tuple[str, ...], refusal: type[TooMany]
    ) -> None:
        waits = [self._wait(item, key) for item in items if not self._limiter.test(item, *key)]
        if waits:
            raise refusal(max(waits))

    def _wait(self, item: RateLimitItem, key: tuple[str, ...]) -> float:
        # `limits` counts by the machine's clock; this difference is the only use of it.
        return self._limiter.get_window_stats(item, *key).reset_time - time.time()  # noqa: TID251


def network_of(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))


def _times(item: RateLimitItem, factor: int) -> RateLimitItem:
    return type(item)(item.amount * factor, item.multiples, item.namespace)
