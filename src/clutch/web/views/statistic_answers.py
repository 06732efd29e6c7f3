"""What the API says of statistics."""

from __future__ import annotations

from datetime import datetime

import msgspec

from clutch.statistics.analysis import Analysis, Compared
from clutch.statistics.basics import Basics
from clutch.statistics.models import Axis, Mode
from clutch.statistics.projection import NAME
from clutch.statistics.ratings import Rating
from clutch.statistics.tallies import Tally
from clutch.web.views.leaderboards import Line, Shown
from clutch.web.views.statistics import Part, StatisticsPage, rating_of


class RatingOut(msgspec.Struct, frozen=True):
    """`points` give or take `margin`; `floor` is what they are at least, almost surely."""

    points: int
    margin: int
    floor: int


class TallyOut(msgspec.Struct, frozen=True):
    """`form`: the last 20 rated matches as W and L, the latest last; `streak` below 0: lost."""

    name: str
    played: int
    won: int
    lost: int
    games_won: int
    games_lost: int
    deciders_won: int
    deciders_lost: int
    form: str
    streak: int | None
    longest_streak: int | None
    placed: int
    titles: int
    podiums: int
    average_place: float | None
    best_place: int | None
    rating: RatingOut | None
    last_at: datetime | None


class ExpectedOut(msgspec.Struct, frozen=True):
    """`recomputing`: the ratings it comes from are those of before a correction."""

    tournament_id: str
    place: float
    chance_percent: int
    opponents: int
    rated_opponents: int
    recomputing: bool


class PartOut(msgspec.Struct, frozen=True):
    """The enhanced numbers of one mode; `analysis` is null below ten rated matches."""

    total: TallyOut
    highest_rating: RatingOut | None
    games: list[TallyOut]
    maps: list[TallyOut]
    formats: list[TallyOut]
    months: list[TallyOut]
    opponents: list[TallyOut]
    analysis: Analysis | None
    next: ExpectedOut | None


class EnhancedOut(msgspec.Struct, frozen=True):
    """`recomputing`: ratings are those of before a correction that is being worked through."""

    solo: PartOut | None
    roster: PartOut | None
    team: PartOut | None
    teamwork: Compared | None
    recomputing: bool


class StatisticsOut(msgspec.Struct, frozen=True):
    """Basic numbers are always there; what `degraded` names is missing, and its field null."""

    basic: Basics
    enhanced: EnhancedOut | None
    degraded: tuple[str, ...] = ()


class LineOut(msgspec.Struct, frozen=True):
    rank: int
    id: int
    name: str
    rating: RatingOut | None
    titles: int | None
    podiums: int | None
    won: int | None
    lost: int | None
    form: str | None
    points: int | None


class LeaderboardOut(msgspec.Struct, frozen=True):
    """A page; `own` is the caller's line wherever it stands, null where they have none."""

    items: list[LineOut] | None
    own: LineOut | None
    total: int | None
    page: int = 1
    pages: int = 1
    degraded: tuple[str, ...] = ()


def statistics_out(page: StatisticsPage) -> StatisticsOut:
    """The answer; without enhanced numbers it says so."""
    if page.is_degraded:
        return StatisticsOut(page.basics, None, (NAME,))
    parts = {mode: part_out(part) for mode, part in page.parts.items()}
    enhanced = EnhancedOut(
        solo=parts.get(Mode.SOLO),
        roster=parts.get(Mode.ROSTER),
        team=parts.get(Mode.TEAM),
        teamwork=page.teamwork,
        recomputing=page.recomputing,
    )
    return StatisticsOut(page.basics, enhanced)


def part_out(part: Part) -> PartOut:
    """One mode's numbers."""
    along = {
        axis: [tally_out(name, tally) for name, tally in part.numbers.along(axis)] for axis in Axis
    }
    expected = part.expected
    return PartOut(
        total=tally_out("", part.total),
        highest_rating=None if part.best is None else rating_out(part.best.rating),
        games=along[Axis.GAME],
        maps=along[Axis.MAP],
        formats=along[Axis.FORMAT],
        months=[tally_out(name, tally) for name, tally in part.numbers.months()],
        opponents=along[Axis.OPPONENT],
        analysis=part.analysis,
        next=None
        if expected is None
        else ExpectedOut(
            expected.tournament_id,
            expected.place,
            expected.chance,
            expected.others,
            expected.rated,
            part.recomputing,
        ),
    )


def tally_out(name: str, tally: Tally) -> TallyOut:
    """A tally; what nothing is known of is null."""
    rated = bool(tally.form)
    return TallyOut(
        name=name,
        played=tally.played,
        won=tally.won,
        lost=tally.lost,
        games_won=tally.games_won,
        games_lost=tally.games_lost,
        deciders_won=tally.deciders_won,
        deciders_lost=tally.deciders_lost,
        form=tally.form,
        streak=tally.streak if rated else None,
        longest_streak=tally.longest if rated else None,
        placed=tally.placed,
        titles=tally.titles,
        podiums=tally.podiums,
        average_place=round(tally.rank_sum / tally.placed, 2) if tally.placed else None,
        best_place=tally.best_rank,
        rating=rating_out(rating_of(tally)),
        last_at=tally.last_at,
    )


def rating_out(rating: Rating | None) -> RatingOut | None:
    return None if rating is None else RatingOut(rating.points, rating.margin, rating.floor)


def board_out(shown: Shown) -> LeaderboardOut:
    """A page of a board."""
    return LeaderboardOut(
        items=[line_out(one) for one in shown.items],
        own=None if shown.own is None else line_out(shown.own),
        total=shown.total,
        page=shown.page,
        pages=shown.pages,
    )


def line_out(one: Line) -> LineOut:
    tally = one.tally
    return LineOut(
        rank=one.rank,
        id=one.holder_id,
        name=one.name,
        rating=rating_out(rating_of(tally)),
        titles=None if tally is None else tally.titles,
        podiums=None if tally is None else tally.podiums,
        won=None if tally is None else tally.won,
        lost=None if tally is None else tally.lost,
        form=None if tally is None else tally.form,
        points=one.points,
    )
