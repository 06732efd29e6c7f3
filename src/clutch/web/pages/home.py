"""The home page's shell."""

from __future__ import annotations

from starlette.responses import Response

from clutch.web.routing import Pages
from clutch.web.visit import Visit

pages = Pages()


@pages.get("/")
def home(visit: Visit) -> Response:
    return visit.render("home.html")
