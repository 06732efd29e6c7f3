"""Achievements as the API answers with them."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

import msgspec

from clutch.achievements.catalogue import BY_KEY, CATALOGUE, for_kind
from clutch.achievements.models import Achievement, Unlock
from clutch.achievements.own import OwnAchievement
from clutch.achievements.queries import Goal, Holding, Preview, goals_at
from clutch.achievements.record import HolderKind
from clutch.achievements.shares import Counted
from clutch.web.reader import Reader
from clutch.web.views.achievement_words import text_of, title_of
from clutch.web.views.achievements import degraded, percent_of


class TierOut(msgspec.Struct):
    """Of a hundred players (teams) so many hold it; null when they can't, or it is not known."""

    tier: int
    target: int
    text: str | None
    rarity: str
    points: int
    percent_of_players: float | None
    percent_of_teams: float | None


class AchievementOut(msgspec.Struct):
    """One of the catalogue. A hidden one has neither key, name nor texts.

    `span`: a challenge of one day or one week; `current`: of today, or of this week.
    """

    key: str | None
    category: str
    name: str | None
    hidden: bool
    kept: bool
    span: str | None
    current: bool
    holders: list[str]
    tiers: list[TierOut]


class CatalogueOut(msgspec.Struct):
    """`degraded` names what is missing: without achievements the shares are null."""

    degraded: list[str]
    achievements: list[AchievementOut]


class UnlockOut(msgspec.Struct):
    """What is held: when and by what. `period`: the day or week of a challenge."""

    key: str
    tier: int
    period: str | None
    name: str
    points: int
    unlocked_at: datetime
    tournament_id: str | None
    match_id: str | None
    team_id: int | None


class ProgressOut(msgspec.Struct):
    """How far somebody is; `target` is that of the next tier, null when all are held."""

    key: str
    value: int
    target: int | None


class HoldingOut(msgspec.Struct):
    """All that a holder has. `held`: tiers of the catalogue."""

    points: int
    level: int
    next_level_at: int
    held: int
    unlocked: list[UnlockOut]
    progress: list[ProgressOut]


class AchievementsOut(msgspec.Struct):
    """`achievements` is null, and `degraded` says so, while they can't be told."""

    degraded: list[str]
    achievements: HoldingOut | None


class ChallengeOut(msgspec.Struct):
    """A challenge of today or of this week; `value` and `met` are the caller's own, else null."""

    key: str
    span: str
    period: str
    starts_at: datetime
    ends_at: datetime
    name: str
    text: str
    target: int
    points: int
    value: int | None
    met: bool | None


class ChallengesOut(msgspec.Struct):
    degraded: list[str]
    challenges: list[ChallengeOut]


class WordsOut(msgspec.Struct):
    name: str
    text: str


class OwnOut(msgspec.Struct):
    """An organizer's own achievement; its key in unlocks is `own-<id>`."""

    id: int
    key: str
    owner_id: int
    rule: str
    targets: list[int]
    game: str | None
    format: str | None
    everywhere: bool
    words: dict[str, WordsOut]
    version: int
    created_at: datetime
    retired_at: datetime | None


class HolderOut(msgspec.Struct):
    id: int
    name: str


class PreviewTierOut(msgspec.Struct):
    """Who would hold a tier now."""

    tier: int
    target: int
    holders: list[HolderOut]


class PreviewOut(msgspec.Struct):
    """Who would hold each tier now, of how many who were looked at."""

    tiers: list[PreviewTierOut]
    looked_at: int


def catalogue_out(
    reader: Reader, counted: Counted | None, mine: Holding | None, now: datetime
) -> CatalogueOut:
    current = {one.challenge.key for one in goals_at(now)}
    listed = [_achievement(reader, one, counted, mine, current) for one in CATALOGUE]
    return CatalogueOut(degraded(counted), listed)


