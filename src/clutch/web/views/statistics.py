"""The statistics of a player or a team as their page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from clutch.accounts.models import AccountId
from clutch.accounts.queries import names_of
from clutch.bootstrap import Site
from clutch.kernel.capabilities import Capability, State
from clutch.kernel.optional import Absent
from clutch.statistics import queries
from clutch.statistics.analysis import Analysis, Compared, Record, analyse, teamwork_of
from clutch.statistics.basics import Basics, basics_of
from clutch.statistics.expecting import Expected, next_of
from clutch.statistics.models import Axis, Holder, Mode
from clutch.statistics.projection import NAME, load_rater
from clutch.statistics.queries import Best, Numbers, Point
from clutch.statistics.ratings import Rating
from clutch.statistics.tallies import Tally
from clutch.teams.models import TeamId
from clutch.teams.queries import find_team
from clutch.tournaments.records import Whose
from clutch.web.views.charts import Bars, Line, Row, month_bars, rating_line, share_rows

OPPONENTS = 10
TREND = 10


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody who was met, and how often they were beaten. `name` None: a deleted player."""

    id: int
    name: str | None
    is_team: bool
    tally: Tally


@dataclass(frozen=True, slots=True)
class Headline:
    """A rating, and how it changed over the last matches (`over` of them)."""

    mode: Mode
    rating: Rating
    change: int
    over: int


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
    met: list[Met]
    rating_chart: Line | None
    month_chart: Bars | None

    def rows(self, axis: str) -> list[Row]:
        return share_rows(self.numbers.along(Axis(axis)))

    def rating_in(self, game: str) -> Rating | None:
        """What they are rated in a game."""
        return rating_of(self.numbers.get(Axis.GAME, game))

    @property
    def met_names(self) -> dict[str, str | None]:
        """The names of who was met most, by their ids."""
        return {str(one.id): one.name for one in self.met}

    @property
    def best_month(self) -> tuple[str, Tally] | None:
        """The month with the most matches won."""
        months = self.numbers.months()
        return max(months, key=lambda one: one[1].won, default=None)


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """What a statistics page shows. `missing`: why there is no more than basic numbers."""

    basics: Basics
    parts: Mapping[Mode, Part]
    teamwork: Compared | None
    missing: Capability | None
    recomputing: bool

    @property
    def is_degraded(self) -> bool:
        return self.missing is not None


def player_statistics(conn: Connection, site: Site, account_id: AccountId) -> StatisticsPage:
    """A player's numbers, alone and in rosters."""
    basics = basics_of(conn, Whose(account_id=account_id))
    return _page(
        conn, site, basics, [Holder(Mode.SOLO, account_id), Holder(Mode.ROSTER, account_id)]
    )


def team_statistics(conn: Connection, site: Site, team_id: TeamId) -> StatisticsPage:
    """A team's numbers."""
    basics = basics_of(conn, Whose(team_id=team_id))
    return _page(conn, site, basics, [Holder(Mode.TEAM, team_id)])


def headlines(conn: Connection, site: Site, holders: list[Holder]) -> list[Headline]:
    """What an overview says of ratings: nothing where there are none, or nobody can tell."""
    if missing_now(conn, site) is not None:
        return []
    found = []
    for holder in holders:
        points = queries.rating_history(conn, holder, TREND + 1)
        if points:
            change = points[-1].rating.points - points[0].rating.points
            found.append(Headline(holder.mode, points[-1].rating, change, len(points) - 1))
    return found


def missing_now(conn: Connection, site: Site) -> Capability | None:
    """Why there are no enhanced numbers in this snapshot; None when there are."""
    stands = site.capabilities.get(NAME)
    if stands.state is State.UP and not queries.is_ready(conn):
        return site.capabilities.get(NAME)
    return None if stands.state is State.UP else stands


def rating_of(tally: Tally | None) -> Rating | None:
    """The rating that a tally shows; None while it is not known."""
    if tally is None or tally.skill is None or tally.doubt is None:
        return None
    return Rating(tally.skill, tally.doubt)


def _page(conn: Connection, site: Site, basics: Basics, holders: list[Holder]) -> StatisticsPage:
    missing = missing_now(conn, site)
    if missing is not None:
        return StatisticsPage(basics, {}, None, missing, recomputing=False)
    every = {holder.mode: _part(conn, holder) for holder in holders}
    parts = {mode: part for mode, part in every.items() if part is not None}
    totals = {mode: part.total for mode, part in parts.items()}
    return StatisticsPage(
        basics=basics,
        parts=parts,
        teamwork=teamwork_of(totals.get(Mode.SOLO), totals.get(Mode.ROSTER)),
        missing=None,
        recomputing=any(part.numbers.recomputing for part in parts.values()),
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
    return Part(
        numbers=numbers,
        total=total,
        rating=rating_of(total),
        best=queries.best_rating(conn, holder),
        points=points,
        analysis=analyse(record),
        expected=None if isinstance(rater, Absent) else next_of(conn, holder, rater),
        met=_met(conn, holder.mode, along[Axis.OPPONENT][:OPPONENTS]),
        rating_chart=rating_line(points),
        month_chart=month_bars(numbers.months()),
    )


def _met(conn: Connection, mode: Mode, opponents: list[tuple[str, Tally]]) -> list[Met]:
    ids = [int(value) for value, _ in opponents]
    if mode is Mode.SOLO:
        names: dict[int, str | None] = dict(names_of(conn, ids).items())
    else:
        names = {one: _team_name(conn, one) for one in ids}
    return [
        Met(one, names.get(one), mode is not Mode.SOLO, tally)
        for one, (_, tally) in zip(ids, opponents, strict=True)
    ]


def _team_name(conn: Connection, team_id: int) -> str | None:
    found = find_team(conn, TeamId(team_id))
    return None if found is None else found.name
