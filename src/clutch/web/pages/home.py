"""The home page: what is on now, where one can still register, who won lately."""

from __future__ import annotations

from starlette.responses import Response

from clutch.tournaments.events import SITE_STREAM
from clutch.tournaments.listing import home_lists
from clutch.tournaments.policy import may_create
from clutch.web.kept import WHOLE_LOG, Keep
from clutch.web.routing import Pages
from clutch.web.views.streams import follow
from clutch.web.visit import Visit

pages = Pages()


@pages.get("/", kept=Keep("home", lambda _: [WHOLE_LOG]))
def home(visit: Visit) -> Response:
    with visit.read() as conn:
        lists = home_lists(conn)
        followed = follow(conn, [SITE_STREAM])
    may = may_create(visit.actor)
    return visit.render("home.html", lists=lists, follow=followed, may_create=may)
