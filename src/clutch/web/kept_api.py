"""Kept answers of the API: a GET that many read at once gets a fast lane, like a kept page.

```python
@router.get("/bracket", **answers(BracketOut))
@kept_answer("bracket-json", lambda at: [f"tournament-{at['tournament_id']}"])
def bracket_route(visit: ApiVisitDep, tournament_id: str) -> Response: ...
```
FastAPI's route stands for the documentation; the lane, in front of it, calls the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, get_type_hints

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from clutch.bootstrap import Site
from clutch.web.errors import json_refusal, reader_for
from clutch.web.kept import Keep, KeptPage, Streams
from clutch.web.refusals import REFUSALS
from clutch.web.threads import draw
from clutch.web.visit import ApiVisit, refuse_impossible

F = TypeVar("F", bound=Callable[..., Response])
_MARK = "kept_as"


def kept_answer(
    view: str, streams: Streams, state: Callable[[Site], str] | None = None
) -> Callable[[F], F]:
    """Keep this route's answers for guests; for `streams` and `state` see `Keep`."""
    keep = Keep(view, streams) if state is None else Keep(view, streams, state)

    def mark(route: F) -> F:
        setattr(route, _MARK, keep)
        return route

    return mark


def fast_lanes(site: Site, prefix: str, routers: Iterable[APIRouter]) -> Iterator[BaseRoute]:
    """The routes to put in front of everything else."""
    for router in routers:
        for route in router.routes:
            keep = getattr(getattr(route, "endpoint", None), _MARK, None)
            if isinstance(route, APIRoute) and keep is not None:
                lane = _Lane(site, route.endpoint)
                endpoint = KeptPage(site, keep, lane.answer, lane)
                yield Route(prefix + _typed(route), endpoint, methods=["GET"])


def _typed(route: APIRoute) -> str:
    """The route's path, in which a parameter that is a whole number matches nothing else."""
    hints, path = get_type_hints(route.endpoint), route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", f"{{{name}:int}}") if hints[name] is int else path
    return path


class _Lane:
    """The slow way of a kept answer: for who brings a token or a session."""

    def __init__(self, site: Site, route: Callable[..., Any]) -> None:
        self._site = site
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await draw(self.answer, Request(scope, receive))
        await response(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """Run the route's function; its refusal becomes JSON. Runs in a worker thread."""
        try:
            refuse_impossible(request.path_params)
            visit = ApiVisit(self._site, request, b"")
            visit.identify()
            return self._route(visit=visit, **request.path_params)  # type: ignore[no-any-return]
        except REFUSALS as refusal:
            return json_refusal(refusal, reader_for(self._site, request))
