"""How many wrong passwords, sign-ups and reset links there may be, whichever process is asked."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from limits import parse_many

from clutch.accounts import budgets
from clutch.accounts.budgets import Budget, budget_of
from clutch.accounts.refusals import TooMany, TooManyLogins, TooManyResets, TooManySignups
from clutch.kernel.clock import Clock
from clutch.kernel.database import Database
from clutch.kernel.writing import Transaction, Writer

# One address may be a whole LAN party: it gets this many times what one account from it gets.
PER_ADDRESS = 10
# Strangers' tries at one account, from however many addresses; known devices are not counted in.
PER_ACCOUNT = 5
RESETS_PER_ADDRESS = "5/minute;30/hour"
RESETS_PER_TARGET = "3/hour"


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """A log-in that was let through to the password, and counted as if that were wrong."""

    own: Budget
    counted: tuple[int, ...]


class Throttle:
    """All budgets of the site; `login` and `signup` are limits as text: `10/minute;60/hour`.

    A try is counted before it is looked at, so that many at once are no more than the limit. What
    is refused costs one read and counts nothing.
    """

    def __init__(
        self, database: Database, writer: Writer, login: str, signup: str, clock: Clock
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._login = parse_many(login)
        self._signup = parse_many(signup)
        self._resets = parse_many(RESETS_PER_ADDRESS)
        self._resets_of_one = parse_many(RESETS_PER_TARGET)

    def spend_login(self, name: str, address: str, device: str | None) -> LoginAttempt:
        """Count a log-in. `name` is folded; `device` only when it is known to the account.

        A device that logged in before has a budget of its own and no other: a stranger can spend
        the account's and the address's, and its owner still gets in.

        Raises:
            TooManyLogins: with the time after which a try is allowed again.
        """
        wanted = self._login_budgets(name, address, device)
        return LoginAttempt(wanted[0], self._spend(wanted, TooManyLogins))

    def forgive(self, right: LoginAttempt) -> None:
        """The password was right: forget the mistypings of whoever got in.

        The address's and the account's wide budgets only get this attempt back.
        """

        def work(tx: Transaction) -> None:
            budgets.empty(tx, right.own)
            budgets.give_back(tx, right.counted)

        self._writer.write(work)

    def give_back(self, unheard: LoginAttempt) -> None:
        """Nobody looked at the password: as if it had not been tried."""
        self._writer.write(lambda tx: budgets.give_back(tx, unheard.counted))

    def spend_signup(self, address: str) -> None:
        """Count a new account from this address.

        Raises:
            TooManySignups: the address has made too many.
        """
        self._spend([budget_of(self._signup, "signup", network_of(address))], TooManySignups)

    def spend_reset(self, address: str) -> None:
        """Count a request for a reset link from this address.

        Raises:
            TooManyResets: the address has asked too often.
        """
        self._spend([budget_of(self._resets, "reset", network_of(address))], TooManyResets)

    def may_mail_reset(self, account_id: int) -> bool:
        """Whether this account may be sent one more link; a no is never shown, for it would tell
        that it exists.
        """
        try:
            self._spend([budget_of(self._resets_of_one, "reset-of", str(account_id))], TooMany)
        except TooMany:
            return False
        return True

    def _login_budgets(self, name: str, address: str, device: str | None) -> list[Budget]:
        if device is not None:
            return [budget_of(self._login, "device", name, device)]
        network = network_of(address)
        return [
            budget_of(self._login, "pair", name, network),
            budget_of(self._login, "account", name, times=PER_ACCOUNT),
            budget_of(self._login, "address", network, times=PER_ADDRESS),
        ]

    def _spend(self, wanted: list[Budget], refusal: type[TooMany]) -> tuple[int, ...]:
        with self._database.read() as conn:
            budgets.refuse_spent(conn, wanted, self._clock.now(), refusal)
        return tuple(self._writer.write(lambda tx: budgets.spend(tx, wanted, refusal)))


def network_of(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
