"""What pages and API read of the statistics.

Everything here is of one snapshot: a page never mixes numbers of before and after a result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, select

from clutch.accounts.models import AccountId
from clutch.kernel.parts import in_parts
from clutch.kernel.projections import find_cursor
from clutch.statistics import tables
from clutch.statistics.models import Axis, Holder, Mode, Point
from clutch.statistics.projection import NAME, Statistics
from clutch.statistics.ratings import Rating
from clutch.statistics.repository import AT_ONCE, key_of, of, tallies_of, tally_of
from clutch.statistics.rerating import Refold, find_refold
from clutch.statistics.tallies import EVER, Tally, TallyKey

HISTORY = 200


class Numbers(msgspec.Struct, frozen=True):
    """All tallies of one holder. `recomputing`: ratings may be those of before a correction."""

    holder: Holder
    tallies: Mapping[TallyKey, Tally]
    recomputing: bool

    def get(self, axis: Axis = Axis.ALL, value: str = "", period: str = EVER) -> Tally | None:
        return self.tallies.get(TallyKey(axis, value, period))

    @property
    def total(self) -> Tally | None:
        """Over everything, ever; None where nothing counts yet."""
        return self.get()

    def along(self, axis: Axis) -> list[tuple[str, Tally]]:
        """The tallies of an axis, the most played first."""
        found = [
            (key.value, tally)
            for key, tally in self.tallies.items()
            if key.axis is axis and key.period == EVER
        ]
        return sorted(found, key=lambda one: (-one[1].played, one[0].casefold()))

    def months(self) -> list[tuple[str, Tally]]:
        """Month by month, the first one first."""
        return sorted(
            (key.period, tally)
            for key, tally in self.tallies.items()
            if key.axis is Axis.ALL and len(key.period) == len("2026-03")
        )


class Best(msgspec.Struct, frozen=True):
    """The highest rating that somebody had, and when."""

    rating: Rating
    at: datetime


def is_ready(conn: Connection) -> bool:
    """Whether the tables are whole: folded, of this release's form, not being rebuilt."""
    cursor = find_cursor(conn, NAME)
    return (
        cursor is not None
        and cursor.version == Statistics.version
        and cursor.position >= cursor.quiet_until
    )


def numbers(conn: Connection, holder: Holder) -> Numbers:
    """The tallies of a holder; empty for who has no counted match."""
    found = tallies_of(conn, [holder])[holder]
    return Numbers(holder, found, is_recomputing(find_refold(conn), found))


def is_recomputing(refold: Refold | None, tallies: Mapping[TallyKey, Tally]) -> bool:
    """Whether the ratings shown may change by a correction that is being worked through."""
    return refold is not None and bool(tallies)


def opponents_of(conn: Connection, holder: Holder) -> list[tuple[int, Tally]]:
    """Everybody whom the holder met, the most often met first."""
    found = [(int(row.value), tally_of(row)) for row in conn.execute(_OPPONENTS, of(holder))]
    return sorted(found, key=lambda one: (-one[1].played, one[0]))


def against(conn: Connection, holder: Holder, other_id: int) -> Tally:
    """What the holder's matches against one opponent add up to."""
    row = conn.execute(_AGAINST, {**of(holder), "other": str(other_id)}).one_or_none()
    return Tally() if row is None else tally_of(row)


def rating_history(conn: Connection, holder: Holder, most: int = HISTORY) -> list[Point]:
    """The last rated matches, the first one first."""
    rows = conn.execute(_HISTORY, {**of(holder), "most": most}).all()
    return [
        Point(row.at, row.game, row.won, row.chance, Rating(row.skill, row.doubt))
        for row in reversed(rows)
    ]


def best_rating(conn: Connection, holder: Holder) -> Best | None:
    """The highest rating ever; None before the first rated match."""
    row = conn.execute(_BEST, of(holder)).one_or_none()
    return None if row is None else Best(Rating(row.skill, row.doubt), row.at)


def placements_of(conn: Connection, holder: Holder) -> list[tuple[int, int, int]]:
    """Rank, last shared rank and number of participants of each counted tournament, in order."""
    rows = conn.execute(_PLACEMENTS, of(holder))
    return [(row.rank, row.to, row.participants) for row in rows]


def ratings_of(
    conn: Connection, mode: Mode, ids: Sequence[int], game: str = ""
) -> dict[int, Rating]:
    """The ratings of many, in a game or ("") over all; who has none is not in the dict."""
    axis = Axis.GAME if game else Axis.ALL
    found: dict[int, Rating] = {}
    for some in in_parts(ids, AT_ONCE):
        asked = {"of_mode": mode.value, "axis": axis.value, "game": game, "ids": list(some)}
        for row in conn.execute(_RATINGS, asked):
            found[row.holder_id] = Rating(row.skill, row.doubt)
    return found


def numbers_of(conn: Connection, account_id: AccountId) -> dict[str, Any]:
    """What the statistics keep about a person, for their own download."""
    found: dict[str, Any] = {}
    for mode in (Mode.SOLO, Mode.ROSTER):
        rows = conn.execute(_ALL, {"of_mode": mode.value, "of_id": account_id})
        found[mode.value] = [
            {"axis": key.axis, "value": key.value, "period": key.period, "numbers": tally}
            for key, tally in ((key_of(row), tally_of(row)) for row in rows)
        ]
    return found


_MINE = and_(
    tables.played.c.mode == bindparam("of_mode"),
    tables.played.c.holder_id == bindparam("of_id"),
    tables.played.c.skill.is_not(None),
)
_HISTORY = (
    select(tables.played)
    .where(_MINE)
    .order_by(tables.played.c.place.desc())
    .limit(bindparam("most"))
)
_OPPONENTS = select(tables.tally).where(
    tables.tally.c.mode == bindparam("of_mode"),
    tables.tally.c.holder_id == bindparam("of_id"),
    tables.tally.c.axis == Axis.OPPONENT.value,
    tables.tally.c.period == EVER,
)
_AGAINST = _OPPONENTS.where(tables.tally.c.value == bindparam("other"))
_BEST = (
    select(tables.played.c.skill, tables.played.c.doubt, tables.played.c.at)
    .where(_MINE)
    .order_by(tables.played.c.skill.desc(), tables.played.c.place)
    .limit(1)
)
_PLACEMENTS = (
    select(tables.placed)
    .where(
        tables.placed.c.mode == bindparam("of_mode"),
        tables.placed.c.holder_id == bindparam("of_id"),
        tables.placed.c.counts.is_(True),
    )
    .order_by(tables.placed.c.place)
)
_RATINGS = select(tables.tally.c.holder_id, tables.tally.c.skill, tables.tally.c.doubt).where(
    tables.tally.c.mode == bindparam("of_mode"),
    tables.tally.c.axis == bindparam("axis"),
    tables.tally.c.value == bindparam("game"),
    tables.tally.c.period == EVER,
    tables.tally.c.holder_id.in_(bindparam("ids", expanding=True)),
    tables.tally.c.skill.is_not(None),
)
_ALL = (
    select(tables.tally)
    .where(
        tables.tally.c.mode == bindparam("of_mode"), tables.tally.c.holder_id == bindparam("of_id")
    )
    .order_by(tables.tally.c.axis, tables.tally.c.value, tables.tally.c.period)
)
