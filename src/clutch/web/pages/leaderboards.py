"""Leaderboards."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Connection
from starlette.responses import Response

from clutch.bootstrap import Site
from clutch.kernel.capabilities import State
from clutch.statistics.boards import games_on_boards, periods_on_boards
from clutch.statistics.rerating import find_refold
from clutch.web.kept import WHOLE_LOG, Keep
from clutch.web.routing import Pages
from clutch.web.views import leaderboards as views
from clutch.web.views.numbers import page_number
from clutch.web.views.statistics import missing_now, rating_of
from clutch.web.visit import Visit

pages = Pages()


def stands(site: Site) -> str:
    """How those stand who work the boards out."""
    return " ".join(
        site.capabilities.get(name).state.value for name in ("statistics", "achievements")
    )


@pages.get("/leaderboards", kept=Keep("leaderboards", lambda _: [WHOLE_LOG], stands))
def leaderboards_page(visit: Visit) -> Response:
    asked = views.read_asked(visit.request.query_params)
    with visit.read() as conn:
        missing = is_missing(conn, visit.site, asked.by)
        if not missing and "mode" not in visit.request.query_params:
            asked = views.with_anybody(conn, visit.actor, asked)
        found = {} if missing else _found(conn, visit, asked)
    shown = visit.render(
        "statistics/leaderboards.html",
        wish=asked,
        missing=missing,
        tabs=[
            (name, visit.gettext(views.TITLES[name]), f"/leaderboards?by={name}")
            for name in views.NAMES
        ],
        modes=[(mode, visit.gettext(views.MODES[mode])) for mode in views.modes_of(asked.by)],
        asked=urlencode(msgspec.structs.asdict(asked)),
        explained=visit.gettext(views.EXPLAINED[asked.by]),
        rating_of=rating_of,
        **found,
    )
    if missing:
        shown.headers["Cache-Control"] = "no-store"
    return shown


def is_missing(conn: Connection, site: Site, by: str) -> bool:
    """Whether the board can't be shown now."""
    if by == views.ACHIEVEMENTS:
        return site.capabilities.get("achievements").state is not State.UP
    return missing_now(conn, site) is not None


def _found(conn: Connection, visit: Visit, asked: views.Asked) -> dict[str, Any]:
    return {
        "board": views.show(conn, visit.actor, asked, page_number(visit)),
        "games": games_on_boards(conn),
        "periods": periods_on_boards(conn),
        "recomputing": asked.by == "rating" and find_refold(conn) is not None,
    }
