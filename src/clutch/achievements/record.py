"""What a holder has done: the value that every rule is a function of.

A record holds what counts and nothing else: decided matches and tournaments that were brought to
their end, of public tournaments only. An unlisted one's address is not ours to give away, and a
claim that stands on a profile must be one that anybody can follow to its cause.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from clutch.engine import STARTED, Outcome

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class HolderKind(StrEnum):
    """Who can hold an achievement."""

    PLAYER = "player"
    TEAM = "team"


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """A player (by account) or a team."""

    kind: HolderKind
    id: int

    @property
    def stream(self) -> str:
        """The log stream in which the holder is told of its achievements."""
        return f"{self.kind.value}-{self.id}"


@dataclass(frozen=True, slots=True)
class Cause:
    """What an achievement came by; all None: the account or the team itself."""

    tournament_id: str | None = None
    match_id: str | None = None
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that counts, when it happened and where."""

    at: datetime

    @property
    def cause(self) -> Cause:
        return Cause()


@dataclass(frozen=True, slots=True)
class Game:
    """One game of a match with its score, the holder's own first."""

    own: int
    other: int

    @property
    def won(self) -> bool:
        return self.own > self.other


@dataclass(frozen=True, slots=True)
class Match(Happening):
    """A decided match, from the holder's side.

    `outcome` as the bracket has it: `played`, `forfeit` (given up after its start), or one that
    nobody played: `walkover`, `double_forfeit`; `number`: its place in the bracket's order.
    `rival` names who was met as their stream is named; seeds and scores are None where they are
    not known; scores count games won only where there is a `best_of`. `size`: participants of the
    tournament; `agreed`: both sides said so; `team_id`: the team that it was played for.
    """

    tournament_id: str
    id: str
    game: str
    won: bool
    rival: str
    seed: int | None = None
    rival_seed: int | None = None
    size: int = 2
    best_of: int | None = 1
    own: int | None = None
    other: int | None = None
    games: tuple[Game, ...] = ()
    bracket: str = "upper"
    team_id: int | None = None
    zone: str = "UTC"
    agreed: bool = False
    outcome: str = "played"
    number: int = 0

    @property
    def cause(self) -> Cause:
        return Cause(tournament_id=self.tournament_id, match_id=self.id)

    @property
    def there(self) -> datetime:
        """When it was, by the clock of the tournament's zone."""
        return self.at.astimezone(_zone(self.zone))

    @property
    def day(self) -> date:
        return self.there.date()

    @property
    def is_finished(self) -> bool:
        """Whether it was played to its end, with nobody giving up."""
        return self.outcome == Outcome.PLAYED

    @property
    def was_started(self) -> bool:
        """Whether both were there for it."""
        return self.outcome in STARTED

    @property
    def counts_games(self) -> bool:
        """Whether the scores are games won in a match of several games."""
        return self.best_of is not None and self.best_of >= 3 and self.own is not None

    @property
    def went_the_distance(self) -> bool:
        """Whether the last possible game decided it."""
        total = (self.own or 0) + (self.other or 0)
        return self.is_finished and self.counts_games and total == self.best_of

    @property
    def is_sweep(self) -> bool:
        """Won without losing a game of several."""
        return self.won and self.is_finished and self.counts_games and self.other == 0


@dataclass(frozen=True, slots=True)
class Tournament(Happening):
    """A tournament that was brought to its end, and the holder's placement: `rank` to `to`."""

    id: str
    game: str
    format: str = "single_elimination"
    size: int = 4
    rank: int | None = None
    to: int | None = None
    seed: int | None = None
    team_id: int | None = None

    @property
    def cause(self) -> Cause:
        return Cause(tournament_id=self.id)

    @property
    def is_title(self) -> bool:
        """Won, against enough others to mean something."""
        return self.rank == 1 and self.size >= 4


@dataclass(frozen=True, slots=True)
class CheckIn(Happening):
    """A holder said in time that they were there."""

    tournament_id: str

    @property
    def cause(self) -> Cause:
        return Cause(tournament_id=self.tournament_id)


@dataclass(frozen=True, slots=True)
class Membership(Happening):
    """A time in a team, from `at` on: of the player, or of one member of the team."""

    team_id: int
    account_id: int
    left_at: datetime | None = None
    founded: bool = False

    @property
    def cause(self) -> Cause:
        return Cause(team_id=self.team_id)


@dataclass(frozen=True, slots=True)
class Hosted(Happening):
    """A tournament that the player brought to its end as its owner, or (not `own`) helped with."""

    id: str
    game: str
    size: int = 4
    matches: int = 3
    by_teams: bool = False
    own: bool = True

    @property
    def cause(self) -> Cause:
        return Cause(tournament_id=self.id)


H = TypeVar("H", bound=Happening)


@dataclass(frozen=True, slots=True)
class Record:
    """All that counts of one holder, each list in the order in which it happened.

    `since`: when the account or team was made; `number`: the how manieth of its kind it is.
    `unplayed`: matches that were decided without anybody playing; they count as steps on the way
    through a bracket, and as nothing else.
    """

    holder: Holder
    since: datetime = BEGINNING
    number: int = 1_000_000
    matches: tuple[Match, ...] = ()
    unplayed: tuple[Match, ...] = ()
    tournaments: tuple[Tournament, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    memberships: tuple[Membership, ...] = ()
    hosted: tuple[Hosted, ...] = field(default=())

    def within(self, tournament_ids: Collection[str]) -> Record:
        """The part of it that happened in some tournaments."""
        return replace(
            self,
            matches=tuple(one for one in self.matches if one.tournament_id in tournament_ids),
            unplayed=tuple(one for one in self.unplayed if one.tournament_id in tournament_ids),
            tournaments=tuple(one for one in self.tournaments if one.id in tournament_ids),
            check_ins=tuple(one for one in self.check_ins if one.tournament_id in tournament_ids),
            memberships=(),
            hosted=(),
        )

    def between(self, start: datetime, end: datetime) -> Record:
        """The part of it from `start` to before `end`."""
        return replace(
            self,
            matches=_between(self.matches, start, end),
            unplayed=_between(self.unplayed, start, end),
            tournaments=_between(self.tournaments, start, end),
            check_ins=_between(self.check_ins, start, end),
            memberships=_between(self.memberships, start, end),
            hosted=_between(self.hosted, start, end),
        )


Part = Callable[[Record], Iterable[H]]


def matches(record: Record) -> tuple[Match, ...]:
    return record.matches


def team_matches(record: Record) -> tuple[Match, ...]:
    """Those that were played for a team."""
    return tuple(one for one in record.matches if one.team_id is not None)


def tournaments(record: Record) -> tuple[Tournament, ...]:
    return record.tournaments


def titles(record: Record) -> tuple[Tournament, ...]:
    return tuple(one for one in record.tournaments if one.is_title)


def check_ins(record: Record) -> tuple[CheckIn, ...]:
    return record.check_ins


def memberships(record: Record) -> tuple[Membership, ...]:
    return record.memberships


def hosted(record: Record) -> tuple[Hosted, ...]:
    """Tournaments of the player's own."""
    return tuple(one for one in record.hosted if one.own)


def crewed(record: Record) -> tuple[Hosted, ...]:
    """Other people's tournaments that the player helped with."""
    return tuple(one for one in record.hosted if not one.own)


def _between(found: tuple[H, ...], start: datetime, end: datetime) -> tuple[H, ...]:
    return tuple(one for one in found if start <= one.at < end)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
