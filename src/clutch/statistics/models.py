"""Values of the statistics context: who is counted, and the decided matches that count."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from clutch.engine import STARTED
from clutch.statistics.ratings import Rating
from clutch.tournaments.models import TournamentId

MatchKey = tuple[TournamentId, str]

PODIUM = 3


def is_podium(rank: int, participants: int) -> bool:
    """Whether somebody won, or came among the first three of more than three."""
    return rank == 1 or rank <= PODIUM < participants


class BestPlace(msgspec.Struct, frozen=True):
    """The best final placement: rank to `to`, among so many participants."""

    rank: int
    to: int
    participants: int


class Mode(StrEnum):
    """In which part somebody is counted: a player alone, a player in rosters, a team."""

    SOLO = "solo"
    ROSTER = "roster"
    TEAM = "team"


class Holder(NamedTuple):
    """Whose numbers: an account's (solo, roster) or a team's."""

    mode: Mode
    id: int

    @property
    def stream(self) -> str:
        """The log stream that tells when the numbers changed."""
        return f"team-{self.id}" if self.mode is Mode.TEAM else f"player-{self.id}"


class Axis(StrEnum):
    """What a tally is broken down by."""

    ALL = "all"
    GAME = "game"
    FORMAT = "format"
    MAP = "map"
    OPPONENT = "opponent"


class Side(msgspec.Struct, frozen=True, array_like=True):
    """A side of a match: the account that plays alone, or the team and its roster."""

    unit: int
    roster: tuple[int, ...] = ()


class MapWon(msgspec.Struct, frozen=True, array_like=True):
    """A game on a named map, and which side won it."""

    name: str
    side: int


class Contest(NamedTuple):
    """A match as one mode sees it: who stood on the two sides."""

    mode: Mode
    sides: tuple[tuple[int, ...], tuple[int, ...]]


class Decided(msgspec.Struct, frozen=True):
    """A decided match between two participants.

    `place` is its place in the order in which matches rate: the log position of its decision. A
    correction keeps the place. `winner` is a side, None after a double forfeit. `counts`: the
    tournament is public. `standing`: it has a result; without one, but `awaiting`, it keeps its
    place for the corrected result that follows.
    """

    tournament_id: TournamentId
    match_id: str
    place: int
    at: datetime
    game: str
    format: str
    by_teams: bool
    sides: tuple[Side, Side]
    outcome: str
    winner: int | None
    scores: tuple[int, int] | None
    best_of: int | None
    maps: tuple[MapWon, ...] = ()
    counts: bool = True
    standing: bool = True
    awaiting: bool = False

    @property
    def key(self) -> MatchKey:
        return self.tournament_id, self.match_id

    @property
    def is_counted(self) -> bool:
        """Whether anybody's numbers show it."""
        return self.standing and self.counts

    @property
    def is_rated(self) -> bool:
        """Whether it moves ratings, form and streaks; walkovers and double forfeits do not."""
        return self.winner is not None and self.outcome in STARTED

    @property
    def is_decider(self) -> bool:
        """Whether the last possible game of the best-of decided it."""
        if self.best_of is None or self.best_of < 3 or self.scores is None or not self.is_rated:
            return False
        return sum(self.scores) == self.best_of

    @property
    def contests(self) -> tuple[Contest, ...]:
        """The match as each mode sees it."""
        first, second = self.sides
        units = ((first.unit,), (second.unit,))
        if not self.by_teams:
            return (Contest(Mode.SOLO, units),)
        return (Contest(Mode.TEAM, units), Contest(Mode.ROSTER, (first.roster, second.roster)))

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Everybody whose numbers it is part of."""
        return tuple(
            Holder(contest.mode, one)
            for contest in self.contests
            for side in contest.sides
            for one in side
        )


class Placed(msgspec.Struct, frozen=True):
    """A final placement: rank to `to` among so many participants."""

    holder: Holder
    tournament_id: TournamentId
    place: int
    at: datetime
    game: str
    format: str
    rank: int
    to: int
    participants: int
    counts: bool = True


class Point(msgspec.Struct, frozen=True):
    """A rated match in a holder's life: the rating after it, and what was expected before it."""

    at: datetime
    game: str
    won: bool
    chance: float
    rating: Rating
