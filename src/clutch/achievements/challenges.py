"""Challenges: entries of the catalogue for one day or one week, the same for every player.

Which they are follows from the date alone, so that nothing has to be stored and everybody can
check it. Days and weeks (ISO, from Monday) are those of UTC. What is met is read from the matches
of that day or week; so it can be found out later too, and is taken back with a result that falls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from clutch.achievements import counters
from clutch.achievements.catalogue.challenges import FIRST
from clutch.achievements.counters import reached
from clutch.achievements.models import Achievement, Name, Span, Unlock
from clutch.achievements.record import Match, Record

AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Period:
    """One day or one week."""

    span: Span
    start: date

    @property
    def name(self) -> str:
        """`2026-03-14`, `2026-W11`."""
        if self.span is Span.DAY:
            return self.start.isoformat()
        year, week, _ = self.start.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def number(self) -> int:
        """Days or weeks, counted on without gaps."""
        count = counters.day_number if self.span is Span.DAY else counters.week_number
        return count(self.start)

    @property
    def starts_at(self) -> datetime:
        return datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(days=1 if self.span is Span.DAY else 7)


def period_of(span: Span, at: datetime) -> Period:
    """The day or week that holds a moment."""
    day = at.astimezone(UTC).date()
    return Period(span, day if span is Span.DAY else day - timedelta(days=day.weekday()))


@lru_cache(maxsize=512)
def chosen(period: Period) -> tuple[Achievement, ...]:
    """The challenges of a period: each of the pool comes once before one comes again."""
    pool = _pool(period)
    turn, place = divmod(period.number * AT_ONCE, len(pool))
    order = sorted(pool, key=lambda one: sha256(f"{turn} {one.key}".encode()).digest())
    return tuple(order[place : place + AT_ONCE])


def met(record: Record) -> Iterator[Unlock]:
    """Every challenge that the player ever met, with the match that did it."""
    for span in Span:
        for period, matches in _by_period(record, span).items():
            for challenge in chosen(period):
                found = met_in(challenge, period, replace(record, matches=tuple(matches)))
                if found is not None:
                    yield found


def met_in(challenge: Achievement, period: Period, record: Record) -> Unlock | None:
    """Whether a record of this period alone meets the challenge, and how."""
    (tier,) = challenge.tiers
    step = reached(challenge.rule(record), tier.target)
    if step is None:
        return None
    return Unlock(Name(challenge.key, 1, period.name), step.at, step.cause, tier.points)


def _by_period(record: Record, span: Span) -> dict[Period, list[Match]]:
    found: defaultdict[Period, list[Match]] = defaultdict(list)
    for one in record.matches:
        found[period_of(span, one.at)].append(one)
    return found


def _pool(period: Period) -> tuple[Achievement, ...]:
    since = max(start for start in POOLS if start <= period.start)
    return tuple(one for one in POOLS[since] if one.span is period.span)


# From which day on which challenges are there. Another pool gets a day of its own, so that what was
# asked in the past stays what it was.
POOLS: dict[date, tuple[Achievement, ...]] = {date.min: FIRST}
