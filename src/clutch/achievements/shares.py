"""How many hold what: counted once, and again only when it has changed.

Players are counted among all accounts that are not deleted, teams among all that are not disbanded.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from clutch.accounts.tables import account
from clutch.achievements.record import HolderKind
from clutch.achievements.tables import tally, unlock
from clutch.kernel.epoch import get_epoch
from clutch.teams.tables import team

Holding = tuple[HolderKind, str, int]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many there are of a kind, and how many of them hold each tier."""

    of_kind: Mapping[HolderKind, int]
    holding: Mapping[Holding, int]

    def holders(self, kind: HolderKind, key: str, tier: int) -> int:
        return self.holding.get((kind, key, tier), 0)

    def percent(self, kind: HolderKind, key: str, tier: int) -> float | None:
        """Of a hundred players (or teams) so many hold it; None while there are none at all."""
        everybody = self.of_kind[kind]
        return None if not everybody else 100 * self.holders(kind, key, tier) / everybody


class Shares:
    """The counts as they were last asked for; one for a process, for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[tuple[str, int], Counted] | None = None

    def read(self, conn: Connection) -> Counted:
        """The counts as of this snapshot."""
        at = get_epoch(conn), conn.execute(_SEQ).scalar_one()
        with self._lock:
            if self._kept is not None and self._kept[0] == at:
                return self._kept[1]
        counted = count(conn)
        with self._lock:
            self._kept = at, counted
        return counted


def count(conn: Connection) -> Counted:
    """Count now."""
    of_kind = {kind: conn.execute(_ALIVE[kind]).scalar_one() for kind in HolderKind}
    holding = {
        (kind, row.key, row.tier): row.holders
        for kind in HolderKind
        for row in conn.execute(_HOLDING[kind])
    }
    return Counted(of_kind, holding)


_SEQ = select(tally.c.seq)
_THERE = {
    HolderKind.PLAYER: (account, account.c.deleted_at.is_(None)),
    HolderKind.TEAM: (team, team.c.disbanded_at.is_(None)),
}
_ALIVE = {
    kind: select(func.count()).select_from(table).where(there)
    for kind, (table, there) in _THERE.items()
}
# Challenges are not counted: whoever was away that day could not have met them.
_HOLDING = {
    kind: select(unlock.c.key, unlock.c.tier, func.count().label("holders"))
    .join(table, and_(table.c.id == unlock.c.holder_id, unlock.c.holder_kind == kind.value))
    .where(there, unlock.c.period == "")
    .group_by(unlock.c.key, unlock.c.tier)
    for kind, (table, there) in _THERE.items()
}
