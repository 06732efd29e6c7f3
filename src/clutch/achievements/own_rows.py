"""Rows of organizers' own achievements, and the tournaments that count for each."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from clutch.accounts.models import AccountId
from clutch.achievements.evaluate import Yardstick
from clutch.achievements.own import Making, OwnAchievement, OwnId, Rule, Words
from clutch.achievements.tables import own_achievement
from clutch.tournaments.models import Visibility
from clutch.tournaments.tables import tournament


def all_own(conn: Connection) -> list[OwnAchievement]:
    """Every one that was ever made, oldest first."""
    return [own_of(row) for row in conn.execute(_ALL)]


def find_own(conn: Connection, own_id: int) -> OwnAchievement | None:
    row = conn.execute(_ONE, {"the_id": own_id}).one_or_none()
    return None if row is None else own_of(row)


def count_living(conn: Connection, owner_id: AccountId) -> int:
    """How many of theirs can still be reached."""
    return conn.execute(_LIVING, {"owner": owner_id}).scalar_one()


def yardsticks(conn: Connection) -> list[Yardstick]:
    """All of them, each with the tournaments that count for it."""
    return measured_by(conn, all_own(conn))


def measured_by(conn: Connection, made: list[OwnAchievement]) -> list[Yardstick]:
    """These, each with the tournaments that count for it."""
    owners = {one.owner_id for one in made if not one.making.everywhere}
    theirs: defaultdict[int, set[str]] = defaultdict(set)
    if owners:
        for row in conn.execute(_TOURNAMENTS, {"owners": sorted(owners)}):
            theirs[row.owner_id].add(row.id)
    return [
        Yardstick(one, None if one.making.everywhere else frozenset(theirs[one.owner_id]))
        for one in made
    ]


def own_of(row: Any) -> OwnAchievement:
    """The achievement in a row of its table."""
    making = Making(
        rule=Rule(row.rule),
        target=row.target,
        words=_WORDS.decode(row.words),
        game=row.game,
        everywhere=row.everywhere,
    )
    return OwnAchievement(
        id=OwnId(row.id),
        owner_id=AccountId(row.owner_id),
        making=making,
        version=row.version,
        created_at=row.created_at,
        retired_at=row.retired_at,
    )


def values_of(making: Making) -> dict[str, Any]:
    """The columns that are chosen."""
    return {
        "rule": making.rule.value,
        "target": making.target,
        "game": making.game,
        "everywhere": making.everywhere,
        "words": msgspec.json.encode(making.words, order="sorted").decode(),
    }


_WORDS = msgspec.json.Decoder(dict[str, Words])
_ALL = select(own_achievement).order_by(own_achievement.c.id)
_ONE = select(own_achievement).where(own_achievement.c.id == bindparam("the_id"))
_LIVING = select(func.count()).where(
    own_achievement.c.owner_id == bindparam("owner"), own_achievement.c.retired_at.is_(None)
)
_TOURNAMENTS = select(tournament.c.id, tournament.c.owner_id).where(
    tournament.c.owner_id.in_(bindparam("owners", expanding=True)),
    tournament.c.visibility == Visibility.PUBLIC.value,
)
