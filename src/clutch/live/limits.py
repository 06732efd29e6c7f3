"""How much of live one account, one network address, one client and all together may have."""

from __future__ import annotations

import resource
from collections import Counter, OrderedDict
from ipaddress import IPv6Address, ip_address

import structlog

from clutch.live.listener import Who
from clutch.live.refusals import ProcessFull, TooManyConnections, TooManyOpenings

_log = structlog.get_logger("live")

CONNECTIONS_AN_ACCOUNT = 10
# Processes share the work by chance: somebody with few connections is never refused for it.
FEWEST = 8
# Open files that are left for the database, logs, pages and static files.
OTHER_FILES = 256
BURST_S = 4
# Who comes from the machine itself is a proxy, with so many behind it.
BEHIND_A_PROXY = 20
MOST_NETWORKS = 10_000


class Doors:
    """Counts the connections of this process by account and by network address, and all of them.

    Who comes from the machine itself is not counted by address: that is a proxy that nobody has
    told us of, with everybody behind it. `address`, `account`: what each may have in the whole site
    of so many `workers`.
    """

    def __init__(
        self,
        address: int,
        account: int = CONNECTIONS_AN_ACCOUNT,
        *,
        workers: int = 1,
        most: int | None = None,
    ) -> None:
        self._account = share_of(account, workers)
        self._address = share_of(address, workers)
        self._most = most_connections() if most is None else most
        self._counted: Counter[str] = Counter()
        self._open = 0
        self._knocks: OrderedDict[str | None, Patience] = OrderedDict()
        self._has_warned = False

    def knock(self, address: str, now: float, *, is_forwarded: bool) -> None:
        """Somebody wants to open a connection or polls: before anything is read for them.

        `now`: seconds of a steady clock. `is_forwarded`: a proxy says that it asks for others.

        Raises:
            ProcessFull: this process has as many connections as it can.
            TooManyOpenings: this address wants to too often.
        """
        network = network_of(address)
        if network is None and is_forwarded:
            self._warn()
        self._require_room()
        if not self._patience_with(network).hears(now):
            raise TooManyOpenings

    def enter(self, who: Who) -> None:
        """Count a connection.

        Raises:
            ProcessFull: this process has as many as it can; this one is not counted.
            TooManyConnections: there are as many as there may be; this one is not counted.
        """
        self._require_room()
        limits = self._limits(who)
        for key, limit in limits.items():
            if self._counted[key] >= limit:
                raise TooManyConnections(limit=limit)
        self._counted.update(limits.keys())
        self._open += 1

    def leave(self, who: Who) -> None:
        self._open -= 1
        for key in self._limits(who):
            self._counted[key] -= 1
            if not self._counted[key]:
                del self._counted[key]

    def _require_room(self) -> None:
        if self._open >= self._most:
            raise ProcessFull

    def _patience_with(self, network: str | None) -> Patience:
        found = self._knocks.pop(network, None)
        if found is None:
            a_second = self._address * (BEHIND_A_PROXY if network is None else 1)
            found = Patience(burst=a_second * BURST_S, a_second=a_second)
        # Who was here last is forgotten last.
        self._knocks[network] = found
        if len(self._knocks) > MOST_NETWORKS:
            self._knocks.popitem(last=False)
        return found

    def _warn(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            _log.warning(
                "a proxy on this machine is not believed: everybody counts as one address",
                setting="CLUTCH_TRUSTED_PROXIES",
            )

    def _limits(self, who: Who) -> dict[str, int]:
        limits = {}
        network = network_of(who.address)
        if network is not None:
            limits[f"address {network}"] = self._address
        if who.actor.account_id is not None:
            limits[f"account {who.actor.account_id}"] = self._account
        return limits


def share_of(limit: int, workers: int) -> int:
    """What one of the serving processes allows of a limit for all of them."""
    return max(-(-limit // workers), min(limit, FEWEST))


def most_connections() -> int:
    """How many connections this process can have: a file each, and others need some, too."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(files - OTHER_FILES, files // 2)


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