def holding_out(
    reader: Reader, holding: Holding | None, own: dict[str, OwnAchievement], *, is_own: bool
) -> AchievementsOut:
    """`is_own`: the holder asks; only they hear how far they are with what is hidden."""
    if holding is None:
        return AchievementsOut(degraded(holding), None)
    unlocked = sorted(holding.unlocks.values(), key=lambda one: (one.at, one.name), reverse=True)
    found = HoldingOut(
        points=holding.points,
        level=holding.level,
        next_level_at=holding.next_at,
        held=holding.held,
        unlocked=[_unlock(reader, one, own.get(one.name.key)) for one in unlocked],
        progress=[
            _progress(one, holding)
            for one in for_kind(holding.holder.kind)
            if not one.hidden or (is_own and holding.tier_of(one.key) > 0)
        ],
    )
    return AchievementsOut([], found)


def goals_out(reader: Reader, goals: list[Goal], *, is_missing: bool) -> ChallengesOut:
    return ChallengesOut(
        degraded(None if is_missing else goals), [_challenge(reader, one) for one in goals]
    )


def own_out(one: OwnAchievement) -> OwnOut:
    making = one.making
    return OwnOut(
        id=one.id,
        key=one.key,
        owner_id=one.owner_id,
        rule=making.rule.value,
        targets=list(making.targets),
        game=making.game,
        format=making.format,
        everywhere=making.everywhere,
        words={key: WordsOut(said.name, said.text) for key, said in making.words.items()},
        version=one.version,
        created_at=one.created_at,
        retired_at=one.retired_at,
    )


def preview_out(found: Preview) -> PreviewOut:
    tiers = [
        PreviewTierOut(number, tier.target, [HolderOut(*one) for one in tier.holders])
        for number, tier in enumerate(found.tiers, start=1)
    ]
    return PreviewOut(tiers, found.looked_at)


def _achievement(
    reader: Reader,
    one: Achievement,
    counted: Counted | None,
    mine: Holding | None,
    current: Set[str],
) -> AchievementOut:
    hidden = one.hidden and (mine is None or mine.tier_of(one.key) == 0)
    return AchievementOut(
        key=None if hidden else one.key,
        category=one.category.value,
        name=None if hidden else reader.gettext(one.name),
        hidden=hidden,
        kept=one.keeps,
        span=None if one.span is None else one.span.value,
        current=one.key in current,
        holders=sorted(kind.value for kind in one.holders),
        tiers=[
            TierOut(
                tier=number,
                target=tier.target,
                text=None if hidden else text_of(reader, one.text, tier.target),
                rarity=tier.rarity.value,
                points=tier.points,
                percent_of_players=_percent(one, counted, HolderKind.PLAYER, number),
                percent_of_teams=_percent(one, counted, HolderKind.TEAM, number),
            )
            for number, tier in enumerate(one.tiers, start=1)
        ],
    )


def _percent(
    one: Achievement, counted: Counted | None, kind: HolderKind, tier: int
) -> float | None:
    percent = percent_of(counted, kind, one, tier)
    return None if percent is None else round(percent, 2)


def _unlock(reader: Reader, one: Unlock, own: OwnAchievement | None) -> UnlockOut:
    return UnlockOut(
        key=one.name.key,
        tier=one.name.tier,
        period=one.name.period or None,
        name=title_of(reader, one.name, own),
        points=one.points,
        unlocked_at=one.at,
        tournament_id=one.cause.tournament_id,
        match_id=one.cause.match_id,
        team_id=one.cause.team_id,
    )


def _progress(one: Achievement, holding: Holding) -> ProgressOut:
    held = holding.tier_of(one.key)
    target = BY_KEY[one.key].tiers[held].target if held < len(one.tiers) else None
    return ProgressOut(one.key, holding.counts.get(one.key, 0), target)


def _challenge(reader: Reader, goal: Goal) -> ChallengeOut:
    one, period = goal.challenge, goal.period
    return ChallengeOut(
        key=one.key,
        span=period.span.value,
        period=period.name,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        name=reader.gettext(one.name),
        text=text_of(reader, one.text, goal.tier.target),
        target=goal.tier.target,
        points=goal.tier.points,
        value=goal.value,
        met=None if goal.value is None else goal.met,
    )
