"""One step of the projection: from what events changed to rows and to who is told.

What only adds to the end is added. Whoever's older results changed is folded anew from all of
theirs, and ratings are computed anew from the first match that rates otherwise: nothing is ever
subtracted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from clutch.statistics import tables
from clutch.statistics.folding import (
    Book,
    Rated,
    fold_holder,
    fold_match,
    fold_placed,
    rate,
    set_ratings,
)
from clutch.statistics.models import Decided, Holder, Mode, Placed
from clutch.statistics.ratings import Rater, Rating
from clutch.statistics.reading import Changes
from clutch.statistics.repository import (
    Row,
    Rows,
    decided_of_holder,
    decided_row,
    of,
    placed_of_holder,
    placed_row,
    tally_row,
)
from clutch.statistics.rerating import (
    STRETCH,
    Refold,
    Rerating,
    begin_refold,
    holders_from,
    ratings_between,
)

PlayedKey = tuple[Holder, int]


class Change(NamedTuple):
    """A match whose counted result is another one than before; None: it does not count."""

    before: Decided | None
    now: Decided | None


class Step:
    """Works out what some changes mean. One use each."""

    def __init__(
        self,
        conn: Connection,
        book: Book,
        rater: Rater,
        changes: Changes,
        after: int,
        stretch: int = STRETCH,
    ) -> None:
        self._conn = conn
        self._stretch = stretch
        self._book = book
        self._rater = rater
        self._changes = changes
        self.rows = Rows()
        self.told: set[Holder] = set()
        self._fresh, self._others = sort_out(changes, after)
        self._dirty = dirty_holders(self._others, changes)
        # Rows of `played` that this step makes, and ratings that it gives to others.
        self._made: dict[PlayedKey, Row] = {}
        self._ratings: dict[Holder, dict[int, tuple[Rating, Rating]]] = {}

    def run(self, refold: Refold | None, *, to_the_end: bool) -> Refold | None:
        """Do all of it, but rate only one stretch anew unless `to_the_end`.

        Gives what is left of that for later.
        """
        self._keep_matches()
        self._keep_placements()
        self._add()
        for change in self._others:
            if change.now is not None and plays_otherwise(change):
                self._make_played(change.now, {})
        wanted = begin_refold(refold, first_rerated(self._others))
        left = None if wanted is None else self._rerate(wanted, refold, to_the_end)
        self._fold_dirty()
        self._keep_tallies()
        self._keep_refold(refold, left)
        self.told.update(self._dirty)
        return left

    # --- rows that follow from the changes alone ---

    def _keep_matches(self) -> None:
        changes = self._changes
        gone = [key for key, now in changes.now.items() if now is None and key in changes.before]
        self.rows.delete(
            tables.decided,
            [{"of_tournament_id": one, "of_match_id": match} for one, match in gone],
        )
        other = [
            decided_row(now)
            for key, now in changes.now.items()
            if now is not None and now != changes.before.get(key)
        ]
        self.rows.put(tables.decided, other)
        left = [
            {"of_mode": one.mode.value, "of_holder_id": one.id, "of_place": change.before.place}
            for change in self._others
            if change.before is not None and plays_otherwise(change)
            for one in change.before.holders
        ]
        self.rows.delete(tables.played, left)

    def _keep_placements(self) -> None:
        before, now = self._changes.placed_before, self._changes.placed_now
        other = sorted(one for one in now if now[one] != before.get(one, ()))
        gone = [{"of_tournament_id": one} for one in other if before.get(one)]
        self.rows.delete(tables.placed, gone)
        self.rows.insert(tables.placed, [placed_row(each) for one in other for each in now[one]])

    # --- what only adds to the end ---

    def _add(self) -> None:
        fresh_places = fresh_placements(self._changes)
        everybody = dict.fromkeys(one for match in self._fresh for one in match.holders)
        everybody |= dict.fromkeys(one.holder for one in fresh_places)
        self._book.load(self._conn, everybody)
        for match in self._fresh:
            rated = rate(self._rater, match, self._book.rating)
            fold_match(self._book, match, rated, self._dirty)
            self._make_played(match, rated)
        for one in fresh_places:
            if one.holder not in self._dirty:
                fold_placed(self._book, one)
        self.told.update(everybody)

    def _make_played(self, match: Decided, rated: dict[Holder, Rated]) -> None:
        for side in (0, 1):
            won = match.winner == side
            for mode, sides in match.contests:
                for one in sides[side]:
                    holder = Holder(mode, one)
                    row = _played_row(holder, match, side, won=won)
                    self._made[holder, match.place] = row
                    if holder in rated:
                        self._give(holder, match.place, rated[holder])

    def _give(self, holder: Holder, place: int, after: Rated) -> None:
        """A played match has these ratings now."""
        self._ratings.setdefault(holder, {})[place] = (after.overall, after.in_game)
        made = self._made.get((holder, place))
        if made is not None:
            made.update(_rating_columns(after))

    # --- ratings of what came before ---

    def _rerate(self, wanted: Refold, before: Refold | None, to_the_end: bool) -> Refold | None:
        changed = {
            key: now
            for key, now in self._changes.now.items()
            if now != self._changes.before.get(key)
        }
        rerating = Rerating(self._conn, self._rater, wanted.next, changed, self._stretch)
        next_place = rerating.run(to_the_end=to_the_end)
        self._keep_ratings(rerating)
        if next_place is None:
            self._show_ratings(wanted, rerating)
        left = None if next_place is None else Refold(wanted.since, next_place)
        if left is not None and (before is None or wanted.since < before.since):
            self.told.update(holders_from(self._conn, wanted.since))
        return left

    def _keep_ratings(self, rerating: Rerating) -> None:
        others: list[Row] = []
        for match, rated in rerating.done:
            for holder, after in rated.items():
                self._give(holder, match.place, after)
                if (holder, match.place) not in self._made:
                    new = {f"new_{name}": one for name, one in _rating_columns(after).items()}
                    others.append({**of(holder), "of_place": match.place} | new)
        self.rows.rerate(others)

    def _show_ratings(self, wanted: Refold, rerating: Rerating) -> None:
        """All ratings are right again: let the tallies show them, in the order of the matches."""
        earlier = ratings_between(self._conn, wanted.since, wanted.next)
        holders = {Holder(Mode(row.mode), row.holder_id) for row in earlier}
        holders |= {holder for _, rated in rerating.done for holder in rated}
        self._book.load(self._conn, holders)
        for row in earlier:
            holder = Holder(Mode(row.mode), row.holder_id)
            overall = Rating(row.skill, row.doubt)
            set_ratings(self._book, holder, row, overall, Rating(row.game_skill, row.game_doubt))
        for match, rated in rerating.done:
            for holder, after in rated.items():
                set_ratings(self._book, holder, match, after.overall, after.in_game)
        self.told.update(holders)

    # --- those who are folded anew ---

    def _fold_dirty(self) -> None:
        matches, placements = self._new_by_holder()
        for holder in sorted(self._dirty):
            tallies = fold_holder(
                holder,
                self._matches_of(holder, matches.get(holder, [])),
                self._placements_of(holder, placements.get(holder, [])),
                self._ratings_of(holder),
            )
            self._book.replace(holder, tallies)
            key = {"of_mode": holder.mode.value, "of_holder_id": holder.id}
            self.rows.delete(tables.tally, [key])
            rows = [tally_row(holder, key, tallies[key]) for key in sorted(tallies)]
            self.rows.insert(tables.tally, rows)

    def _new_by_holder(self) -> tuple[dict[Holder, list[Decided]], dict[Holder, list[Placed]]]:
        matches: dict[Holder, list[Decided]] = {}
        for match in self._changes.now.values():
            if match is not None and match.is_counted:
                for holder in self._dirty.intersection(match.holders):
                    matches.setdefault(holder, []).append(match)
        placements: dict[Holder, list[Placed]] = {}
        for places in self._changes.placed_now.values():
            for one in places:
                placements.setdefault(one.holder, []).append(one)
        return matches, placements

    def _matches_of(self, holder: Holder, new: list[Decided]) -> list[Decided]:
        now = self._changes.now
        kept = [one for one in decided_of_holder(self._conn, holder) if one.key not in now]
        return sorted(kept + new, key=lambda one: one.place)

    def _placements_of(self, holder: Holder, new: list[Placed]) -> list[Placed]:
        now = self._changes.placed_now
        kept = [one for one in placed_of_holder(self._conn, holder) if one.tournament_id not in now]
        return [one for one in kept + new if one.counts]

    def _ratings_of(self, holder: Holder) -> dict[int, tuple[Rating, Rating]]:
        rows = self._conn.execute(_RATINGS, of(holder))
        kept = {
            row.place: (Rating(row.skill, row.doubt), Rating(row.game_skill, row.game_doubt))
            for row in rows
        }
        return kept | self._ratings.get(holder, {})

    # --- what is written last ---

    def _keep_tallies(self) -> None:
        rows = [
            tally_row(holder, key, self._book.of(holder)[key])
            for holder in sorted(self._book.touched)
            for key in sorted(self._book.touched[holder])
        ]
        self.rows.put(tables.tally, rows)
        self.rows.put(tables.played, list(self._made.values()))

    def _keep_refold(self, before: Refold | None, left: Refold | None) -> None:
        if left == before:
            return
        self.rows.delete(tables.refold, [{"of_id": 1}])
        if left is not None:
            self.rows.insert(tables.refold, [{"id": 1, "since": left.since, "next": left.next}])


def sort_out(changes: Changes, after: int) -> tuple[list[Decided], list[Change]]:
    """What only adds to the end, in order, and everything else that changed."""
    fresh: list[Decided] = []
    others: list[Change] = []
    for key, one in changes.now.items():
        kept = changes.before.get(key)
        before = kept if kept is not None and kept.is_counted else None
        now = one if one is not None and one.is_counted else None
        if before == now:
            continue
        if before is None and now is not None and now.place > after:
            fresh.append(now)
        else:
            others.append(Change(before, now))
    return sorted(fresh, key=lambda one: one.place), others


def dirty_holders(others: Iterable[Change], changes: Changes) -> set[Holder]:
    """Everybody with an older result or placement that is not so any more."""
    dirty = {
        holder for change in others for one in change if one is not None for holder in one.holders
    }
    before, now = changes.placed_before, changes.placed_now
    for tournament_id, places in before.items():
        if places != now.get(tournament_id, ()):
            dirty.update(one.holder for one in places)
            dirty.update(one.holder for one in now.get(tournament_id, ()))
    return dirty


def fresh_placements(changes: Changes) -> list[Placed]:
    """Counted placements of tournaments that had none."""
    return [
        one
        for tournament_id, places in changes.placed_now.items()
        if not changes.placed_before.get(tournament_id)
        for one in places
        if one.counts
    ]


def first_rerated(others: Iterable[Change]) -> int | None:
    """The first place from which ratings are other ones; None: nobody's are."""
    places = [
        one.place
        for before, now in others
        if _rating_of(before) != _rating_of(now)
        for one in (before, now)
        if one is not None and one.is_rated
    ]
    return min(places, default=None)


