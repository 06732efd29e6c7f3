"""Achievements that organizers make for their community, of the catalogue's blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

import msgspec

from clutch.accounts.models import AccountId
from clutch.achievements import counters, deeds, record
from clutch.achievements.counters import Counter
from clutch.achievements.record import BEGINNING, Record, Tournament

OwnId = NewType("OwnId", int)

NAME_LIMIT = 60
TEXT_LIMIT = 200
TARGET_LIMIT = 100_000
MOST_TIERS = 3
MOST_PER_OWNER = 20
MOST_OF_ADMINS = 50


class Rule(StrEnum):
    """What an organizer's own achievement counts."""

    MATCHES = "matches"
    WINS = "wins"
    STREAK = "streak"
    SWEEPS = "sweeps"
    CLUTCH = "clutch"
    TEAM_MATCHES = "team-matches"
    OPPONENTS = "opponents"
    GAMES = "games"
    DAYS = "days"
    WEEKS = "weeks"
    CHECK_INS = "check-ins"
    TOURNAMENTS = "tournaments"
    PODIUMS = "podiums"
    TITLES = "titles"


IN_A_ROW = frozenset({Rule.STREAK, Rule.DAYS, Rule.WEEKS})


class Words(msgspec.Struct, frozen=True):
    """A name and what has to be done, in the words of who made it."""

    name: str
    text: str


class Making(msgspec.Struct, frozen=True):
    """What an organizer chooses.

    `targets` are those of its tiers, the lowest first. `game`, `format` None: any. `everywhere`:
    all tournaments of the site count, else those of the owner's own. `words` by language: one is
    enough, then everybody reads that.
    """

    rule: Rule
    targets: tuple[int, ...]
    words: dict[str, Words]
    game: str | None = None
    format: str | None = None
    everywhere: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether only some tournaments count, whoever's they are."""
        return self.game is not None or self.format is not None


@dataclass(frozen=True, slots=True)
class OwnAchievement:
    """One that was made; after `retired_at` nothing counts any more, and who holds it keeps it."""

    id: OwnId
    owner_id: AccountId
    making: Making
    version: int
    created_at: datetime
    retired_at: datetime | None

    @property
    def key(self) -> str:
        return f"own-{self.id}"

    def words_for(self, language: str) -> Words:
        """In that language if it was given, else as it was."""
        words = self.making.words
        return words.get(language) or next(iter(words.values()))


def counter_of(rule: Rule) -> Counter:
    """The rule, of the catalogue's blocks."""
    return _BLOCKS[rule]


def narrowed(whole: Record, one: OwnAchievement, theirs: frozenset[str] | None) -> Record:
    """What of a record counts: in tournaments of theirs (None: all), up to when it was retired."""
    part = whole if theirs is None else whole.within(theirs)
    if one.retired_at is None:
        return part
    return part.between(BEGINNING, one.retired_at + timedelta(microseconds=1))


def _is_podium(one: Tournament) -> bool:
    return one.rank is not None and one.rank <= 3


_BLOCKS: dict[Rule, Counter] = {
    Rule.MATCHES: counters.counting(record.matches),
    Rule.WINS: counters.counting(record.matches, deeds.won),
    Rule.STREAK: counters.in_a_row(record.matches, deeds.won),
    Rule.SWEEPS: counters.counting(record.matches, deeds.is_sweep),
    Rule.CLUTCH: counters.counting(record.matches, deeds.is_clutch),
    Rule.TEAM_MATCHES: counters.counting(record.team_matches),
    Rule.OPPONENTS: counters.distinct(record.matches, deeds.rival_of),
    Rule.GAMES: counters.distinct(record.matches, deeds.game_of),
    Rule.DAYS: counters.periods_in_a_row(record.matches, counters.day_number),
    Rule.WEEKS: counters.periods_in_a_row(record.matches, counters.week_number),
    Rule.CHECK_INS: counters.counting(record.check_ins),
    Rule.TOURNAMENTS: counters.counting(record.tournaments),
    Rule.PODIUMS: counters.counting(record.tournaments, _is_podium),
    Rule.TITLES: counters.counting(record.tournaments, lambda one: one.rank == 1),
}
