"""What the API says of statistics."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from clutch.statistics.analysis import Analysis, Compared, Share
from clutch.statistics.basics import Basics
from clutch.statistics.boards import Line
from clutch.statistics.models import Axis, BestPlace, Mode
from clutch.statistics.projection import NAME
from clutch.statistics.ratings import Rating
from clutch.statistics.tallies import Tally
from clutch.tournaments.records import PlayedMatch
from clutch.web.views.against import Pair
from clutch.web.views.leaderboards import Found, Needs
from clutch.web.views.statistics import Met, Part, StatisticsPage, rating_of

_OF_GAMES = ("games_won", "games_lost", "deciders_won", "deciders_lost")


class RatingOut(msgspec.Struct, frozen=True):
    """`points` give or take `margin`; `floor` is what they are at least, almost surely."""

    points: int
    margin: int
    floor: int


class TallyOut(msgspec.Struct, frozen=True):
    """Numbers over all, or of a game, a format or a month.

    `form`: the last 20 rated matches as W and L, the latest last; `streak` below 0: lost. Games
    and deciders are of the `games_from` matches in which they are known, null where there are
    none. `podiums`: titles, and places among the first three of more than three. Rates are shares
    of `placed` in percent.
    """

    name: str
    played: int
    won: int
    lost: int
    games_won: int | None
    games_lost: int | None
    games_from: int
    deciders_won: int | None
    deciders_lost: int | None
    form: str
    streak: int | None
    longest_streak: int | None
    placed: int
    titles: int
    podiums: int
    title_rate: int | None
    podium_rate: int | None
    average_place: float | None
    best_place: BestPlace | None
    rating: RatingOut | None
    first_at: datetime | None
    last_at: datetime | None


class MapOut(msgspec.Struct, frozen=True):
    """Games on a map; `form` and streaks count games."""

    name: str
    played: int
    won: int
    lost: int
    form: str
    streak: int | None
    longest_streak: int | None
    first_at: datetime | None
    last_at: datetime | None


class AgainstOut(msgspec.Struct, frozen=True):
    """Matches against one opponent, whose `name` is null when they were deleted."""

    id: int
    name: str | None
    played: int
    won: int
    lost: int
    games_won: int | None
    games_lost: int | None
    games_from: int
    deciders_won: int | None
    deciders_lost: int | None
    form: str
    streak: int | None
    longest_streak: int | None
    first_at: datetime | None
    last_at: datetime | None


class MetOut(msgspec.Struct, frozen=True):
    """A match between the two; `won` is null while it is open, scores where none are known."""

    tournament_id: str
    tournament: str
    game: str
    match_id: str
    won: bool | None
    own_score: int | None
    other_score: int | None
    outcome: str | None
    decided_at: datetime | None


class PairOut(msgspec.Struct, frozen=True):
    """Two who met: what it adds up to for the first, null when `degraded` names it, and a page of
    the matches.
    """

    against: AgainstOut | None
    matches: list[MetOut]
    total: int
    page: int
    pages: int
    degraded: tuple[str, ...] = ()


class ExpectedOut(msgspec.Struct, frozen=True):
    """The next tournament; `place` and `chance_percent` are null below ten rated `matches` in its
    game. `recomputing`: the ratings they come from are those of before a correction.
    """

    tournament_id: str
    matches: int
    place: float | None
    chance_percent: int | None
    opponents: int
    rated_opponents: int
    recomputing: bool


class PartOut(msgspec.Struct, frozen=True):
    """The enhanced numbers of one mode; `analysis` is null below ten rated matches.

    `best_month` is the one of `months` with the most matches won.
    """

    total: TallyOut
    highest_rating: RatingOut | None
    best_month: str | None
    games: list[TallyOut]
    maps: list[MapOut]
    formats: list[TallyOut]
    months: list[TallyOut]
    opponents: list[AgainstOut]
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


class NeedsOut(msgspec.Struct, frozen=True):
    """Why somebody is on no line: `needed` rated matches, podiums or achievements, they `have`.

    `has_team`: on a board of teams, whether they are in any.
    """

    needed: int
    have: int
    has_team: bool


class LineOut(msgspec.Struct, frozen=True):
    rank: int
    id: int
    name: str
    tag: str | None
    rating: RatingOut | None
    titles: int | None
    podiums: int | None
    won: int | None
    lost: int | None
    form: str | None
    points: int | None


class LeaderboardOut(msgspec.Struct, frozen=True):
    """A page; `own` is the caller's line wherever it stands.

    Who is logged in and has no line reads in `own_needs` what it takes. `recomputing`: ratings are
    those of before a correction that is being worked through.
    """

    items: list[LineOut] | None
    own: LineOut | None
    total: int | None
    own_needs: NeedsOut | None = None
    recomputing: bool = False
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
    numbers, expected = part.numbers, part.expected
    return PartOut(
        total=tally_out("", part.total),
        highest_rating=None if part.best is None else rating_out(part.best.rating),
        best_month=None if part.best_month is None else part.best_month[0],
        games=[tally_out(name, tally) for name, tally in numbers.along(Axis.GAME)],
        maps=[map_out(name, tally) for name, tally in numbers.along(Axis.MAP)],
        formats=[tally_out(name, tally) for name, tally in numbers.along(Axis.FORMAT)],
        months=[tally_out(name, tally) for name, tally in numbers.months()],
        opponents=[against_out(one) for one in part.met],
        analysis=part.analysis,
        next=None
        if expected is None
        else ExpectedOut(
            expected.tournament_id,
            expected.matches,
            expected.place,
            expected.chance,
            expected.others,
            expected.rated,
            part.recomputing,
        ),
    )


def tally_out(name: str, tally: Tally) -> TallyOut:
    """A tally; what nothing is known of is null."""
    average = tally.average_place
    return TallyOut(
        name=name,
        played=tally.played,
        won=tally.won,
        lost=tally.lost,
        **_games_of(tally),
        **_form_of(tally),
        placed=tally.placed,
        titles=tally.titles,
        podiums=tally.podiums,
        title_rate=Share(tally.titles, tally.placed).percent,
        podium_rate=Share(tally.podiums, tally.placed).percent,
        average_place=None if average is None else round(average, 2),
        best_place=tally.best_place,
        rating=rating_out(rating_of(tally)),
        first_at=tally.first_at,
        last_at=tally.last_at,
    )


def map_out(name: str, tally: Tally) -> MapOut:
    """A map's tally, which knows of games alone."""
    return MapOut(
        name=name,
        played=tally.played,
        won=tally.won,
        lost=tally.lost,
        **_form_of(tally),
        first_at=tally.first_at,
        last_at=tally.last_at,
    )


