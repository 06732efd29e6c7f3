"""The board of points: who has the most, ever or by what they unlocked in a period or game."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from clutch.accounts.tables import account
from clutch.achievements.record import HolderKind
from clutch.achievements.tables import standing, unlock
from clutch.statistics.boards import Board, columns_of, page_of
from clutch.teams.tables import team
from clutch.tournaments.models import Visibility
from clutch.tournaments.tables import tournament


@dataclass(frozen=True, slots=True)
class PointsWish:
    """Whose points: in a game ("": all), in a year or month of UTC ("": ever).

    What was unlocked by no tournament, such as founding a team, is of no game.
    """

    kind: HolderKind = HolderKind.PLAYER
    game: str = ""
    period: str = ""


def read_points(
    conn: Connection, wish: PointsWish, page: int = 1, own_ids: Sequence[int] = ()
) -> Board:
    """A page of the board; deleted players and disbanded teams are left out."""
    return page_of(conn, _lines(wish), page, own_ids)


def games_with_points(conn: Connection) -> list[str]:
    """Every game in whose public tournaments something was unlocked."""
    return sorted(conn.execute(_GAMES).scalars(), key=str.casefold)


def periods_with_points(conn: Connection) -> list[str]:
    """Every year and month from the first unlock to the last one, the latest first."""
    first, last = conn.execute(_SPAN).one()
    if first is None:
        return []
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    named = [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in months]
    return sorted({*named, *(name[:4] for name in named)}, reverse=True)


def _lines(wish: PointsWish) -> Select[Any]:
    is_team = wish.kind is HolderKind.TEAM
    who = team if is_team else account
    gone = team.c.disbanded_at if is_team else account.c.deleted_at
    sums = (_some_points(wish) if wish.game or wish.period else _all_points(wish)).subquery("sums")
    most = sums.c.points.desc()
    return (
        select(
            sums.c.holder_id,
            sums.c.points,
            func.rank().over(order_by=most).label("rank"),
            func.row_number().over(order_by=[most, sums.c.holder_id]).label("place"),
            *columns_of(is_team=is_team),
        )
        .join(who, who.c.id == sums.c.holder_id)
        .where(sums.c.points > 0, gone.is_(None))
    )


def _all_points(wish: PointsWish) -> Select[Any]:
    return select(standing.c.holder_id, standing.c.points).where(
        standing.c.holder_kind == wish.kind.value
    )


def _some_points(wish: PointsWish) -> Select[Any]:
    """Summed up over the unlocks of a period, a game, or both."""
    found = (
        select(unlock.c.holder_id, func.sum(unlock.c.points).label("points"))
        .where(unlock.c.holder_kind == wish.kind.value)
        .group_by(unlock.c.holder_id)
    )
    if wish.period:
        start, end = _bounds(wish.period)
        found = found.where(unlock.c.at >= start, unlock.c.at < end)
    if wish.game:
        found = found.join(tournament, tournament.c.id == unlock.c.tournament_id).where(
            tournament.c.game == wish.game, _PUBLIC
        )
    return found


def _bounds(period: str) -> tuple[datetime, datetime]:
    """From when to before when a year (`2026`) or month (`2026-03`) lasts."""
    year, _, month = period.partition("-")
    start = datetime(int(year), int(month or 1), 1, tzinfo=UTC)
    months = start.month + (1 if month else 12)
    return start, start.replace(year=start.year + (months - 1) // 12, month=(months - 1) % 12 + 1)


_PUBLIC = tournament.c.visibility == Visibility.PUBLIC.value
_GAMES = (
    select(tournament.c.game)
    .join(unlock, unlock.c.tournament_id == tournament.c.id)
    .where(_PUBLIC)
    .distinct()
)
_SPAN = select(func.min(unlock.c.at), func.max(unlock.c.at))
