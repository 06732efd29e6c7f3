"""Leaderboards as pages and API show them, whoever works them out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import Actor
from clutch.achievements.boards import (
    PointsWish,
    games_with_points,
    periods_with_points,
    read_points,
)
from clutch.achievements.record import HolderKind
from clutch.bootstrap import Site
from clutch.kernel.refusals import N_, Kind, Refusal
from clutch.statistics.boards import (
    BOARDS,
    Board,
    By,
    Wish,
    games_on_boards,
    most_rated,
    periods_on_boards,
    read_board,
)
from clutch.statistics.models import Mode
from clutch.statistics.repository import LEAST_FORM
from clutch.statistics.rerating import find_refold
from clutch.teams.queries import teams_of
from clutch.web.views import achievements, statistics

Name = Literal["rating", "titles", "form", "achievements"]
ACHIEVEMENTS = "achievements"
NAMES = (*BOARDS, ACHIEVEMENTS)
LONGEST_GAME = 60
# What has a board is after the year 2000, where records begin.
PERIOD = r"20[0-9]{2}(-(0[1-9]|1[0-2]))?"

TITLES = {
    "rating": N_("Rating"),
    "titles": N_("Titles"),
    "form": N_("Form"),
    ACHIEVEMENTS: N_("Achievements"),
}
_MODES = {
    Mode.SOLO.value: N_("Players alone"),
    Mode.ROSTER.value: N_("Players in teams"),
    Mode.TEAM.value: N_("Teams"),
}
# Achievements of a player count what they did alone and in teams.
_POINTS_MODES = {Mode.SOLO.value: N_("Players"), Mode.TEAM.value: N_("Teams")}
EXPLAINED = {
    "rating": N_(
        "Ranked by what the rating is at least (the rating less its ±), so that a few lucky "
        "matches lift nobody."
    ),
    "titles": N_(
        "Ranked by tournaments won, then by places in the top three: a win, or a place among the "
        "first three of more than three."
    ),
    "form": N_("Ranked by the share of the last 20 rated matches that was won, from five on."),
    ACHIEVEMENTS: N_(
        "Ranked by the points of achievements. A period counts what was unlocked in it, a game "
        "what was unlocked in its tournaments."
    ),
}
NEEDS = {
    "rating": N_("It takes a rated match."),
    "titles": N_("It takes a win, or a place among the first three of more than three."),
    "form": N_("It takes {needed} rated matches; so far there are {have}."),
    ACHIEVEMENTS: N_("It takes an achievement."),
}


class ModeRefused(Refusal):
    """Nobody of that mode stands on that board."""

    code = "leaderboard-mode-refused"
    kind = Kind.INVALID
    field = "mode"
    sentence = N_("This leaderboard ranks players (solo) and teams (team) only.")


class Asked(msgspec.Struct, frozen=True):
    """Which board a visitor wants; `query` is its address."""

    by: str
    mode: str
    game: str
    period: str


@dataclass(frozen=True, slots=True)
class Needs:
    """Why whoever looks is not on a board: how many it takes of `by`'s things, how many they have.

    `has_team`: on a board of teams, whether they are in any.
    """

    by: str
    needed: int
    have: int
    has_team: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a board, and what can be asked besides.

    Who is logged in has their line in `board`, or else `needs`. `recomputing`: ratings are those
    of before a correction that is being worked through.
    """

    asked: Asked
    board: Board
    needs: Needs | None
    games: list[str]
    periods: list[str]
    recomputing: bool


def read_asked(query: Mapping[str, str]) -> Asked:
    """The wish in a page's address; what makes no sense there is as usual."""
    by, mode, period = query.get("by", ""), query.get("mode", ""), query.get("period", "")
    by = by if by in NAMES else NAMES[0]
    modes = list(modes_of(by))
    return Asked(
        by=by,
        mode=mode if mode in modes else modes[0],
        game=query.get("game", "")[:LONGEST_GAME],
        period=period if re.fullmatch(PERIOD, period) else "",
    )


def require_offered(asked: Asked) -> None:
    """Refuse a board that there is not.

    Raises:
        ModeRefused: nobody of that mode stands on it.
    """
    if asked.mode not in modes_of(asked.by):
        raise ModeRefused


def modes_of(by: str) -> Mapping[str, str]:
    """Who can stand on a board, with the words for them."""
    return _POINTS_MODES if by == ACHIEVEMENTS else _MODES


def is_off(site: Site, by: str) -> bool:
    """Whether nobody wants here what this board is made of."""
    return achievements.is_off(site) if by == ACHIEVEMENTS else statistics.is_off(site)


def find_board(
    site: Site, actor: Actor, asked: Asked, page: int, *, any_mode: bool = False
) -> Found | None:
    """The page of the board that is asked for; None while nobody can tell.

    `any_mode`: who names no mode wants to see who leads, also where only teams play, and gets the
    first mode in which somebody stands.
    """

    def ask(conn: Connection) -> Found:
        return _find(conn, actor, _with_anybody(conn, asked) if any_mode else asked, page)

    told = achievements.told if asked.by == ACHIEVEMENTS else statistics.told
    return told(site, ask)


def own_ids(conn: Connection, actor: Actor, mode: str) -> list[int]:
    """Whose line is the visitor's own: theirs, or their teams'."""
    if actor.account_id is None:
        return []
    if mode == Mode.TEAM.value:
        return [team.id for team in teams_of(conn, actor.account_id)]
    return [actor.account_id]


def _find(conn: Connection, actor: Actor, asked: Asked, page: int) -> Found:
    own = own_ids(conn, actor, asked.mode)
    board = _read(conn, asked, page, own)
    is_missing = actor.account_id is not None and board.own is None
    counts_points = asked.by == ACHIEVEMENTS
    return Found(
        asked=asked,
        board=board,
        needs=_needs(conn, asked, own) if is_missing else None,
        games=games_with_points(conn) if counts_points else games_on_boards(conn),
        periods=periods_with_points(conn) if counts_points else periods_on_boards(conn),
        recomputing=not counts_points and find_refold(conn) is not None,
    )


def _read(conn: Connection, asked: Asked, page: int, own: Sequence[int]) -> Board:
    if asked.by != ACHIEVEMENTS:
        return read_board(conn, _wish(asked), page, own)
    is_team = asked.mode == Mode.TEAM.value
    kind = HolderKind.TEAM if is_team else HolderKind.PLAYER
    return read_points(conn, PointsWish(kind, asked.game, asked.period), page, own)


def _needs(conn: Connection, asked: Asked, own: Sequence[int]) -> Needs:
    needs = Needs(asked.by, needed=1, have=0, has_team=bool(own))
    if asked.by != "form":
        return needs
    have = most_rated(conn, _wish(asked), own) if own else 0
    return replace(needs, needed=LEAST_FORM, have=have)


def _wish(asked: Asked) -> Wish:
    by: By = next(one for one in BOARDS if one == asked.by)
    return Wish(by, Mode(asked.mode), asked.game, asked.period)


def _with_anybody(conn: Connection, asked: Asked) -> Asked:
    others = (msgspec.structs.replace(asked, mode=mode) for mode in modes_of(asked.by))
    return next((one for one in others if _read(conn, one, 1, ()).lines), asked)