def against_out(met: Met) -> AgainstOut:
    """An opponent's tally, which knows of no placements."""
    tally = met.tally
    return AgainstOut(
        id=met.id,
        name=met.name,
        played=tally.played,
        won=tally.won,
        lost=tally.lost,
        **_games_of(tally),
        **_form_of(tally),
        first_at=tally.first_at,
        last_at=tally.last_at,
    )


def pair_out(pair: Pair) -> PairOut:
    """Two who met."""
    found = pair.matches
    return PairOut(
        against=None if pair.met is None else against_out(pair.met),
        matches=[_met_out(one) for one in found.items],
        total=found.total,
        page=found.page,
        pages=found.pages,
        degraded=(NAME,) if pair.met is None else (),
    )


def _met_out(match: PlayedMatch) -> MetOut:
    return MetOut(
        tournament_id=match.tournament_id,
        tournament=match.tournament_name,
        game=match.game,
        match_id=match.match_id,
        won=match.won,
        own_score=match.own_score,
        other_score=match.other_score,
        outcome=match.outcome,
        decided_at=match.decided_at,
    )


def _games_of(tally: Tally) -> dict[str, Any]:
    known = {name: getattr(tally, name) if tally.games_from else None for name in _OF_GAMES}
    return known | {"games_from": tally.games_from}


def _form_of(tally: Tally) -> dict[str, Any]:
    is_known = bool(tally.form)
    return {
        "form": tally.form,
        "streak": tally.streak if is_known else None,
        "longest_streak": tally.longest if is_known else None,
    }


def rating_out(rating: Rating | None) -> RatingOut | None:
    return None if rating is None else RatingOut(rating.points, rating.margin, rating.floor)


def board_out(found: Found) -> LeaderboardOut:
    """A page of a board."""
    board = found.board
    return LeaderboardOut(
        items=[line_out(one) for one in board.lines],
        own=None if board.own is None else line_out(board.own),
        total=board.total,
        own_needs=None if found.needs is None else needs_out(found.needs),
        recomputing=found.recomputing,
        page=board.page,
        pages=board.pages,
    )


def needs_out(needs: Needs) -> NeedsOut:
    return NeedsOut(needs.needed, needs.have, needs.has_team)


def line_out(one: Line) -> LineOut:
    tally = one.tally
    return LineOut(
        rank=one.rank,
        id=one.holder_id,
        name=one.name,
        tag=one.tag,
        rating=rating_out(rating_of(tally)),
        titles=None if tally is None else tally.titles,
        podiums=None if tally is None else tally.podiums,
        won=None if tally is None else tally.won,
        lost=None if tally is None else tally.lost,
        form=None if tally is None else tally.form,
        points=one.points,
    )
