"""What a format says of a draw, and how the matches follow from that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from clutch.engine.seeding import bracket_order
from clutch.engine.settings import BestOf, Bracket, Settings
from clutch.engine.stage import (
    Feed,
    Holds,
    Levels,
    LoserOf,
    Match,
    MatchId,
    MatchPlan,
    Opponent,
    Seed,
    Source,
    Status,
    WinnerOf,
)


@dataclass(frozen=True, slots=True)
class MatchDrawing:
    """One match as a format draws it: where it stands and where its opponents come from."""

    id: MatchId
    bracket: Bracket
    round: int
    place: int
    sources: tuple[Source, Source]
    levels: Levels
    is_final: bool = False
    needed_if: Feed | None = None


class Format(Protocol):
    """A way to play a stage."""

    def check(self, settings: Settings) -> None:
        """Refuse settings that this format has no use for and that would mislead."""

    def blueprint(self, count: int, settings: Settings) -> tuple[MatchDrawing, ...]:
        """Draw every match for `count` participants, each after those that feed it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The matches before anybody stands in them.

    `seats` names the matches in which seeds stand from the start (in the first round, and in the
    second after a bye), with the seed of either side or None.
    """

    matches: Mapping[MatchId, Match]
    seats: tuple[tuple[MatchId, tuple[int | None, int | None]], ...]


def rounds_for(count: int) -> int:
    """How many rounds a knock-out of `count` needs: the least k with 2^k places."""
    return (count - 1).bit_length()


def upper_id(round_number: int, place: int) -> MatchId:
    """The id of a match of the upper bracket."""
    return MatchId(f"U{round_number}.{place}")


def upper_sources(rounds: int, round_number: int, place: int) -> tuple[Source, Source]:
    """Seeds in the first round, after that the winners of two neighbouring matches."""
    second = 2 * place
    if round_number == 1:
        order = bracket_order(2**rounds)
        return Seed(order[second - 2]), Seed(order[second - 1])
    before = round_number - 1
    return WinnerOf(upper_id(before, second - 1)), WinnerOf(upper_id(before, second))


def shape_from(drawings: Iterable[MatchDrawing], count: int, best_of: BestOf) -> Shape:
    """Work out the feeds, the byes and who stands where from the start."""
    drawn = tuple(drawings)
    feeds = _Feeds(drawn)
    standings = _Standings(count)
    matches: dict[MatchId, Match] = {}
    seats: list[tuple[MatchId, tuple[int | None, int | None]]] = []
    for drawing in drawn:
        first, second = standings.of(drawing.sources[0]), standings.of(drawing.sources[1])
        standings.pass_on(drawing.id, first, second)
        is_bye = first.holds is Holds.BYE or second.holds is Holds.BYE
        opponents = (
            Opponent(drawing.sources[0], first.holds),
            Opponent(drawing.sources[1], second.holds),
        )
        status = Status.BYE if is_bye else Status.WAITING
        matches[drawing.id] = Match(_plan(drawing, feeds, best_of), opponents, status)
        if first.seed or second.seed:
            seats.append((drawing.id, (first.seed, second.seed)))
    return Shape(MappingProxyType(matches), tuple(seats))


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the draw alone says of an opponent: a seed, a bye, or nothing yet."""

    holds: Holds
    seed: int | None = None


_UNKNOWN = _Standing(Holds.UNKNOWN)
_BYE = _Standing(Holds.BYE)


class _Standings:
    """What the draw alone says of who wins and who loses each match: a bye passes the other on."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._winners: dict[MatchId, _Standing] = {}
        self._losers: dict[MatchId, _Standing] = {}

    def of(self, source: Source) -> _Standing:
        if isinstance(source, WinnerOf):
            return self._winners[source.match]
        if isinstance(source, LoserOf):
            return self._losers[source.match]
        return _BYE if source.number > self._count else _Standing(Holds.UNKNOWN, source.number)

    def pass_on(self, match: MatchId, first: _Standing, second: _Standing) -> None:
        if first.holds is Holds.BYE:
            self._winners[match], self._losers[match] = second, _BYE
        elif second.holds is Holds.BYE:
            self._winners[match], self._losers[match] = first, _BYE
        else:
            self._winners[match], self._losers[match] = _UNKNOWN, _UNKNOWN


class _Feeds:
    """Where winners and losers go: the sources, read from the other end."""

    def __init__(self, drawings: Iterable[MatchDrawing]) -> None:
        self.winners: dict[MatchId, Feed] = {}
        self.losers: dict[MatchId, Feed] = {}
        for drawing in drawings:
            for side, source in enumerate(drawing.sources):
                if isinstance(source, WinnerOf):
                    self.winners[source.match] = Feed(drawing.id, side)
                elif isinstance(source, LoserOf):
                    self.losers[source.match] = Feed(drawing.id, side)


def _plan(drawing: MatchDrawing, feeds: _Feeds, best_of: BestOf) -> MatchPlan:
    return MatchPlan(
        id=drawing.id,
        bracket=drawing.bracket,
        round=drawing.round,
        place=drawing.place,
        best_of=best_of.of(drawing.bracket, drawing.round, final=drawing.is_final),
        levels=drawing.levels,
        winner_to=feeds.winners.get(drawing.id),
        loser_to=feeds.losers.get(drawing.id),
        needed_if=drawing.needed_if,
    )
