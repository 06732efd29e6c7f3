"""Computing ratings anew from a place on, as after the correction of an old match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, and_, bindparam, func, select

from clutch.kernel.parts import in_parts
from clutch.statistics import tables
from clutch.statistics.folding import Rated, rate
from clutch.statistics.models import Decided, Holder, MatchKey, Mode
from clutch.statistics.ratings import NEWCOMER, Rater, Rating
from clutch.statistics.repository import AT_ONCE, decided_from

# Matches that are rated anew in one step of a running site: some tenths of a second.
STRETCH = 2_000


class Refold(msgspec.Struct, frozen=True):
    """Ratings from place `since` on are being computed anew, and are right before `next`."""

    since: int
    next: int


class Rerated(NamedTuple):
    """A match with what it does to everybody's ratings."""

    decided: Decided
    rated: dict[Holder, Rated]


def find_refold(conn: Connection) -> Refold | None:
    """The recomputing that is under way; None when all ratings are right."""
    row = conn.execute(_REFOLD).one_or_none()
    return None if row is None else Refold(row.since, row.next)


def begin_refold(before: Refold | None, place: int | None) -> Refold | None:
    """What has to be computed anew after something changed at `place` (None: nothing did)."""
    if place is None:
        return before
    if before is None:
        return Refold(place, place)
    return Refold(min(before.since, place), min(before.next, place))


class Rerating:
    """Goes through the counted matches from a place on.

    `changed` are matches that are not (so) in the tables yet, None for those that are gone;
    `stretch` is how many are read at once.
    """

    def __init__(
        self,
        conn: Connection,
        rater: Rater,
        first: int,
        changed: dict[MatchKey, Decided | None],
        stretch: int,
    ) -> None:
        self._conn = conn
        self._stretch = stretch
        self._rater = rater
        self._first = first
        self._changed = changed
        self._ratings: dict[tuple[Holder, str], Rating] = {}
        self._known: set[Holder] = set()
        self.done: list[Rerated] = []

    def run(self, *, to_the_end: bool) -> int | None:
        """Rate the next stretch, or all; the place to go on from, None at the end."""
        first: int | None = self._first
        while first is not None:
            matches, first = self._read(first)
            self._load({holder for match in matches for holder in match.holders})
            for match in matches:
                self._rate(match)
            if not to_the_end:
                break
        return first

    def _read(self, first: int) -> tuple[list[Decided], int | None]:
        kept = decided_from(self._conn, first, self._stretch)
        is_full = len(kept) == self._stretch
        last = kept[-1].place if is_full else None
        here = [one for one in kept if one.key not in self._changed]
        here.extend(
            one
            for one in self._changed.values()
            if one is not None and one.is_counted and first <= one.place <= (last or one.place)
        )
        here.sort(key=lambda one: one.place)
        return here, None if last is None else last + 1

    def _rate(self, decided: Decided) -> None:
        rated = rate(self._rater, decided, self._find)
        for holder, after in rated.items():
            self._ratings[holder, ""] = after.overall
            self._ratings[holder, decided.game] = after.in_game
        if rated:
            self.done.append(Rerated(decided, rated))

    def _find(self, holder: Holder, game: str) -> Rating:
        return self._ratings.get((holder, game), NEWCOMER)

    def _load(self, holders: set[Holder]) -> None:
        missing = holders - self._known
        self._known |= missing
        self._ratings |= ratings_before(self._conn, missing, self._first)


def ratings_before(
    conn: Connection, holders: Iterable[Holder], place: int
) -> dict[tuple[Holder, str], Rating]:
    """The last ratings before a place, in each game and ("") over all."""
    wanted = list(holders)
    found: dict[tuple[Holder, str], Rating] = {}
    for mode in Mode:
        ids = sorted(holder.id for holder in wanted if holder.mode is mode)
        for some in in_parts(ids, AT_ONCE):
            asked = {"of_mode": mode.value, "ids": list(some), "before": place}
            for row in conn.execute(_BEFORE, asked):
                holder = Holder(mode, row.holder_id)
                found[holder, row.game] = Rating(row.game_skill, row.game_doubt)
                # Rows come by place: the last one of all games stays.
                found[holder, ""] = Rating(row.skill, row.doubt)
    return found


def holders_from(conn: Connection, place: int) -> list[Holder]:
    """Everybody who plays in a counted match from a place on."""
    rows = conn.execute(_HOLDERS_FROM, {"first": place})
    return [Holder(Mode(row.mode), row.holder_id) for row in rows]


def ratings_between(conn: Connection, first: int, before: int) -> Sequence[Any]:
    """The rated rows of places from `first` to before `before`, in order."""
    return conn.execute(_BETWEEN, {"first": first, "before": before}).all()


_REFOLD = select(tables.refold)
_RATED = tables.played.c.skill.is_not(None)
_LAST = (
    select(
        tables.played.c.mode,
        tables.played.c.holder_id,
        tables.played.c.game,
        func.max(tables.played.c.place).label("last"),
    )
    .where(
        tables.played.c.mode == bindparam("of_mode"),
        tables.played.c.holder_id.in_(bindparam("ids", expanding=True)),
        tables.played.c.place < bindparam("before"),
        _RATED,
    )
    .group_by(tables.played.c.mode, tables.played.c.holder_id, tables.played.c.game)
    .subquery("latest")
)
_BEFORE = (
    select(tables.played)
    .join(
        _LAST,
        and_(
            tables.played.c.mode == _LAST.c.mode,
            tables.played.c.holder_id == _LAST.c.holder_id,
            tables.played.c.place == _LAST.c.last,
        ),
    )
    .order_by(tables.played.c.place)
)
_HOLDERS_FROM = (
    select(tables.played.c.mode, tables.played.c.holder_id)
    .where(tables.played.c.place >= bindparam("first"))
    .distinct()
)
_BETWEEN = (
    select(tables.played)
    .where(
        tables.played.c.place >= bindparam("first"),
        tables.played.c.place < bindparam("before"),
        _RATED,
    )
    .order_by(tables.played.c.place)
)
