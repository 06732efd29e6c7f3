"""Reading achievements: what somebody holds, challenges, previews."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from clutch.accounts.models import AccountId
from clutch.accounts.queries import names_of
from clutch.achievements import repository
from clutch.achievements.challenges import Period, chosen, met_in, period_of
from clutch.achievements.counters import best
from clutch.achievements.evaluate import Yardstick, measure
from clutch.achievements.models import (
    Achievement,
    Name,
    Span,
    Tier,
    Unlock,
    level_of,
    points_for,
)
from clutch.achievements.own import Making, OwnAchievement, OwnId
from clutch.achievements.own_rows import measured_by
from clutch.achievements.reading import CHUNK, read_record, read_records
from clutch.achievements.record import Holder, HolderKind, Record
from clutch.achievements.repository import NOTHING
from clutch.achievements.touched import players_in_scope
from clutch.kernel.parts import in_parts
from clutch.tournaments.models import Visibility
from clutch.tournaments.tables import tournament

LATEST = 4


@dataclass(frozen=True, slots=True)
class Holding:
    """All that a holder has: points, tiers of the catalogue, unlocks by name, counts by key."""

    holder: Holder
    points: int
    held: int
    unlocks: Mapping[Name, Unlock]
    counts: Mapping[str, int]

    @property
    def level(self) -> int:
        return level_of(self.points)

    @property
    def begins_at(self) -> int:
        """The points at which this level began."""
        return points_for(self.level)

    @property
    def next_at(self) -> int:
        """The points at which the next level begins."""
        return points_for(self.level + 1)

    @property
    def latest(self) -> list[Unlock]:
        """The last few of the catalogue and of organizers, latest first; challenges are not."""
        found = [one for one in self.unlocks.values() if not one.name.period]
        return sorted(found, key=_when, reverse=True)[:LATEST]

    def tier_of(self, key: str) -> int:
        """The highest tier that is held; 0 for none."""
        return max((name.tier for name in self.unlocks if name.key == key), default=0)


@dataclass(frozen=True, slots=True)
class Goal:
    """A challenge of the day or week, and how far somebody is; None: nobody asks."""

    challenge: Achievement
    period: Period
    value: int | None
    met: bool

    @property
    def tier(self) -> Tier:
        """What it takes, and what it is worth."""
        return self.challenge.tier(1)


Named = tuple[AccountId, str]


@dataclass(frozen=True, slots=True)
class PreviewTier:
    """Who would hold a tier now, by name."""

    target: int
    holders: list[Named]


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would hold an organizer's own achievement now; `looked_at`: of how many players."""

    tiers: list[PreviewTier]
    looked_at: int


def holding_of(conn: Connection, holder: Holder) -> Holding:
    """What somebody holds; who has done nothing yet holds nothing."""
    found = repository.standings_of(conn, [holder]).get(holder, NOTHING)
    unlocks = repository.unlocks_of(conn, [holder]).get(holder, {})
    return Holding(holder, found.points, found.held, unlocks, found.counts)


def goals_at(now: datetime) -> list[Goal]:
    """The challenges of today and of this week, which follow from the date alone."""
    periods = period_of(Span.DAY, now), period_of(Span.WEEK, now)
    return [Goal(one, period, None, False) for period in periods for one in chosen(period)]


def goals_of(conn: Connection, account_id: AccountId | None, now: datetime) -> list[Goal]:
    """The challenges of today and of this week, and how far the player (if any) is."""
    if account_id is None:
        return goals_at(now)
    player, week = Holder(HolderKind.PLAYER, account_id), period_of(Span.WEEK, now)
    record = read_record(conn, player, since=week.starts_at) or Record(player)
    return [_goal(goal, record) for goal in goals_at(now)]


def _goal(goal: Goal, record: Record) -> Goal:
    part = record.between(goal.period.starts_at, goal.period.ends_at)
    met = met_in(goal.challenge, goal.period, part) is not None
    return replace(goal, value=best(goal.challenge.rule(part)), met=met)


def preview_own(conn: Connection, owner_id: AccountId, making: Making, now: datetime) -> Preview:
    """Who would hold it now, if it were made so."""
    draft = OwnAchievement(OwnId(0), owner_id, making, 1, now, None)
    (yardstick,) = measured_by(conn, [draft])
    players = players_in_scope(conn, None if making.everywhere else owner_id)
    reached = dict(_tiers_reached(conn, players, yardstick))
    named = [(one, name) for one, name in names_of(conn, list(reached)).items() if name is not None]
    named.sort(key=lambda one: one[1].casefold())
    tiers = [
        PreviewTier(target, [one for one in named if reached[one[0]] >= number])
        for number, target in enumerate(making.targets, start=1)
    ]
    return Preview(tiers, len(players))


def _tiers_reached(
    conn: Connection, players: Sequence[int], yardstick: Yardstick
) -> Iterator[tuple[int, int]]:
    """How many tiers each player would hold; who would hold none is left out."""
    for part in in_parts(players, CHUNK):
        some = [Holder(HolderKind.PLAYER, one) for one in part]
        for holder, record in read_records(conn, some).items():
            steps = measure(record, yardstick)[1]
            if steps:
                yield holder.id, len(steps)


def tournaments_named(conn: Connection, tournament_ids: Collection[str]) -> dict[str, str]:
    """The names of those that are public; the others' are not ours to give away."""
    rows = conn.execute(_NAMES, {"those": sorted(tournament_ids)})
    return {row.id: row.name for row in rows}


def kept_about(conn: Connection, account_id: AccountId) -> dict[str, Any]:
    """What achievements keep about a person, for their own download."""
    mine = holding_of(conn, Holder(HolderKind.PLAYER, account_id))
    return {
        "points": mine.points,
        "unlocked": sorted(mine.unlocks.values(), key=_when),
        "counts": mine.counts,
    }


def _when(one: Unlock) -> tuple[datetime, Name]:
    return one.at, one.name


_NAMES = select(tournament.c.id, tournament.c.name).where(
    tournament.c.id.in_(bindparam("those", expanding=True)),
    tournament.c.visibility == Visibility.PUBLIC.value,
)
