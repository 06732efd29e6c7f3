"""Charts as SVG: figures become places on a drawing; templates only write them down.

Colours come from classes, so both themes read well. Each chart stands beside a table of the same
figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec

from clutch.statistics.models import Point
from clutch.statistics.tallies import Tally

WIDTH, HEIGHT = 640, 200
# On a phone the letters are 19 units high: four digits and a sign take 58.
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 10, 22
MOST_BARS = 24
# What a month's name takes at its widest (on a phone), and half of it right of the last column.
NAME_ROOM, RIGHT_OF_BARS = 110, 46
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
    """A column: won from the bottom, lost above it; not each has room for its name."""

    name: str
    x: float
    middle: float
    width: float
    won_y: float
    won_height: float
    lost_y: float
    lost_height: float
    tally: Tally
    is_named: bool


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
    room = (WIDTH - LEFT - RIGHT_OF_BARS) / max(len(shown), 5)
    scale = (HEIGHT - TOP - BOTTOM) / most
    every = math.ceil(NAME_ROOM / room)
    bars = []
    for number, (name, tally) in enumerate(shown):
        x, width = LEFT + (number + 0.15) * room, min(room * 0.7, 44)
        won, lost = tally.won * scale, tally.lost * scale
        base = HEIGHT - BOTTOM
        bars.append(
            Bar(
                name=name,
                x=round(x, 1),
                middle=round(x + width / 2, 1),
                width=round(width, 1),
                won_y=round(base - won, 1),
                won_height=round(won, 1),
                lost_y=round(base - won - lost, 1),
                lost_height=round(lost, 1),
                tally=tally,
                # Counted from the last one, whose name people look for.
                is_named=(len(shown) - 1 - number) % every == 0,
            )
        )
    return Bars(tuple(bars), most)


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
