"""The app: pages, API and static files behind one edge."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from types import ModuleType

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

import clutch.web.api
import clutch.web.pages
from clutch.accounts.models import LANGUAGES
from clutch.bootstrap import Site
from clutch.engine.refusals import RuleRefusal
from clutch.kernel.refusals import Refusal
from clutch.web import templating
from clutch.web.answers import openapi_of
from clutch.web.api import matches
from clutch.web.catalogue import catalogue
from clutch.web.edge import Edge
from clutch.web.errors import on_http_exception, on_invalid_body, on_refusal
from clutch.web.kept import Shelf, SingleFlight
from clutch.web.kept_api import fast_lanes
from clutch.web.letters import register_letters
from clutch.web.notice import Notice
from clutch.web.routing import is_kept
from clutch.web.sections import Sections
from clutch.web.static_files import static_files
from clutch.web.threads import share_out
from clutch.web.views.live import player_pieces, tournament_pieces

API = "/api/v1"
DESCRIPTION = "All that the pages do. Errors are `{code, message, details}`; codes are stable."


def create_app(site: Site, on_bug: Callable[[Exception], None] | None = None) -> FastAPI:
    """The ASGI app of a site.

    `on_bug` is told of unexpected exceptions (they become 500 pages anyway).
    """
    app = FastAPI(
        title=site.settings.site_name,
        version=site.release,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nothing is sent anywhere, whatever the surroundings say; and asking costs 10 us a request.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
        lifespan=lambda _: _running(site),
        middleware=[Middleware(Edge, site=site, on_bug=on_bug)],
        exception_handlers={
            Refusal: on_refusal,
            RuleRefusal: on_refusal,
            HTTPException: on_http_exception,
            RequestValidationError: on_invalid_body,
        },
    )
    app.state.site, app.state.shelf, app.state.flight = site, Shelf(), SingleFlight()
    app.openapi = lambda: openapi_of(app)  # type: ignore[method-assign]
    app.state.notice = Notice(site.capabilities)
    register_letters(site)
    site.hub.draw_with("tournament", tournament_pieces(site))
    site.hub.draw_with("player", player_pieces(site))
    routers = [module.router for module in _modules(clutch.web.api)]
    app.router.routes.append(Sections([*fast_lanes(site, API, routers), *_plain_routes(site)]))
    # What is written most often is asked first.
    for router in sorted(routers, key=lambda router: router is not matches.router):
        app.include_router(router, prefix=API)
    _warm()
    return app


@asynccontextmanager
async def _running(site: Site) -> AsyncIterator[None]:
    share_out(site.database)
    async with site.heads.within_loop(), site.hub.running():
        yield


def _plain_routes(site: Site) -> Iterator[BaseRoute]:
    """Pages, static files, and what a module offers as `routes` (sockets, probes).

    Those read most often first.
    """
    modules = list(_modules(clutch.web.pages))
    pages = [
        route
        for module in modules
        if hasattr(module, "pages")
        for route in module.pages.routes(site)
    ]
    yield from sorted(pages, key=lambda route: not is_kept(route))
    yield Route("/static/{hash}/{path:path}", static_files(), methods=None)
    for module in modules:
        yield from getattr(module, "routes", [])


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    # A module is found by its place; nobody has to be told of a new one.
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def preload() -> None:
    """Import every page and API module, and do what takes longest; `create_app` is quick then."""
    for package in (clutch.web.pages, clutch.web.api):
        list(_modules(package))
    _warm()
    templating.load_compiled()


def _warm() -> None:
    """Do before the first request what takes longest: catalogues and shared templates."""
    for language in LANGUAGES:
        catalogue(language)
    templating.environment().get_template("base.html")
