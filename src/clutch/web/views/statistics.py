"""The statistics of a player or a team as their page shows them; and how it goes on without them.

Enhanced numbers are never worth a broken page: when they are off, failing or being rebuilt, `told`
gives None, and whoever asked shows what comes from plain tables and says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from clutch.accounts.models import AccountId
from clutch.accounts.queries import names_of
from clutch.bootstrap import Site
from clutch.kernel.capabilities import Capability, State
from clutch.kernel.optional import Absent
from clutch.statistics import queries
from clutch.statistics.analysis import Analysis, Compared, Record, analyse, rated_share, teamwork_of
from clutch.statistics.basics import Basics, basics_of
from clutch.statistics.expecting import Expected, next_of
from clutch.statistics.models import Axis, Holder, Mode, Point
from clutch.statistics.projection import NAME, load_rater
from clutch.statistics.queries import Best, Numbers
from clutch.statistics.ratings import Rating
from clutch.statistics.rerating import find_refold
from clutch.statistics.tallies import Tally
from clutch.teams.models import TeamId
from clutch.teams.queries import team_names
from clutch.tournaments.records import Whose
from clutch.web.views.charts import Bars, Line, Row, month_bars, rating_line, share_rows
from clutch.web.views.guarded import guarded

T = TypeVar("T")

OPPONENTS = 10
TREND = 10
UNTOLD = "statistics could not be told"


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody who was met, and how often they were beaten. `name` None: a deleted player."""

    id: int
    name: str | None
    is_team: bool
    tally: Tally


@dataclass(frozen=True, slots=True)
class Headline:
    """A rating, and how it changed over the last matches (`over` of them).

    `recomputing`: it is the last one before a correction that is being worked through; what was
    between is half of before and half of after it then, so nothing is said of a change.
    """

    mode: Mode
    rating: Rating
    change: int
    over: int
    recomputing: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The enhanced numbers of one mode. `analysis` None: not enough matches yet."""

    numbers: Numbers
    total: Tally
    rating: Rating | None
    best: Best | None
    points: list[Point]
    analysis: Analysis | None
    expected: Expected | None
    met: list[Met]  # everybody, the most often met first
    rating_chart: Line | None
    month_chart: Bars | None

    @property
    def recomputing(self) -> bool:
        """Whether the ratings are those of before a correction that is being worked through."""
        return self.numbers.recomputing

    def rows(self, axis: str) -> list[Row]:
        return share_rows(self.numbers.along(Axis(axis)))

    @property
    def met_most(self) -> list[Met]:
        return self.met[:OPPONENTS]

    @property
    def names(self) -> dict[str, str | None]:
        """The names of all opponents, by their ids."""
        return {str(one.id): one.name for one in self.met}

    @property
    def best_month(self) -> tuple[str, Tally] | None:
        """The month with the most matches won; None where none was."""
        months = [one for one in self.numbers.months() if one[1].won]
        return max(months, key=lambda one: one[1].won, default=None)


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """What a statistics page shows. `is_degraded`: no more than basic numbers can be told."""

    basics: Basics
    parts: Mapping[Mode, Part]
    teamwork: Compared | None
    is_degraded: bool
    recomputing: bool


def told(site: Site, ask: Callable[[Connection], T]) -> T | None:
    """What enhanced statistics have to say; None when they can't, whatever the reason."""
    return guarded(site, UNTOLD, lambda conn: None if missing_now(conn, site) else ask(conn))


def is_off(site: Site) -> bool:
    """Whether nobody wants enhanced statistics here."""
    return site.capabilities.get(NAME).state is State.OFF


def player_holders(account_id: int) -> list[Holder]:
    """A player alone and in rosters."""
    return [Holder(mode, account_id) for mode in (Mode.SOLO, Mode.ROSTER)]


def team_holders(team_id: int) -> list[Holder]:
    return [Holder(Mode.TEAM, team_id)]


def player_statistics(site: Site, account_id: AccountId) -> StatisticsPage:
    """A player's numbers, alone and in rosters."""
    return _page(site, Whose(account_id=account_id), player_holders(account_id))


