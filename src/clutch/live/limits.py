"""How much of live one account, one network address and one client may have."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv6Address, ip_address

from clutch.live.listener import Who
from clutch.live.refusals import TooManyConnections

CONNECTIONS_AN_ACCOUNT = 10


class Doors:
    """Counts the connections of this process by account and by network address.

    Who comes from the machine itself is not counted by address: that is a proxy that nobody has
    told us of, with everybody behind it.
    """

    def __init__(self, address: int, account: int = CONNECTIONS_AN_ACCOUNT) -> None:
        self._account = account
        self._address = address
        self._counted: Counter[str] = Counter()

    def enter(self, who: Who) -> None:
        """Count a connection.

        Raises:
            TooManyConnections: there are as many as there may be; this one is not counted.
        """
        limits = self._limits(who)
        for key, limit in limits.items():
            if self._counted[key] >= limit:
                raise TooManyConnections(limit=limit)
        self._counted.update(limits.keys())

    def leave(self, who: Who) -> None:
        for key in self._limits(who):
            self._counted[key] -= 1
            if not self._counted[key]:
                del self._counted[key]

    def _limits(self, who: Who) -> dict[str, int]:
        limits = {}
        network = network_of(who.address)
        if network is not None:
            limits[f"address {network}"] = self._address
        if who.actor.account_id is not None:
            limits[f"account {who.actor.account_id}"] = self._account
        return limits


def network_of(address: str) -> str | None:
    """The address, or of IPv6 the half that a household gets as a whole; None for this machine."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return None if parsed.is_loopback else parsed.exploded[:19]
        parsed = parsed.ipv4_mapped
    return None if parsed.is_loopback else str(parsed)


class Patience:
    """How many messages a client may still send: `burst` at once, then `a_second`."""

    def __init__(self, burst: int = 60, a_second: float = 20) -> None:
        self._burst = burst
        self._a_second = a_second
        self._left = float(burst)
        self._at: float | None = None

    def hears(self, now: float) -> bool:
        """Whether one more message at `now` (seconds of any steady clock) is fine."""
        if self._at is not None:
            gained = (now - self._at) * self._a_second
            self._left = min(self._burst, self._left + gained)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
