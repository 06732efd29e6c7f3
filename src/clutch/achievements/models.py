"""Achievements as values: what there is, what it takes, what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isqrt

from clutch.achievements.counters import Counter
from clutch.achievements.record import Cause, HolderKind

PLAYERS = frozenset({HolderKind.PLAYER})
TEAMS = frozenset({HolderKind.TEAM})
BOTH = PLAYERS | TEAMS

LEVEL_STEP = 25


class Category(StrEnum):
    """Where an achievement stands in the catalogue; pages show them in this order."""

    TOURNAMENTS = "tournaments"
    MATCHES = "matches"
    STREAKS = "streaks"
    GAMES = "games"
    TEAMS = "teams"
    ORGANIZING = "organizing"
    COMMUNITY = "community"
    SPECIAL = "special"
    CHALLENGES = "challenges"


class Span(StrEnum):
    """How long a challenge lasts."""

    DAY = "day"
    WEEK = "week"


class Rarity(StrEnum):
    """How rare it is meant to be; how rare it is, is counted (see `rarity`)."""

    COMMON = "common"
    UNCOMMON = "uncommon"
    RARE = "rare"
    EPIC = "epic"
    LEGENDARY = "legendary"

    @property
    def points(self) -> int:
        return _POINTS[self]


_POINTS = {
    Rarity.COMMON: 5,
    Rarity.UNCOMMON: 15,
    Rarity.RARE: 40,
    Rarity.EPIC: 100,
    Rarity.LEGENDARY: 250,
}


@dataclass(frozen=True, slots=True)
class Tier:
    """A target of an achievement, and what reaching it is worth."""

    target: int
    rarity: Rarity

    @property
    def points(self) -> int:
        return self.rarity.points


@dataclass(frozen=True, slots=True)
class Text:
    """What has to be done, in English: `{number}` is the target. Without plural it is said once."""

    singular: str
    plural: str | None = None


@dataclass(frozen=True, slots=True)
class Achievement:
    """One line of the catalogue; `tiers` from the lowest target to the highest.

    `hidden`: nobody is told what it takes before they hold it. `keeps`: once held it stays,
    whatever is corrected later; the others are taken back when they no longer hold. `span`: it is a
    challenge of one tier, which can be met once in each day or week that asks for it.
    """

    key: str
    category: Category
    name: str
    text: Text
    rule: Counter
    tiers: tuple[Tier, ...]
    holders: frozenset[HolderKind] = BOTH
    hidden: bool = False
    keeps: bool = False
    span: Span | None = None

    def tier(self, number: int) -> Tier:
        """Tiers are numbered from 1."""
        return self.tiers[number - 1]


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """Which achievement: its key, the tier from 1, and for a challenge the day or week."""

    key: str
    tier: int = 1
    period: str = ""


@dataclass(frozen=True, slots=True)
class Unlock:
    """An achievement that a holder has: when and by what, and the points that it gives."""

    name: Name
    at: datetime
    cause: Cause
    points: int


def level_of(points: int) -> int:
    """Level n takes 25 · n · (n − 1) points: 0, 50, 150, 300, 500, ..., 2,250 for level 10."""
    return (1 + isqrt(1 + 4 * (max(0, points) // LEVEL_STEP))) // 2


def points_for(level: int) -> int:
    """The points at which a level begins."""
    return LEVEL_STEP * level * (level - 1)
