"""Rows of organizers' own achievements, and the tournaments that count for each."""

from __future__ import annotations

from collections.abc import Sequence
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
    public = _tournaments_for(conn, made)
    return [Yardstick(one, _counted(one, public)) for one in made]


def _tournaments_for(conn: Connection, made: list[OwnAchievement]) -> Sequence[Any]:
    """The public tournaments among which those are that count for these."""
    if any(one.making.everywhere and one.making.is_narrow for one in made):
        return conn.execute(_PUBLIC).all()
    owners = sorted({one.owner_id for one in made if not one.making.everywhere})
    return conn.execute(_OF_OWNERS, {"owners": owners}).all() if owners else []


def _counted(one: OwnAchievement, public: Sequence[Any]) -> frozenset[str] | None:
    making = one.making
    if making.everywhere and not making.is_narrow:
        return None
    return frozenset(
        row.id
        for row in public
        if (making.everywhere or row.owner_id == one.owner_id)
        and making.game in {None, row.game}
        and making.format in {None, row.format}
    )


def own_of(row: Any) -> OwnAchievement:
    """The achievement in a row of its table."""
    making = Making(
        rule=Rule(row.rule),
        targets=(row.target, *_FURTHER.decode(row.further)),
        words=_WORDS.decode(row.words),
        game=row.game,
        format=row.format,
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
        "target": making.targets[0],
        "further": msgspec.json.encode(making.targets[1:]).decode(),
        "game": making.game,
        "format": making.format,
        "everywhere": making.everywhere,
        "words": msgspec.json.encode(making.words, order="sorted").decode(),
    }


_WORDS = msgspec.json.Decoder(dict[str, Words])
_FURTHER = msgspec.json.Decoder(tuple[int, ...])
_ALL = select(own_achievement).order_by(own_achievement.c.id)
_ONE = select(own_achievement).where(own_achievement.c.id == bindparam("the_id"))
_LIVING = select(func.count()).where(
    own_achievement.c.owner_id == bindparam("owner"), own_achievement.c.retired_at.is_(None)
)
_PUBLIC = select(
    tournament.c.id, tournament.c.owner_id, tournament.c.game, tournament.c.format
).where(tournament.c.visibility == Visibility.PUBLIC.value)
_OF_OWNERS = _PUBLIC.where(tournament.c.owner_id.in_(bindparam("owners", expanding=True)))
