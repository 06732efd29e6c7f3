"""Charts as SVG: figures become places on a drawing; templates only write them down.

Colours come from classes, so both themes read well. Each chart stands beside a table of the same
figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from clutch.statistics.models import Point
from clutch.statistics.tallies import Tally

WIDTH, HEIGHT = 640, 200
# On a phone the letters are 19 units high: four digits and a sign take 58, a month 110.
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 10, 22
NAME_WIDTH = 110
MOST_BARS = 24
ROUND_TO = 100


class Label(msgspec.Struct, frozen=True):
    """A number at a height of the drawing."""

    y: float
    value: int


class Line(msgspec.Struct, frozen=True):
    """A rating over its matches: the line, the band of doubt around it, the heights of numbers."""

    points: str
    band: str
    labels: tuple[Label, ...]
    last_x: float
    last_y: float
    first_at: datetime
    last_at: datetime
    width: int = WIDTH
    left: int = LEFT
    height: int = HEIGHT


class Bar(msgspec.Struct, frozen=True):
    """A column: won from the bottom, lost above it.

    Its name begins at `name_x`, or ends there (`ends`); without `has_room` there is none for it on
    a phone.
    """

    name: str
    x: float
    width: float
    won_y: float
    won_height: float
    lost_y: float
    lost_height: float
    tally: Tally
    is_named: bool
    has_room: bool
    name_x: float
    ends: bool


class Bars(msgspec.Struct, frozen=True):
    """Columns side by side, `most` the highest."""

    bars: tuple[Bar, ...]
    most: int
    width: int = WIDTH
    left: int = LEFT
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM


class Row(msgspec.Struct, frozen=True):
    """A horizontal bar of won and lost; widths are percents of the most played one's."""

    name: str
    tally: Tally
    won: float
    lost: float


def rating_line(points: Sequence[Point]) -> Line | None:
    """The rating after each match; None below two."""
    if len(points) < 2:
        return None
    low = min(one.rating.points - one.rating.margin for one in points)
    high = max(one.rating.points + one.rating.margin for one in points)
    low, high = low // ROUND_TO * ROUND_TO, -(-high // ROUND_TO) * ROUND_TO
    step = (WIDTH - LEFT - RIGHT) / (len(points) - 1)

    def y(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    xs = [round(LEFT + number * step, 1) for number in range(len(points))]
    rated = [(x, one.rating.points, one.rating.margin) for x, one in zip(xs, points, strict=True)]
    over = [f"{x},{y(value + half)}" for x, value, half in rated]
    under = [f"{x},{y(value - half)}" for x, value, half in reversed(rated)]
    last_x, last, _ = rated[-1]
    return Line(
        points=" ".join(f"{x},{y(value)}" for x, value, _ in rated),
        band=" ".join(over + under),
        labels=tuple(Label(y(value), value) for value in _steps(low, high)),
        last_x=last_x,
        last_y=y(last),
        first_at=points[0].at,
        last_at=points[-1].at,
    )


def month_bars(months: Sequence[tuple[str, Tally]]) -> Bars | None:
    """Won and lost matches of two years up to the last month with matches, also of the months
    without any; None where nothing was played.
    """
    played = [name for name, tally in months if tally.played]
    if not played:
        return None
    found = dict(months)
    shown = [(name, found.get(name, Tally())) for name in _months(min(played), max(played))]
    most = max(tally.played for _, tally in shown)
    room = (WIDTH - LEFT - RIGHT) / max(len(shown), 6)
    every = -(-len(shown) // 6)
    return Bars(
        tuple(
            _bar(name, tally, number, room, most, every)
            for number, (name, tally) in enumerate(shown)
        ),
        most,
    )


def _bar(name: str, tally: Tally, number: int, room: float, most: int, every: int) -> Bar:
    """One of them; one in `every` has its name below."""
    scale, base = (HEIGHT - TOP - BOTTOM) / most, HEIGHT - BOTTOM
    won, lost = tally.won * scale, tally.lost * scale
    x, width = LEFT + number * room + room * 0.15, min(room * 0.7, 44)
    ends = x + NAME_WIDTH > WIDTH
    every_on_phones = every if every * room > NAME_WIDTH else 2 * every
    needed = 2 * NAME_WIDTH - width if ends else NAME_WIDTH
    return Bar(
        name=name,
        x=round(x, 1),
        width=round(width, 1),
        won_y=round(base - won, 1),
        won_height=round(won, 1),
        lost_y=round(base - won - lost, 1),
        lost_height=round(lost, 1),
        tally=tally,
        is_named=number % every == 0,
        has_room=number % every_on_phones == 0 and every_on_phones * room > needed,
        name_x=round(x + width if ends else x, 1),
        ends=ends,
    )


def _months(first: str, last: str) -> list[str]:
    """All months from the first to the last one, but not more than `MOST_BARS`."""
    begin, end = (int(one[:4]) * 12 + int(one[5:]) - 1 for one in (first, last))
    months = range(max(begin, end - MOST_BARS + 1), end + 1)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in months]


def share_rows(along: Sequence[tuple[str, Tally]], most_rows: int = 12) -> list[Row]:
    """Bars side by side for what was played most."""
    most = max((tally.played for _, tally in along), default=1) or 1
    return [
        Row(name, tally, round(100 * tally.won / most, 1), round(100 * tally.lost / most, 1))
        for name, tally in along[:most_rows]
    ]


def _steps(low: int, high: int) -> list[int]:
    step = max(ROUND_TO, -(-(high - low) // (4 * ROUND_TO)) * ROUND_TO)
    return list(range(low, high + 1, step))
