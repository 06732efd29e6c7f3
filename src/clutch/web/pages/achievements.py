"""Achievements: the catalogue, and challenges."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from clutch.achievements.challenges import period_of
from clutch.achievements.models import Span
from clutch.achievements.queries import Goal, Holding, goals_at, goals_of, holding_of
from clutch.achievements.record import Holder
from clutch.achievements.shares import Counted
from clutch.web.routing import Pages
from clutch.web.views.achievements import (
    Line,
    catalogue_shelves,
    is_off,
    lines_of,
    met_challenges,
    player,
    told,
)
from clutch.web.views.numbers import page_number
from clutch.web.visit import Visit

pages = Pages()

MET_PER_PAGE = 50


@pages.get("/achievements")
def catalogue_page(visit: Visit) -> Response:
    def ask(conn: Connection) -> tuple[Counted, Holding | None]:
        me = _me(visit)
        return visit.site.shares.read(conn), None if me is None else holding_of(conn, me)

    counted, mine = told(visit.site, ask) or (None, None)
    return visit.render(
        "achievements/catalogue.html",
        shelves=catalogue_shelves(visit.reader, counted, mine, visit.now),
        counted=counted,
        is_off=is_off(visit.site),
    )


@pages.get("/achievements/challenges")
def challenges_page(visit: Visit) -> Response:
    found = told(visit.site, lambda conn: _challenges(conn, visit))
    goals, met, total = found or (goals_at(visit.now), [], 0)
    return visit.render(
        "achievements/challenges.html",
        goals=goals,
        met=met,
        total=total,
        missing=found is None,
        is_off=is_off(visit.site),
        day_ends=period_of(Span.DAY, visit.now).ends_at,
        week_ends=period_of(Span.WEEK, visit.now).ends_at,
        page=min(page_number(visit), _met_pages(total)),
        pages=_met_pages(total),
    )


def _challenges(conn: Connection, visit: Visit) -> tuple[list[Goal], list[Line], int]:
    """Today's and this week's; a page of those that the visitor met; how many that are."""
    me = _me(visit)
    goals = goals_of(conn, visit.actor.account_id, visit.now)
    if me is None:
        return goals, [], 0
    met = met_challenges(holding_of(conn, me))
    start = (min(page_number(visit), _met_pages(len(met))) - 1) * MET_PER_PAGE
    return goals, lines_of(conn, visit.reader, met[start : start + MET_PER_PAGE]), len(met)


def _met_pages(total: int) -> int:
    return max(1, -(-total // MET_PER_PAGE))


def _me(visit: Visit) -> Holder | None:
    account_id = visit.actor.account_id
    return None if account_id is None else player(account_id)
