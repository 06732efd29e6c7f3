"""Performance analysis: arithmetic that says where its figures come from.

Nothing is said from too few matches. Differences between two shares are judged by the usual test
for two proportions, with Yates' correction for small samples: `sureness` is how many standard
errors lie between them for certain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import msgspec

from clutch.statistics.models import Axis, Point
from clutch.statistics.ratings import Rating, Sides
from clutch.statistics.tallies import Tally

LEAST_MATCHES = 10
LEAST_OF_A_PART = 5
LEAST_PLACEMENTS = 3
LEAST_SPREAD = 4
RECENT = 10
BEFORE_THAT = 40
MOST_ADVICE = 5
MOST_SPOTS = 3
WIDE_MARGIN = 200
NO_SHOWS = 2

LOW, MEDIUM, HIGH = 1.0, 1.64, 2.33

Placement = tuple[int, int, int]
ChanceOf = Callable[[Sides], float]


class Confidence(StrEnum):
    """How sure a difference is, by how many standard errors it has: 1, 1.64, 2.33 or more."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Share(msgspec.Struct, frozen=True):
    """So many of so many."""

    won: int
    of: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.won / self.of) if self.of else None


class Compared(msgspec.Struct, frozen=True):
    """A share against another one; `sureness` above zero: it is the higher one."""

    share: Share
    other: Share
    sureness: float

    @property
    def confidence(self) -> Confidence:
        return confidence_of(self.sureness)


class Spot(msgspec.Struct, frozen=True):
    """A game, a format, a map or an opponent with better or worse results than elsewhere."""

    axis: Axis
    value: str
    compared: Compared


class Part(msgspec.Struct, frozen=True):
    """A part of the overall score: points from 0 to 100, how heavy it weighs, and its figures.

    `points` None: there is too little to tell, and it does not weigh. `share`: matches won;
    `expected`: how many of them the ratings gave; `tournaments`: those with a final place.
    """

    name: str
    points: int | None
    weight: int
    share: Share | None = None
    expected: float | None = None
    tournaments: int | None = None


class Score(msgspec.Struct, frozen=True):
    """The overall score from 0 to 100: the weighted mean of the parts that are known."""

    points: int
    parts: tuple[Part, ...]


class Consistency(msgspec.Struct, frozen=True):
    """100: always the same place in the field; 0: first and last in turns. Places are shares of
    the field in percent, 0 the first place.
    """

    points: int
    mean: int
    spread: int
    tournaments: int


class Advice(msgspec.Struct, frozen=True):
    """A recommendation: a code, and the figures that led to it."""

    code: str
    compared: Compared | None = None
    value: str = ""
    number: int = 0


class Analysis(msgspec.Struct, frozen=True):
    """What is None could not be told from so few matches.

    `spots`: how many games, formats and maps could be compared at all.
    """

    matches: int
    score: Score
    spots: int
    strengths: tuple[Spot, ...]
    weak: tuple[Spot, ...]
    consistency: Consistency | None
    clutch: Compared | None
    trend: Compared | None
    advice: tuple[Advice, ...]


class Record(msgspec.Struct, frozen=True):
    """What an analysis looks at: one holder's tallies, last rated matches and placements."""

    total: Tally
    along: dict[Axis, list[tuple[str, Tally]]]
    points: Sequence[Point]
    placements: Sequence[Placement]


def analyse(record: Record) -> Analysis | None:
    """The analysis of one holder; None below `LEAST_MATCHES` rated matches."""
    results = rated_share(record.total)
    if results.of < LEAST_MATCHES:
        return None
    spots = list(spots_of(record))
    strengths = tuple(one for one in spots if one.compared.sureness >= LOW)[:MOST_SPOTS]
    weak = tuple(one for one in reversed(spots) if one.compared.sureness <= -LOW)[:MOST_SPOTS]
    found = Analysis(
        matches=results.of,
        score=score_of(record),
        spots=len(spots),
        strengths=strengths,
        weak=weak,
        consistency=consistency_of(record.placements),
        clutch=clutch_of(record.total),
        trend=trend_of(record.points),
        advice=(),
    )
    return msgspec.structs.replace(found, advice=tuple(advise(found, record))[:MOST_ADVICE])


def rated_share(tally: Tally) -> Share:
    """Won of the matches that rate: without walkovers."""
    won = tally.won - tally.walkovers_won
    return Share(won, won + tally.lost - tally.walkovers_lost)


def compare(share: Share, other: Share) -> Compared | None:
    """A share against another; None where one of them is of fewer than five."""
    if share.of < LEAST_OF_A_PART or other.of < LEAST_OF_A_PART:
        return None
    pooled = (share.won + other.won) / (share.of + other.of)
    error = math.sqrt(pooled * (1 - pooled) * (1 / share.of + 1 / other.of))
    difference = share.won / share.of - other.won / other.of
    # Who won counts in whole matches: half a step on either side may be chance alone.
    sure = max(0.0, abs(difference) - (1 / share.of + 1 / other.of) / 2)
    return Compared(share, other, math.copysign(sure / error, difference) if error else 0.0)


def confidence_of(sureness: float) -> Confidence:
    """In words, how sure a difference is."""
    far = abs(sureness)
    if far >= HIGH:
        return Confidence.HIGH
    if far >= MEDIUM:
        return Confidence.MEDIUM
    return Confidence.LOW if far >= LOW else Confidence.NONE


def score_of(record: Record) -> Score:
    """Results weigh 40; form, placements and what the ratings expected 20 each."""
    results, form = rated_share(record.total), record.total.form
    parts = (
        _won_part("results", results, 40),
        _won_part("form", Share(form.count("W"), len(form)), 20),
        _places_part(record.placements, 20),
        _expected_part(record.points, 20),
    )
    known = [(part.points, part.weight) for part in parts if part.points is not None]
    weights = sum(weight for _, weight in known)
    return Score(round(sum(points * weight for points, weight in known) / weights), parts)


