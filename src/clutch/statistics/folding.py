"""Folding matches into tallies, one by one or all of a holder's anew; pure but for the `Book`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from clutch.statistics.models import Axis, Decided, Holder, Placed
from clutch.statistics.ratings import NEWCOMER, Rater, Rating
from clutch.statistics.repository import Tallies, tallies_of
from clutch.statistics.tallies import (
    EVER,
    Tally,
    TallyKey,
    add_map,
    add_match,
    add_placed,
    maps_won,
    match_keys,
    month_of,
    outing_of,
    placed_keys,
)

MOST_KEPT = 4_000

# Who, in which game ("" for all games): the rating before a match.
Find = Callable[[Holder, str], Rating]


class Rated(NamedTuple):
    """What a match did to a holder's ratings; `chance` of winning as it was before."""

    chance: float
    overall: Rating
    in_game: Rating


class Book:
    """The tallies of holders, read when they are needed, and which of them changed."""

    def __init__(self, kept: Tallies | None = None) -> None:
        self._kept: Tallies = {} if kept is None else kept
        self.touched: defaultdict[Holder, set[TallyKey]] = defaultdict(set)
        self._together: dict[tuple[Holder, tuple[TallyKey, ...]], tuple[Tally, ...]] = {}

    def load(self, conn: Connection, holders: Iterable[Holder]) -> None:
        missing = [holder for holder in dict.fromkeys(holders) if holder not in self._kept]
        if missing:
            self._kept |= tallies_of(conn, missing)

    def of(self, holder: Holder) -> Mapping[TallyKey, Tally]:
        """All tallies of a holder that was loaded."""
        return self._kept[holder]

    def change(self, holder: Holder, key: TallyKey) -> Tally:
        """The tally, to be changed."""
        self.touched[holder].add(key)
        tallies = self._kept[holder]
        found = tallies.get(key)
        if found is None:
            found = tallies[key] = Tally()
        return found

    def change_all(self, holder: Holder, keys: tuple[TallyKey, ...]) -> tuple[Tally, ...]:
        """The tallies of these keys, to be changed; those of two who meet often are found once."""
        found = self._together.get((holder, keys))
        if found is None:
            found = tuple([self.change(holder, key) for key in keys])
            self._together[holder, keys] = found
        return found

    def replace(self, holder: Holder, tallies: dict[TallyKey, Tally]) -> None:
        """Put others in place of all tallies of a holder."""
        self._kept[holder] = tallies
        self._together.clear()
        self.touched.pop(holder, None)

    def rating(self, holder: Holder, game: str) -> Rating:
        """What the holder is rated now, in a game or ("") over all."""
        found = self._kept[holder].get(rating_key(game))
        if found is None or found.skill is None or found.doubt is None:
            return NEWCOMER
        return Rating(found.skill, found.doubt)

    def settle(self) -> Tallies:
        """What may be kept for the next step."""
        return self._kept if len(self._kept) <= MOST_KEPT else {}


@lru_cache(maxsize=512)
def rating_key(game: str) -> TallyKey:
    """The tally that shows the present rating."""
    return TallyKey(Axis.GAME, game, EVER) if game else TallyKey(Axis.ALL, "", EVER)


def rate(rater: Rater, decided: Decided, find: Find) -> dict[Holder, Rated]:
    """The ratings of everybody after a match; empty where the match rates nobody.

    `find` gives what they were before it.
    """
    found: dict[Holder, Rated] = {}
    if decided.winner is None or not decided.is_rated:
        return found
    for mode, sides in decided.contests:
        if not (sides[0] and sides[1]):
            continue
        holders = [[Holder(mode, one) for one in side] for side in sides]
        before = [[find(one, "") for one in side] for side in holders]
        in_game = [[find(one, decided.game) for one in side] for side in holders]
        chance, overall = rater.rate(before, decided.winner)
        # Who plays one game only is rated in it as over all.
        same = before == in_game
        after_game = overall if same else rater.rate(in_game, decided.winner)[1]
        for side, own in enumerate((chance, 1 - chance)):
            for number, holder in enumerate(holders[side]):
                found[holder] = Rated(own, overall[side][number], after_game[side][number])
    return found


def fold_match(
    book: Book, decided: Decided, rated: Mapping[Holder, Rated], besides: Collection[Holder]
) -> None:
    """Add a match to the tallies of everybody in it, but for those who are folded anew."""
    contests = decided.contests
    for side in (0, 1):
        outing = outing_of(decided, side)
        keys = match_keys(decided, decided.sides[1 - side].unit)
        maps = list(maps_won(decided.maps, side)) if outing.rated else []
        for mode, sides in contests:
            for one in sides[side]:
                holder = Holder(mode, one)
                if holder in besides:
                    continue
                add_match(book.change_all(holder, keys), outing)
                for key, won in maps:
                    add_map(book.change(holder, key), won, decided.at)
    for holder, after in rated.items():
        set_ratings(book, holder, decided, after.overall, after.in_game)


class When(Protocol):
    """A match, as far as its periods and its game go."""

    @property
    def at(self) -> datetime: ...

    @property
    def game(self) -> str: ...


def set_ratings(book: Book, holder: Holder, when: When, overall: Rating, in_game: Rating) -> None:
    """Let the tallies of the match's periods show these ratings."""
    month = month_of(when.at)
    for tally in book.change_all(holder, rating_keys("", month)):
        tally.skill, tally.doubt = overall
    for tally in book.change_all(holder, rating_keys(when.game, month)):
        tally.skill, tally.doubt = in_game


@lru_cache(maxsize=512)
def rating_keys(game: str, month: str) -> tuple[TallyKey, TallyKey, TallyKey]:
    """The tallies that show a rating as it is after a match of that month."""
    axis = Axis.GAME if game else Axis.ALL
    return (
        TallyKey(axis, game, EVER),
        TallyKey(axis, game, month[:4]),
        TallyKey(axis, game, month),
    )


def fold_placed(book: Book, placed: Placed) -> None:
    """Add a placement."""
    for key in placed_keys(placed):
        add_placed(book.change(placed.holder, key), placed)


def side_of(decided: Decided, holder: Holder) -> int:
    """On which side of a match the holder stood."""
    for mode, sides in decided.contests:
        if mode is holder.mode:
            return int(holder.id not in sides[0])
    raise LookupError(f"{holder} did not play {decided.key}")


def fold_holder(
    holder: Holder,
    matches: Iterable[Decided],
    placements: Iterable[Placed],
    ratings: Mapping[int, tuple[Rating, Rating]],
) -> dict[TallyKey, Tally]:
    """All tallies of one holder from nothing.

    `matches` are their counted ones by place; `ratings` by place, over all and in the game.
    """
    tallies: dict[TallyKey, Tally] = {}
    book = Book({holder: tallies})
    for decided in matches:
        side = side_of(decided, holder)
        outing = outing_of(decided, side)
        keys = match_keys(decided, decided.sides[1 - side].unit)
        add_match(book.change_all(holder, keys), outing)
        if not outing.rated:
            continue
        for key, won in maps_won(decided.maps, side):
            add_map(book.change(holder, key), won, decided.at)
        if decided.place in ratings:
            set_ratings(book, holder, decided, *ratings[decided.place])
    for placed in placements:
        fold_placed(book, placed)
    return tallies
