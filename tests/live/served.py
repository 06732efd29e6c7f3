"""The whole site with a page and a command more, on the real parent and serving processes.

    python -m tests.live.served COUNT HOME [DATABASE_URL] [REDIS_URL]

COUNT sites serve on one database, each with processes of its own; each prints its address once it
serves. `/try/score?stream=team-1&n=3` commits three events in the
serving process, one transaction each; `/try/page?stream=team-1` is a page that follows them
(`&seq=7` has it believe that it has seen seven, `&epoch=x` that it comes from another history).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from socket import socket
from typing import NoReturn

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from clutch.bootstrap import Site, open_site
from clutch.cli.serving.child import Served, serve_forever
from clutch.cli.serving.listening import address_of, take_listeners
from clutch.cli.serving.notify import Notifier
from clutch.cli.serving.parent import Lines, Parent, Work
from clutch.kernel import logs
from clutch.kernel.points import point
from clutch.kernel.settings import Settings
from clutch.web.app import create_app
from clutch.web.static_files import static_files
from tests.live.things import draw, score, score_piece

PAGE = """<!doctype html><html lang="en"><title>{points}</title>
<script type="module" src="{script}"></script>
<link rel="stylesheet" href="{style}">
<body data-streams="{stream}@{seq}" data-epoch="{epoch}">
<span id="live-state" data-on="Live" data-off="Reconnecting" hidden></span>
<span id="live-said" class="hidden" aria-live="polite"></span>
<svg width="1" height="3000"></svg>
{score}
<section id="table" data-live><p>{points} in the table</p><input id="typed"></section>
<section id="mine" data-live="fetch"><p>{points} for me</p></section>
<svg width="1" height="3000"></svg>
"""


def page(request: Request) -> Response:
    site: Site = request.app.state.site
    stream = request.query_params["stream"]
    with site.database.read() as conn:
        epoch, points = point(conn, stream)
    text = PAGE.format(
        stream=stream,
        points=points,
        seq=request.query_params.get("seq", points),
        epoch=request.query_params.get("epoch", epoch),
        script=static_files().url("js/clutch.js"),
        style=static_files().url("css/clutch.css"),
        score=score_piece(points, "en"),
    )
    return HTMLResponse(text)


def try_score(request: Request) -> Response:
    site: Site = request.app.state.site
    asked = request.query_params
    for number in range(int(asked.get("n", "1"))):
        site.writer.write(score(asked["stream"], number, size=int(asked.get("size", "0"))))
    return PlainTextResponse("scored")


def capabilities(request: Request) -> Response:
    site: Site = request.app.state.site
    return JSONResponse(site.capabilities.states())


def serve(settings: Settings, sockets: Sequence[socket], lines: Lines) -> NoReturn:
    site = open_site(settings)
    site.projector.start()
    site.wakes.start()
    site.hub.draw_with("team", draw)
    app = create_app(site)
    app.router.routes[:0] = [
        Route("/try/page", page),
        Route("/try/score", try_score),
        Route("/try/capabilities", capabilities),
    ]
    facts = lambda: {"version": site.release}  # noqa: E731
    served = Served(app, settings.run_folder, facts, site.close, site.begin_end)
    serve_forever(served, sockets, lines)


def main() -> int:
    count, home, database, redis = (*sys.argv[1:], "", "")[:4]
    settings = Settings(
        home=Path(home),
        DATABASE_URL=database or None,
        REDIS_URL=redis or None,
        trusted_proxies="127.0.0.1",
    )
    logs.configure("warning")
    # What takes long, the imports, is done once for all of them.
    for _ in range(int(count) - 1):
        if os.fork() == 0:
            break
    listeners = take_listeners("127.0.0.1", 0)
    work = Work(
        prepare=lambda: None,
        preload=lambda: None,
        serve=lambda sockets, lines: serve(settings, sockets, lines),
        # In one piece: the others write to the same pipe.
        announce=lambda: print(f"{address_of(listeners[0])}\n", end="", flush=True),
    )
    return Parent(listeners, 1, work, settings.run_folder, Notifier()).run()


if __name__ == "__main__":
    sys.exit(main())
