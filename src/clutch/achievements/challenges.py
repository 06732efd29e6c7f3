"""Challenges: small goals for one day or one week, the same for every player.

Which they are follows from the date alone, so that nothing has to be stored and everybody can
check it. Days and weeks (ISO, from Monday) are those of UTC. What is met is read from the matches
of that day or week; so it can be found out later too, and is taken back with a result that falls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from clutch.achievements import counters, deeds, record
from clutch.achievements.counters import Counter, counting, in_a_row, reached
from clutch.achievements.models import Name, Text, Unlock
from clutch.achievements.record import Match, Record
from clutch.kernel.refusals import N_, NN_

AT_ONCE = 2


class Span(StrEnum):
    """How long a challenge lasts."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A goal for one day or one week; `target` is what its count has to reach."""

    key: str
    span: Span
    name: str
    text: Text
    rule: Counter
    target: int

    @property
    def points(self) -> int:
        return _POINTS[self.span]


_POINTS = {Span.DAY: 5, Span.WEEK: 20}


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


def period_named(name: str) -> Period:
    """The period of a name that `Period.name` gave."""
    if "-W" not in name:
        return Period(Span.DAY, date.fromisoformat(name))
    year, _, week = name.partition("-W")
    return Period(Span.WEEK, date.fromisocalendar(int(year), int(week), 1))


@lru_cache(maxsize=512)
def chosen(period: Period) -> tuple[Challenge, ...]:
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


def met_in(challenge: Challenge, period: Period, record: Record) -> Unlock | None:
    """Whether a record of this period alone meets the challenge, and how."""
    step = reached(challenge.rule(record), challenge.target)
    if step is None:
        return None
    name = Name(challenge.key, 1, period.name)
    return Unlock(name, step.at, step.cause, challenge.points)


def _by_period(record: Record, span: Span) -> dict[Period, list[Match]]:
    found: defaultdict[Period, list[Match]] = defaultdict(list)
    for one in record.matches:
        found[period_of(span, one.at)].append(one)
    return found


def _pool(period: Period) -> tuple[Challenge, ...]:
    since = max(start for start in POOLS if start <= period.start)
    return tuple(one for one in POOLS[since] if one.span is period.span)


_FIRST = (
    Challenge(
        "daily-wins",
        Span.DAY,
        N_("Good day"),
        Text(*NN_("Win {number} match today", "Win {number} matches today")),
        counting(record.matches, deeds.won),
        2,
    ),
    Challenge(
        "daily-matches",
        Span.DAY,
        N_("Warm-up"),
        Text(*NN_("Play {number} match today", "Play {number} matches today")),
        counting(record.matches),
        2,
    ),
    Challenge(
        "daily-first",
        Span.DAY,
        N_("Off the mark"),
        Text(N_("Win a match today")),
        counting(record.matches, deeds.won),
        1,
    ),
    Challenge(
        "daily-sweep",
        Span.DAY,
        N_("Quick work"),
        Text(N_("Win a best of three or longer today without losing a game")),
        counting(record.matches, deeds.is_sweep),
        1,
    ),
    Challenge(
        "daily-clutch",
        Span.DAY,
        N_("Cold blood"),
        Text(N_("Win a match today in the last possible game")),
        counting(record.matches, deeds.is_clutch),
        1,
    ),
    Challenge(
        "daily-opponents",
        Span.DAY,
        N_("Small talk"),
        Text(*NN_("Play {number} opponent today", "Play {number} different opponents today")),
        counters.distinct(record.matches, deeds.rival_of),
        3,
    ),
    Challenge(
        "daily-agreed",
        Span.DAY,
        N_("Shake on it"),
        Text(N_("Agree with your opponent on the result of a match today")),
        counting(record.matches, lambda one: one.agreed),
        1,
    ),
    Challenge(
        "daily-upset",
        Span.DAY,
        N_("Against the odds"),
        Text(N_("Beat an opponent today who is seeded above you")),
        counting(record.matches, deeds.beats_higher_seed),
        1,
    ),
    Challenge(
        "weekly-wins",
        Span.WEEK,
        N_("Good week"),
        Text(*NN_("Win {number} match this week", "Win {number} matches this week")),
        counting(record.matches, deeds.won),
        4,
    ),
    Challenge(
        "weekly-matches",
        Span.WEEK,
        N_("In shape"),
        Text(*NN_("Play {number} match this week", "Play {number} matches this week")),
        counting(record.matches),
        6,
    ),
    Challenge(
        "weekly-streak",
        Span.WEEK,
        N_("Unstopped"),
        Text(
            *NN_(
                "Win {number} match in a row this week",
                "Win {number} matches in a row this week",
            )
        ),
        in_a_row(record.matches, deeds.won),
        3,
    ),
    Challenge(
        "weekly-sweeps",
        Span.WEEK,
        N_("Broom"),
        Text(
            *NN_(
                "Win a best of three or longer this week without losing a game",
                "Win {number} matches of best of three or longer this week without losing a game",
            )
        ),
        counting(record.matches, deeds.is_sweep),
        2,
    ),
    Challenge(
        "weekly-days",
        Span.WEEK,
        N_("Two evenings"),
        Text(*NN_("Play on {number} day this week", "Play on {number} days this week")),
        counters.distinct(record.matches, deeds.day_of),
        2,
    ),
    Challenge(
        "weekly-opponents",
        Span.WEEK,
        N_("In good company"),
        Text(
            *NN_(
                "Play {number} opponent this week",
                "Play {number} different opponents this week",
            )
        ),
        counters.distinct(record.matches, deeds.rival_of),
        5,
    ),
    Challenge(
        "weekly-comeback",
        Span.WEEK,
        N_("Not over yet"),
        Text(N_("Win a match this week after losing its first game")),
        counting(record.matches, deeds.is_comeback),
        1,
    ),
    Challenge(
        "weekly-tournaments",
        Span.WEEK,
        N_("Two brackets"),
        Text(
            *NN_(
                "Play matches of {number} tournament this week",
                "Play matches of {number} tournaments this week",
            )
        ),
        counters.distinct(record.matches, lambda one: one.tournament_id),
        2,
    ),
)

# From which day on which challenges are there. Another pool gets a day of its own, so that what was
# asked in the past stays what it was.
POOLS: dict[date, tuple[Challenge, ...]] = {date.min: _FIRST}
CHALLENGES = {one.key: one for pool in POOLS.values() for one in pool}
