"""Leaderboards."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from clutch.bootstrap import Site
from clutch.kernel.refusals import N_
from clutch.web.kept import WHOLE_LOG, Keep
from clutch.web.routing import Pages
from clutch.web.views import leaderboards as views
from clutch.web.views.numbers import page_number
from clutch.web.views.statistics import rating_of
from clutch.web.visit import Visit

pages = Pages()


def stands(site: Site) -> str:
    """How those stand who work the boards out."""
    return " ".join(
        site.capabilities.get(name).state.value for name in ("statistics", "achievements")
    )


@pages.get("/leaderboards", kept=Keep("leaderboards", lambda _: [WHOLE_LOG], stands))
def leaderboards_page(visit: Visit) -> Response:
    query = visit.request.query_params
    asked = views.read_asked(query)
    any_mode = "mode" not in query
    found = views.find_board(visit.site, visit.actor, asked, page_number(visit), any_mode=any_mode)
    asked = asked if found is None else found.asked
    shown = visit.render(
        "statistics/leaderboards.html",
        wish=asked,
        found=found,
        is_off=views.is_off(visit.site, asked.by),
        tabs=[
            (name, visit.gettext(views.TITLES[name]), f"/leaderboards?by={name}")
            for name in views.NAMES
        ],
        address="/leaderboards?" + urlencode(msgspec.structs.asdict(asked)) + "&page={page}",
        explained=visit.gettext(views.EXPLAINED[asked.by]),
        rating_of=rating_of,
        **({} if found is None else _choices(visit, found)),
    )
    if found is None:
        shown.headers["Cache-Control"] = "no-store"
    return shown


def _choices(visit: Visit, found: views.Found) -> dict[str, Any]:
    modes = views.modes_of(found.asked.by)
    return {
        "modes": [(mode, visit.gettext(words)) for mode, words in modes.items()],
        "games": _with_asked(found.games, found.asked.game),
        "periods": _with_asked(found.periods, found.asked.period),
        "needs": None if found.needs is None else _needs_text(visit, found.needs),
    }


def _with_asked(offered: list[str], asked: str) -> list[str]:
    """What can be chosen; what was asked is there even if nobody stands in it."""
    return offered if not asked or asked in offered else [asked, *offered]


def _needs_text(visit: Visit, needs: views.Needs) -> str:
    """What it takes to stand there, to who does not yet."""
    if not needs.has_team:
        return visit.gettext(N_("You are in no team. Your team's line stands here once you are."))
    return visit.gettext(views.NEEDS[needs.by], needed=needs.needed, have=needs.have)
