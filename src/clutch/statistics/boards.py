"""Leaderboards: who stands where, by rating, titles, form, or by what others register.

A board shows a page, and always the line of whoever looks. Deleted accounts and disbanded teams
are left out; their opponents' numbers stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from clutch.accounts.tables import account
from clutch.statistics import tables
from clutch.statistics.models import Axis, Mode
from clutch.statistics.repository import tally_of
from clutch.statistics.tallies import EVER, Tally
from clutch.teams.tables import team

PER_PAGE = 25

By = Literal["rating", "titles", "form"]
BOARDS: tuple[By, ...] = ("rating", "titles", "form")


class Wish(msgspec.Struct, frozen=True):
    """Which board: by what, of whom, in a game ("": all), in a period ("": ever)."""

    by: By = "rating"
    mode: Mode = Mode.SOLO
    game: str = ""
    period: str = EVER


class Line(msgspec.Struct, frozen=True):
    """A line of a board; who is equal shares a rank, `place` counts on from 1.

    `tally` is None where a board ranks by `points`, and the other way round.
    """

    rank: int
    place: int
    holder_id: int
    name: str
    tag: str | None
    colour: str | None
    tally: Tally | None = None
    points: int | None = None


class Board(msgspec.Struct, frozen=True):
    """A page of a board. `own` is the line of whoever looks, None where they are not on it."""

    lines: list[Line]
    total: int
    page: int
    own: Line | None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def is_own_above(self) -> bool:
        """Whether the own line stands on a page before this one."""
        return self.own is not None and self.own.place <= (self.page - 1) * PER_PAGE

    @property
    def is_own_below(self) -> bool:
        """Whether the own line stands on a page after this one."""
        return self.own is not None and self.own.place > self.page * PER_PAGE


def read_board(conn: Connection, wish: Wish, page: int = 1, own_ids: Sequence[int] = ()) -> Board:
    """A page of the board by what statistics know."""
    return page_of(conn, _lines(wish), page, own_ids, tally_of)


def page_of(
    conn: Connection,
    lines: Select[Any],
    page: int,
    own_ids: Sequence[int],
    tally: Callable[[Any], Tally] | None = None,
) -> Board:
    """A page of any board, from 1; one beyond the last is the last.

    `lines` gives what `Line` has, without a tally, which `tally` reads of a row. Of several own
    lines the best is shown.
    """
    ranked = lines.subquery("ranked")
    place = ranked.c.place
    total = conn.execute(select(func.count()).select_from(ranked)).scalar_one()
    number = min(max(1, page), max(1, -(-total // PER_PAGE)))
    on_page = place.between((number - 1) * PER_PAGE + 1, number * PER_PAGE)
    rows = conn.execute(select(ranked).where(on_page).order_by(place))
    shown = [_line(row, tally) for row in rows]
    own = select(ranked).where(ranked.c.holder_id.in_(own_ids)).order_by(place).limit(1)
    mine = conn.execute(own).one_or_none() if own_ids else None
    return Board(shown, total, number, None if mine is None else _line(mine, tally))


def most_rated(conn: Connection, wish: Wish, own_ids: Sequence[int]) -> int:
    """How many matches of their form (the last 20 rated ones) the one with the most has."""
    form = select(func.max(func.length(tables.tally.c.form))).where(
        *_is_of(wish), tables.tally.c.holder_id.in_(own_ids)
    )
    return conn.execute(form).scalar_one() or 0


def games_on_boards(conn: Connection) -> list[str]:
    """Every game that somebody has numbers in."""
    column = tables.tally.c.value
    rows = conn.execute(select(column).where(tables.tally.c.axis == Axis.GAME.value).distinct())
    return sorted(rows.scalars(), key=str.casefold)


def periods_on_boards(conn: Connection) -> list[str]:
    """Every year and month that has a board, the latest first."""
    column = tables.tally.c.period
    over_all = and_(tables.tally.c.axis == Axis.ALL.value, column != EVER)
    return sorted(conn.execute(select(column).where(over_all).distinct()).scalars(), reverse=True)


def _lines(wish: Wish) -> Select[Any]:
    t = tables.tally.c
    keys = [key.desc() for key in _keys(wish)]
    is_team = wish.mode is Mode.TEAM
    who = team if is_team else account
    is_there = team.c.disbanded_at.is_(None) if is_team else account.c.name.is_not(None)
    return (
        select(
            tables.tally,
            func.rank().over(order_by=keys).label("rank"),
            func.row_number().over(order_by=[*keys, t.played.desc(), t.holder_id]).label("place"),
            *columns_of(is_team=is_team),
        )
        .join(who, who.c.id == t.holder_id)
        .where(*_is_of(wish), is_there, _belongs(wish.by))
    )


def columns_of(*, is_team: bool) -> list[ColumnElement[Any]]:
    """How who stands on a board is called and marked; tags and colours are the teams'."""
    return [team.c.name, team.c.tag, team.c.colour] if is_team else [account.c.name]


def _is_of(wish: Wish) -> tuple[ColumnElement[bool], ...]:
    t = tables.tally.c
    axis = Axis.GAME if wish.game else Axis.ALL
    return (
        t.mode == wish.mode.value,
        t.axis == axis.value,
        t.value == wish.game,
        t.period == wish.period,
    )


def _keys(wish: Wish) -> list[ColumnElement[Any]]:
    t = tables.tally.c
    keys: dict[By, list[ColumnElement[Any]]] = {
        "rating": [t.floor],
        "titles": [t.titles, t.podiums],
        "form": [t.form_share, func.length(t.form)],
    }
    return keys[wish.by]


def _belongs(by: By) -> ColumnElement[bool]:
    t = tables.tally.c
    if by == "titles":
        return or_(t.titles > 0, t.podiums > 0)
    return t.floor.is_not(None) if by == "rating" else t.form_share.is_not(None)


def _line(row: Any, tally: Callable[[Any], Tally] | None) -> Line:
    values = row._mapping
    return Line(
        rank=row.rank,
        place=row.place,
        holder_id=row.holder_id,
        name=row.name,
        tag=values.get("tag"),
        colour=values.get("colour"),
        tally=None if tally is None else tally(row),
        points=None if tally is not None else row.points,
    )
