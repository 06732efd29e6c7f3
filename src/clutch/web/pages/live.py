"""`/live`: live updates, on three transports. docs/live.md is for clients."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from clutch.accounts.models import GUEST
from clutch.live.refusals import UpgradeRequired
from clutch.web.errors import json_refusal
from clutch.web.live.events import live_events
from clutch.web.live.poll import live_poll
from clutch.web.live.socket import live_socket
from clutch.web.visitor import reader_of


class _Endpoint:
    """An ASGI endpoint; Starlette takes a plain function for something else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def no_socket(request: Request) -> Response:
    """A proxy dropped the Upgrade, or this server has no WebSockets: clients go one step down."""
    reader = reader_of(request.app.state.site, request, GUEST)
    response = json_refusal(UpgradeRequired(), reader)
    response.headers["Upgrade"] = "websocket"
    response.headers["Cache-Control"] = "no-store"
    return response


def _listened(path: str, app: ASGIApp) -> Route:
    # Who asks for the head alone would be held, and counted, as one who listens.
    route = Route(path, _Endpoint(app), methods=["GET"])
    route.methods = {"GET"}
    return route


routes = [
    WebSocketRoute("/live", live_socket),
    Route("/live", no_socket),
    _listened("/live/events", live_events),
    _listened("/live/poll", live_poll),
]
