"""Our side of the fan-out: the whole site on its real processes, with two addresses more.

    python -m bench.live.served HOME WEIGHT

`/burst?n=200` and `/paced?n=100&every_ms=50` commit facts to the stream `site`, one transaction
each, as any command does; WEIGHT is how many letters a fact carries.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from socket import socket
from typing import NoReturn

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from clutch.bootstrap import Site, open_site
from clutch.cli.serving import child
from clutch.cli.serving.child import Served, serve_forever, server_config
from clutch.cli.serving.listening import address_of, take_listeners
from clutch.cli.serving.notify import Notifier
from clutch.cli.serving.parent import Lines, Parent, Work
from clutch.kernel import logs
from clutch.kernel.log import Fact, fact
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Transaction
from clutch.live.rendering import Drawn
from clutch.web.app import create_app

STREAM = "site"


@fact("site-measured")
class Measured(Fact, frozen=True):
    """A fact with the moment at which its command began."""

    made_ns: int
    text: str


def burst(request: Request) -> Response:
    number = int(request.query_params["n"])
    _commit_meanwhile(request, number, 0)
    return PlainTextResponse("")


def paced(request: Request) -> Response:
    asked = request.query_params
    _commit_meanwhile(request, int(asked["n"]), float(asked["every_ms"]) / 1000)
    return PlainTextResponse("")


def _commit_meanwhile(request: Request, number: int, every_s: float) -> None:
    site: Site = request.app.state.site
    text = "x" * request.app.state.weight

    def commit() -> None:
        at = time.monotonic()
        for _ in range(number):
            made_ns = time.monotonic_ns()
            site.writer.write(lambda tx, made_ns=made_ns: _append(tx, made_ns, text))  # type: ignore[misc]
            at += every_s
            time.sleep(max(0.0, at - time.monotonic()))

    threading.Thread(target=commit).start()


def _append(tx: Transaction, made_ns: int, text: str) -> None:
    tx.lock(STREAM)
    tx.append(STREAM, Measured(made_ns=made_ns, text=text), actor_id=None)


def without_pings(app: ASGIApp) -> uvicorn.Config:
    """The site's own configuration; the crowd answers no pings, and the peers send none."""
    config = server_config(app)
    config.ws_ping_interval = None
    return config


def serve(settings: Settings, weight: int, sockets: Sequence[socket], lines: Lines) -> NoReturn:
    site = open_site(settings)
    site.start()
    site.hub.draw_with("site", lambda *_: lambda _: Drawn())
    app = create_app(site)
    app.state.weight = weight
    app.router.routes[:0] = [Route("/burst", burst), Route("/paced", paced)]
    child.server_config = without_pings
    served = Served(app, settings.run_folder, dict, site.close, site.begin_end)
    serve_forever(served, sockets, lines)


def main() -> int:
    settings, weight = (
        Settings(home=Path(sys.argv[1]), live_per_address=100_000),
        int(sys.argv[2]),
    )
    logs.configure("warning")
    listeners = take_listeners("127.0.0.1", 0)
    work = Work(
        prepare=lambda: None,
        preload=lambda: None,
        serve=lambda sockets, lines: serve(settings, weight, sockets, lines),
        announce=lambda: print(address_of(listeners[0]), flush=True),
    )
    return Parent(listeners, 1, work, settings.run_folder, Notifier()).run()


if __name__ == "__main__":
    sys.exit(main())
