"""Organizers' own achievements as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from clutch.accounts.models import Actor, Role
from clutch.accounts.queries import names_of
from clutch.achievements.own import OwnAchievement, Words
from clutch.achievements.own_rows import all_own
from clutch.achievements.record import HolderKind
from clutch.achievements.shares import Counted
from clutch.web.reader import Reader
from clutch.web.views.achievement_words import made_text, numeral


@dataclass(frozen=True, slots=True)
class MadeTier:
    """A tier, and how many hold it. `holders` None: that is not known at the moment."""

    numeral: str
    holders: int | None
    percent: float | None


@dataclass(frozen=True, slots=True)
class Made:
    """An organizer's own achievement in a list: its words, what it counts, who made it.

    `maker` None: their account is deleted.
    """

    made: OwnAchievement
    words: Words
    counts: str
    maker: str | None
    tiers: list[MadeTier]
    may_change: bool


def made_list(
    conn: Connection, reader: Reader, actor: Actor, counted: Counted | None
) -> list[Made]:
    """Organizers' own achievements, those that can still be reached first, then the newest."""
    found = sorted(all_own(conn), key=lambda one: (one.retired_at is not None, -one.id))
    makers = names_of(conn, [one.owner_id for one in found])
    return [_made(reader, actor, counted, one, makers.get(one.owner_id)) for one in found]


def _made(
    reader: Reader,
    actor: Actor,
    counted: Counted | None,
    one: OwnAchievement,
    maker: str | None,
) -> Made:
    tiers = len(one.making.targets)
    return Made(
        made=one,
        words=one.words_for(reader.language),
        counts=made_text(reader, one.making),
        maker=maker,
        tiers=[_tier(counted, one.key, tiers, tier) for tier in range(1, tiers + 1)],
        may_change=one.owner_id == actor.account_id or actor.has(Role.ADMIN),
    )


def _tier(counted: Counted | None, key: str, tiers: int, tier: int) -> MadeTier:
    kind = HolderKind.PLAYER
    return MadeTier(
        numeral=numeral(tiers, tier),
        holders=None if counted is None else counted.holders(kind, key, tier),
        percent=None if counted is None else counted.percent(kind, key, tier),
    )
