"""Leaderboards: who stands where, by rating, titles, form, or by what others register.

A board shows a page, and always the line of whoever looks. Deleted accounts and disbanded teams
are left out; their opponents' numbers stay.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """A line of a board; who is equal shares a rank."""

    rank: int
    holder_id: int
    name: str
    tag: str | None
    colour: str | None
    tally: Tally


class Board(msgspec.Struct, frozen=True):
    """A page of a board. `own` is the line of whoever looks, None where they are not on it."""

    lines: list[Line]
    total: int
    page: int
    own: Line | None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def read_board(conn: Connection, wish: Wish, page: int = 1, own_ids: Sequence[int] = ()) -> Board:
    """A page of the board, from 1; one beyond the last is the last."""
    lines = _lines(wish)
    ranked = lines.subquery("ranked")
    total = conn.execute(select(func.count()).select_from(ranked)).scalar_one()
    number = min(max(1, page), max(1, -(-total // PER_PAGE)))
    ordered = select(ranked).order_by(ranked.c.rank, ranked.c.played.desc(), ranked.c.holder_id)
    rows = conn.execute(ordered.limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    own = ordered.where(ranked.c.holder_id.in_(own_ids)).limit(1)
    mine = conn.execute(own).one_or_none() if own_ids else None
    return Board([_line(row) for row in rows], total, number, None if mine is None else _line(mine))


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
    keys = _keys(wish)
    is_team = wish.mode is Mode.TEAM
    who = team if is_team else account
    rank = func.rank().over(order_by=[key.desc() for key in keys]).label("rank")
    shown = [team.c.name, team.c.tag, team.c.colour] if is_team else [account.c.name]
    is_there = team.c.disbanded_at.is_(None) if is_team else account.c.name.is_not(None)
    return (
        select(tables.tally, rank, *shown)
        .join(who, who.c.id == t.holder_id)
        .where(
            t.mode == wish.mode.value,
            t.axis == (Axis.GAME if wish.game else Axis.ALL).value,
            t.value == wish.game,
            t.period == wish.period,
            is_there,
            _belongs(wish.by),
        )
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


def _line(row: Any) -> Line:
    values = row._mapping
    return Line(
        rank=row.rank,
        holder_id=row.holder_id,
        name=row.name,
        tag=values.get("tag"),
        colour=values.get("colour"),
        tally=tally_of(row),
    )