def plays_otherwise(change: Change) -> bool:
    """Whether the holders' rows of the match are other ones."""
    return _shape(change.before) != _shape(change.now)


def _shape(one: Decided | None) -> tuple[object, ...] | None:
    return None if one is None else (one.place, one.game, one.sides, one.winner, _rating_of(one))


def _rating_of(one: Decided | None) -> tuple[object, ...] | None:
    """What of a match the ratings depend on; None: nothing."""
    if one is None or not one.is_rated:
        return None
    return (one.place, one.game, one.sides, one.winner)


def _played_row(holder: Holder, match: Decided, side: int, *, won: bool) -> Row:
    return {
        "mode": holder.mode.value,
        "holder_id": holder.id,
        "place": match.place,
        "side": side,
        "game": match.game,
        "at": match.at,
        "won": won,
        "chance": None,
        "skill": None,
        "doubt": None,
        "game_skill": None,
        "game_doubt": None,
    }


def _rating_columns(after: Rated) -> Row:
    return {
        "chance": after.chance,
        "skill": after.overall.skill,
        "doubt": after.overall.doubt,
        "game_skill": after.in_game.skill,
        "game_doubt": after.in_game.doubt,
    }


_RATINGS = select(tables.played).where(
    tables.played.c.mode == bindparam("of_mode"),
    tables.played.c.holder_id == bindparam("of_id"),
    tables.played.c.skill.is_not(None),
)