def team_statistics(site: Site, team_id: TeamId) -> StatisticsPage:
    """A team's numbers."""
    return _page(site, Whose(team_id=team_id), team_holders(team_id))


def overview_ratings(site: Site, holders: Sequence[Holder]) -> dict[str, Any]:
    """What an overview says of ratings: `headlines` is None where nobody can tell."""
    return {
        "headlines": told(site, lambda conn: headlines(conn, holders)),
        "statistics_off": is_off(site),
    }


def headlines(conn: Connection, holders: Sequence[Holder]) -> list[Headline]:
    """The ratings of these holders; who has none is left out."""
    recomputing = find_refold(conn) is not None
    found = []
    for holder in holders:
        rating = queries.ratings_of(conn, holder.mode, [holder.id]).get(holder.id)
        if rating is not None:
            points = [] if recomputing else queries.rating_history(conn, holder, TREND + 1)
            change = rating.points - points[0].rating.points if points else 0
            found.append(
                Headline(holder.mode, rating, change, max(0, len(points) - 1), recomputing)
            )
    return found


def missing_now(conn: Connection, site: Site) -> Capability | None:
    """Why there are no enhanced numbers in this snapshot; None when there are."""
    stands = site.capabilities.get(NAME)
    if stands.state is State.UP and not queries.is_ready(conn):
        return site.capabilities.get(NAME)
    return None if stands.state is State.UP else stands


def stands(site: Site) -> str:
    """How the statistics stand: a page that is kept shows it."""
    return site.capabilities.get(NAME).state.value


def rating_of(tally: Tally | None) -> Rating | None:
    """The rating that a tally shows; None while it is not known."""
    return None if tally is None else tally.rating


def _page(site: Site, whose: Whose, holders: list[Holder]) -> StatisticsPage:
    with site.database.read() as conn:
        basics = basics_of(conn, whose)
    every = told(site, lambda conn: {one.mode: _part(conn, one) for one in holders})
    parts = {mode: part for mode, part in (every or {}).items() if part is not None}
    totals = {mode: part.total for mode, part in parts.items()}
    return StatisticsPage(
        basics=basics,
        parts=parts,
        teamwork=teamwork_of(totals.get(Mode.SOLO), totals.get(Mode.ROSTER)),
        is_degraded=every is None,
        recomputing=any(part.recomputing for part in parts.values()),
    )


def _part(conn: Connection, holder: Holder) -> Part | None:
    numbers = queries.numbers(conn, holder)
    total = numbers.total
    if total is None:
        return None
    points = queries.rating_history(conn, holder)
    along = {axis: numbers.along(axis) for axis in Axis}
    record = Record(total, along, points, queries.placements_of(conn, holder))
    rater = load_rater()

    def rated_in(game: str) -> int:
        tally = numbers.get(Axis.GAME, game)
        return 0 if tally is None else rated_share(tally).of

    return Part(
        numbers=numbers,
        total=total,
        rating=rating_of(total),
        best=queries.best_rating(conn, holder),
        points=points,
        analysis=analyse(record),
        expected=None if isinstance(rater, Absent) else next_of(conn, holder, rater, rated_in),
        met=met_by(conn, holder.mode, ((int(one), tally) for one, tally in along[Axis.OPPONENT])),
        rating_chart=rating_line(points),
        month_chart=month_bars(numbers.months()),
    )


def met_by(conn: Connection, mode: Mode, opponents: Iterable[tuple[int, Tally]]) -> list[Met]:
    """Opponents with their names."""
    found = list(opponents)
    names = names_in(conn, mode, [one for one, _ in found])
    return [Met(one, names.get(one), mode is not Mode.SOLO, tally) for one, tally in found]


def names_in(conn: Connection, mode: Mode, ids: list[int]) -> Mapping[int, str | None]:
    """Of players or, where teams play, of teams."""
    if mode is Mode.SOLO:
        return dict(names_of(conn, ids).items())
    return dict(team_names(conn, ids).items())
