"""Achievements that organizers make for their community: a few rules with a target of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

import msgspec

from clutch.accounts.models import AccountId
from clutch.achievements import counters
from clutch.achievements.counters import Counter
from clutch.achievements.record import BEGINNING, Match, Record, Tournament

OwnId = NewType("OwnId", int)

NAME_LIMIT = 60
TEXT_LIMIT = 200
TARGET_LIMIT = 100_000
MOST_PER_OWNER = 20
MOST_OF_ADMINS = 50


class Rule(StrEnum):
    """What an organizer's own achievement counts."""

    MATCHES = "matches"
    WINS = "wins"
    STREAK = "streak"
    TOURNAMENTS = "tournaments"
    PODIUMS = "podiums"
    TITLES = "titles"


class Words(msgspec.Struct, frozen=True):
    """A name and what has to be done, in the words of who made it."""

    name: str
    text: str


class Making(msgspec.Struct, frozen=True):
    """What an organizer chooses.

    `game` None: any. `everywhere`: all tournaments of the site count, else those of the owner's
    own. `words` by language: one is enough, then everybody reads that.
    """

    rule: Rule
    target: int
    words: dict[str, Words]
    game: str | None = None
    everywhere: bool = False


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


def counter_of(making: Making) -> Counter:
    """The rule, built of the catalogue's blocks."""
    return _BLOCKS[making.rule](making.game)


def narrowed(whole: Record, one: OwnAchievement, theirs: frozenset[str] | None) -> Record:
    """What of a record counts: in tournaments of theirs (None: all), up to when it was retired."""
    part = whole if theirs is None else whole.within(theirs)
    if one.retired_at is None:
        return part
    return part.between(BEGINNING, one.retired_at + timedelta(microseconds=1))


def _matches(game: str | None) -> Callable[[Record], list[Match]]:
    return lambda whole: [one for one in whole.matches if game in {None, one.game}]


def _tournaments(game: str | None) -> Callable[[Record], list[Tournament]]:
    return lambda whole: [one for one in whole.tournaments if game in {None, one.game}]


def _is_podium(one: Tournament) -> bool:
    return one.rank is not None and one.rank <= 3


_BLOCKS: dict[Rule, Callable[[str | None], Counter]] = {
    Rule.MATCHES: lambda game: counters.counting(_matches(game)),
    Rule.WINS: lambda game: counters.counting(_matches(game), lambda one: one.won),
    Rule.STREAK: lambda game: counters.in_a_row(_matches(game), lambda one: one.won),
    Rule.TOURNAMENTS: lambda game: counters.counting(_tournaments(game)),
    Rule.PODIUMS: lambda game: counters.counting(_tournaments(game), _is_podium),
    Rule.TITLES: lambda game: counters.counting(_tournaments(game), lambda one: one.rank == 1),
}
