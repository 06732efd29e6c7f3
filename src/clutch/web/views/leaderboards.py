"""Leaderboards as pages and API show them, whoever works them out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import Actor
from clutch.achievements import queries as achievements
from clutch.achievements.record import Holder, HolderKind
from clutch.kernel.refusals import N_
from clutch.statistics.boards import BOARDS, By, Wish, read_board
from clutch.statistics.models import Mode
from clutch.statistics.tallies import Tally
from clutch.teams.queries import teams_of

Name = Literal["rating", "titles", "form", "achievements"]
ACHIEVEMENTS = "achievements"
NAMES = (*BOARDS, ACHIEVEMENTS)
LONGEST_GAME = 60
_PERIOD = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")

TITLES = {
    "rating": N_("Rating"),
    "titles": N_("Titles"),
    "form": N_("Form"),
    ACHIEVEMENTS: N_("Achievements"),
}
MODES = {
    Mode.SOLO.value: N_("Players alone"),
    Mode.ROSTER.value: N_("Players in teams"),
    Mode.TEAM.value: N_("Teams"),
}
EXPLAINED = {
    "rating": N_(
        "Ranked by what the rating is at least (the rating less its ±), so that a few lucky "
        "matches lift nobody."
    ),
    "titles": N_("Ranked by tournaments won, then by places among the first three."),
    "form": N_("Ranked by the share of the last 20 rated matches that was won, from five on."),
    ACHIEVEMENTS: N_("Ranked by the points of achievements."),
}


class Asked(msgspec.Struct, frozen=True):
    """Which board a visitor wants; `query` is its address."""

    by: str
    mode: str
    game: str
    period: str


class Line(msgspec.Struct, frozen=True):
    """A line; `tally` is None where the board counts `points`."""

    rank: int
    holder_id: int
    name: str
    tag: str | None = None
    colour: str | None = None
    tally: Tally | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a board, with the visitor's own line wherever it stands."""

    items: list[Line]
    total: int
    page: int
    pages: int
    own: Line | None

    @property
    def shows_own(self) -> bool:
        """Whether the own line is on this page anyway."""
        return self.own is not None and self.own.holder_id in {one.holder_id for one in self.items}


def read_asked(query: Mapping[str, str]) -> Asked:
    """The wish in an address; what makes no sense there is as usual."""
    by, mode, period = query.get("by", ""), query.get("mode", ""), query.get("period", "")
    by = by if by in NAMES else NAMES[0]
    modes = modes_of(by)
    return Asked(
        by=by,
        mode=mode if mode in modes else modes[0],
        game="" if by == ACHIEVEMENTS else query.get("game", "")[:LONGEST_GAME],
        period=period if by != ACHIEVEMENTS and _PERIOD.fullmatch(period) else "",
    )


def with_anybody(conn: Connection, actor: Actor, asked: Asked) -> Asked:
    """The board of the first kind of holders on which somebody stands.

    Who names no kind wants to see who leads, also where only teams play.
    """
    others = (msgspec.structs.replace(asked, mode=mode) for mode in modes_of(asked.by))
    return next((one for one in others if show(conn, actor, one, 1).items), asked)


def modes_of(by: str) -> list[str]:
    """Who can stand on a board."""
    if by == ACHIEVEMENTS:
        return [Mode.SOLO.value, Mode.TEAM.value]
    return [mode.value for mode in Mode]


def show(conn: Connection, actor: Actor, asked: Asked, page: int) -> Shown:
    """The page of the board that is asked for."""
    own = own_ids(conn, actor, asked.mode)
    if asked.by == ACHIEVEMENTS:
        return _points(conn, asked, page, own)
    by: By = next(one for one in BOARDS if one == asked.by)
    board = read_board(conn, Wish(by, Mode(asked.mode), asked.game, asked.period), page, own)
    lines = [_line(one) for one in board.lines]
    mine = None if board.own is None else _line(board.own)
    return Shown(lines, board.total, board.page, board.pages, mine)


def own_ids(conn: Connection, actor: Actor, mode: str) -> list[int]:
    """Whose line is the visitor's own: theirs, or their teams'."""
    if actor.account_id is None:
        return []
    if mode == Mode.TEAM.value:
        return [team.id for team in teams_of(conn, actor.account_id)]
    return [actor.account_id]


def _line(one: Any) -> Line:
    return Line(one.rank, one.holder_id, one.name, one.tag, one.colour, one.tally)


def _points(conn: Connection, asked: Asked, page: int, own: Sequence[int]) -> Shown:
    is_team = asked.mode == Mode.TEAM.value
    kind = HolderKind.TEAM if is_team else HolderKind.PLAYER
    mine = Holder(kind, own[0]) if own else None
    board = achievements.board(conn, kind, page, mine)
    lines = [_points_line(one) for one in board.items]
    own_line = None if board.mine is None else _points_line(board.mine)
    return Shown(lines, board.total, board.page, board.pages, own_line)


def _points_line(one: achievements.Placed) -> Line:
    tag = "" if one.holder.kind is HolderKind.TEAM else None
    return Line(
        one.rank, one.holder.id, one.name or "", tag, "" if tag == "" else None, None, one.points
    )
