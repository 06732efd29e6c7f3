"""Tallies: what matches and placements add up to for one holder, along one axis, in one period.

Everything here is arithmetic over values: a tally is the same whether matches are added as they
come or all anew, as long as their order is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

from clutch.statistics.models import Axis, BestPlace, Decided, MapWon, Placed, is_podium
from clutch.statistics.ratings import Rating

FORM = 20
EVER = ""


class TallyKey(NamedTuple):
    """Which tally of a holder: an axis, its value, and a period (EVER, `2026` or `2026-03`)."""

    axis: Axis
    value: str = ""
    period: str = EVER


class Tally(msgspec.Struct):
    """Counters. Won and lost contain walkovers; games and deciders are those of the `games_from`
    matches in which a best-of was played and its score is known.

    `walkovers_lost` has the double forfeits in it, which both sides lose. `podiums` has the titles.

    `rank_sum` adds up twice the middle of each placement, which may be shared; `best_to` is the
    last rank that the best one is shared with.

    `form`: the last 20 rated matches, the latest last, as W and L. `streak`: won in a row, below
    zero lost in a row; walkovers neither add to it nor end it. `skill`/`doubt`: the rating after
    the period's last rated match, None before the first.
    """

    played: int = 0
    won: int = 0
    lost: int = 0
    walkovers_won: int = 0
    walkovers_lost: int = 0
    games_won: int = 0
    games_lost: int = 0
    games_from: int = 0
    deciders_won: int = 0
    deciders_lost: int = 0
    placed: int = 0
    titles: int = 0
    podiums: int = 0
    rank_sum: int = 0
    best_rank: int | None = None
    best_to: int | None = None
    best_among: int | None = None
    form: str = ""
    streak: int = 0
    longest: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    skill: float | None = None
    doubt: float | None = None

    @property
    def rating(self) -> Rating | None:
        """None before the first rated match."""
        if self.skill is None or self.doubt is None:
            return None
        return Rating(self.skill, self.doubt)

    @property
    def average_place(self) -> float | None:
        """The middle of shared places; None before the first placement."""
        return self.rank_sum / 2 / self.placed if self.placed else None

    @property
    def best_place(self) -> BestPlace | None:
        if self.best_rank is None or self.best_to is None or self.best_among is None:
            return None
        return BestPlace(self.best_rank, self.best_to, self.best_among)


class Outing(msgspec.Struct, frozen=True):
    """A decided match as one side lived it. `games`: won and lost, None where nobody knows them."""

    won: bool
    rated: bool
    walkover: bool
    decider: bool
    games: tuple[int, int] | None
    at: datetime


def outing_of(decided: Decided, side: int) -> Outing:
    """The match seen from a side."""
    return Outing(
        won=decided.winner == side,
        rated=decided.is_rated,
        walkover=not decided.is_rated,
        decider=decided.is_decider,
        games=_games_of(decided, side),
        at=decided.at,
    )


def _games_of(decided: Decided, side: int) -> tuple[int, int] | None:
    """Without a best-of a score counts points."""
    if decided.best_of is None or decided.scores is None:
        return None
    first, second = decided.scores
    return (first, second) if side == 0 else (second, first)


def match_keys(decided: Decided, opponent: int) -> tuple[TallyKey, ...]:
    """The tallies that a match stands in, beside those of its maps."""
    return _match_keys(decided.game, decided.format, month_of(decided.at), opponent)


@lru_cache(maxsize=4096)
def _match_keys(game: str, format_name: str, month: str, opponent: int) -> tuple[TallyKey, ...]:
    return (
        *_period_keys(game, month),
        TallyKey(Axis.FORMAT, format_name, EVER),
        TallyKey(Axis.OPPONENT, str(opponent), EVER),
    )


def _period_keys(game: str, month: str) -> tuple[TallyKey, ...]:
    periods = (EVER, month[:4], month)
    return tuple(
        TallyKey(axis, value, period)
        for axis, value in ((Axis.ALL, ""), (Axis.GAME, game))
        for period in periods
    )


def placed_keys(placed: Placed) -> tuple[TallyKey, ...]:
    """The tallies that a placement stands in."""
    keys = _period_keys(placed.game, month_of(placed.at))
    return (*keys, TallyKey(Axis.FORMAT, placed.format, EVER))


def month_of(at: datetime) -> str:
    """The calendar month, in UTC for everybody: `2026-03`."""
    return _month(at.year, at.month)


@lru_cache(maxsize=512)
def _month(year: int, month: int) -> str:
    return f"{year:04}-{month:02}"


def add_match(tallies: Iterable[Tally], outing: Outing) -> None:
    """Count a match in each of these tallies; matches come in the order of their places."""
    won, rated, at = outing.won, outing.rated, outing.at
    games_won, games_lost = outing.games or (0, 0)
    for tally in tallies:
        tally.played += 1
        if won:
            tally.won += 1
            tally.walkovers_won += outing.walkover
            tally.deciders_won += outing.decider
        else:
            tally.lost += 1
            tally.walkovers_lost += outing.walkover
            tally.deciders_lost += outing.decider
        if outing.games is not None:
            tally.games_from += 1
            tally.games_won += games_won
            tally.games_lost += games_lost
        tally.first_at = tally.first_at or at
        tally.last_at = at
        if rated:
            _go_on(tally, won)


def add_map(tally: Tally, won: bool, at: datetime) -> None:
    """Count one game on a map: the tally of a map counts games, not matches, also in its form."""
    tally.played += 1
    tally.won += won
    tally.lost += not won
    tally.first_at = tally.first_at or at
    tally.last_at = at
    _go_on(tally, won)


def add_placed(tally: Tally, placed: Placed) -> None:
    """Count a final placement; the order in which placements come does not matter."""
    tally.placed += 1
    tally.titles += placed.rank == 1
    tally.podiums += is_podium(placed.rank, placed.participants)
    tally.rank_sum += placed.rank + placed.to
    best = tally.best_place
    made = BestPlace(placed.rank, placed.to, placed.participants)
    if best is None or goodness(made) < goodness(best):
        tally.best_rank, tally.best_to, tally.best_among = made.rank, made.to, made.participants


def goodness(place: BestPlace) -> tuple[int, int, int]:
    """The smaller the better: the rank, then how large the field was, then with how many shared."""
    return place.rank, -place.participants, place.to


def maps_won(maps: Iterable[MapWon], side: int) -> Iterator[tuple[TallyKey, bool]]:
    """The tallies of the maps that were played, and whether the side won there."""
    for one in maps:
        yield _map_key(one.name), one.side == side


@lru_cache(maxsize=512)
def _map_key(name: str) -> TallyKey:
    return TallyKey(Axis.MAP, name)


def _go_on(tally: Tally, won: bool) -> None:
    tally.form = tally.form[1 - FORM :] + ("W" if won else "L")
    if won:
        tally.streak = tally.streak + 1 if tally.streak > 0 else 1
        if tally.streak > tally.longest:  # noqa: PLR1730 - in the hot path max() is a call
            tally.longest = tally.streak
    else:
        tally.streak = tally.streak - 1 if tally.streak < 0 else -1