def _won_part(name: str, share: Share, weight: int) -> Part:
    known = share.percent if share.of >= LEAST_OF_A_PART else None
    return Part(name, known, weight, share)


def _places_part(placements: Sequence[Placement], weight: int) -> Part:
    shares = _place_shares(placements)
    known = _percent(1 - sum(shares) / len(shares)) if len(shares) >= LEAST_PLACEMENTS else None
    return Part("placements", known, weight, tournaments=len(shares))


def _expected_part(points: Sequence[Point], weight: int) -> Part:
    share, expected = _won_of(points), sum(one.chance for one in points)
    if share.of < LEAST_OF_A_PART:
        return Part("expectation", None, weight, share)
    known = _percent(0.5 + (share.won - expected) / share.of)
    return Part("expectation", known, weight, share, expected=round(expected, 1))


def spots_of(record: Record) -> list[Spot]:
    """Every game, format and map that can be compared with all others, the best first."""
    found = [
        spot for axis in (Axis.GAME, Axis.FORMAT, Axis.MAP) for spot in _spots_along(record, axis)
    ]
    return sorted(found, key=lambda one: -one.compared.sureness)


def nemesis_of(record: Record) -> Spot | None:
    """The opponent against whom results are most surely worse than against all others, if any."""
    found = [one for one in _spots_along(record, Axis.OPPONENT) if one.compared.sureness <= -MEDIUM]
    return min(found, key=lambda one: one.compared.sureness, default=None)


def _spots_along(record: Record, axis: Axis) -> Iterable[Spot]:
    shares = [(value, rated_share(tally)) for value, tally in record.along.get(axis, [])]
    won, of = sum(one.won for _, one in shares), sum(one.of for _, one in shares)
    for value, one in shares:
        compared = compare(one, Share(won - one.won, of - one.of))
        if compared is not None:
            yield Spot(axis, value, compared)


def consistency_of(placements: Sequence[Placement]) -> Consistency | None:
    """How far final places in the field lie apart; None below four tournaments."""
    shares = _place_shares(placements)
    if len(shares) < LEAST_SPREAD:
        return None
    mean = sum(shares) / len(shares)
    spread = math.sqrt(sum((one - mean) ** 2 for one in shares) / len(shares))
    # Shares from 0 to 1 can't have a standard deviation above one half.
    return Consistency(_percent(1 - 2 * spread), _percent(mean), _percent(spread), len(shares))


def clutch_of(total: Tally) -> Compared | None:
    """Matches that the last possible game decided, against all others."""
    deciders = Share(total.deciders_won, total.deciders_won + total.deciders_lost)
    every = rated_share(total)
    return compare(deciders, Share(every.won - deciders.won, every.of - deciders.of))


def teamwork_of(solo: Tally | None, roster: Tally | None) -> Compared | None:
    """Matches in teams against those alone."""
    if solo is None or roster is None:
        return None
    return compare(rated_share(roster), rated_share(solo))


def trend_of(points: Sequence[Point]) -> Compared | None:
    """The last ten rated matches against up to forty before them; None below twenty in all."""
    recent, earlier = points[-RECENT:], points[-RECENT - BEFORE_THAT : -RECENT]
    if len(earlier) < RECENT:
        return None
    return compare(_won_of(recent), _won_of(earlier))


def advise(found: Analysis, record: Record) -> Iterable[Advice]:
    """Recommendations, the most pressing first; each with its figures.

    Differences are followed from MEDIUM on: among a dozen maps one lies a standard error apart by
    chance alone.
    """
    if record.total.walkovers_lost >= NO_SHOWS:
        yield Advice("no-shows", number=record.total.walkovers_lost)
    if found.trend is not None and found.trend.sureness <= -MEDIUM:
        yield Advice("downward", found.trend)
    if found.clutch is not None and found.clutch.sureness <= -MEDIUM:
        yield Advice("deciders", found.clutch)
    for spot in found.weak[:1]:
        if spot.compared.sureness <= -MEDIUM:
            yield Advice(f"weak-{spot.axis}", spot.compared, spot.value)
    nemesis = nemesis_of(record)
    if nemesis is not None:
        yield Advice("nemesis", nemesis.compared, nemesis.value)
    yield from _quieter_advice(found, record)


def _quieter_advice(found: Analysis, record: Record) -> Iterable[Advice]:
    if found.consistency is not None and found.consistency.points < 50:
        yield Advice("uneven", number=found.consistency.spread)
    rating = record.points[-1].rating if record.points else None
    if rating is not None and rating.margin > WIDE_MARGIN:
        yield Advice("play-more", number=rating.margin)
    for spot in found.strengths[:1]:
        if spot.compared.sureness >= MEDIUM:
            yield Advice(f"strong-{spot.axis}", spot.compared, spot.value)


def expected_place(own: Rating, others: Sequence[Rating], chance: ChanceOf) -> float:
    """One plus the number of opponents who are expected to be ahead: their chances, added up."""
    return 1 + sum(1 - chance(((own,), (other,))) for other in others)


def _place_shares(placements: Sequence[Placement]) -> list[float]:
    return [
        ((rank + to) / 2 - 1) / (participants - 1)
        for rank, to, participants in placements
        if participants > 1
    ]


def _won_of(points: Sequence[Point]) -> Share:
    return Share(sum(one.won for one in points), len(points))


def _percent(part: float) -> int:
    return round(100 * min(1.0, max(0.0, part)))
