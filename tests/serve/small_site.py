"""A site of a few lines on the real parent and the real serving processes.

    python -m tests.serve.small_site RUN_FOLDER WORKERS [BEHAVIOUR]

Prints its address once it serves. BEHAVIOUR `dies` ends each process at its start, `ages`
ends each one 0.1 s after it answered.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from socket import socket
from typing import NoReturn

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from clutch.cli.serving.child import Served, serve_forever
from clutch.cli.serving.listening import address_of, take_listeners
from clutch.cli.serving.notify import Notifier
from clutch.cli.serving.parent import Lines, Parent, Work
from clutch.kernel import logs


async def pid(_: Request) -> Response:
    return PlainTextResponse(str(os.getpid()))


def mark(what: str) -> None:
    """Leave a file `begun-WHAT` in the run folder: the request is under way."""
    (Path(sys.argv[1]) / f"begun-{what}").touch()


async def slow(_: Request) -> Response:
    mark("slow")
    await asyncio.sleep(1)
    return PlainTextResponse("finished")


def hang(_: Request) -> Response:
    """In a worker thread, which no event loop can cancel."""
    mark("hang")
    time.sleep(60)
    return PlainTextResponse("too late")


async def stream(_: Request) -> Response:
    async def ticks() -> AsyncIterator[str]:
        while True:
            yield "data: tick\n\n"
            mark("stream")
            await asyncio.sleep(0.2)

    return StreamingResponse(ticks(), media_type="text/event-stream")


async def fail(_: Request) -> Response:
    raise RuntimeError("on purpose")


async def block(_: Request) -> Response:
    time.sleep(7)  # noqa: ASYNC251 - the loop hangs, on purpose
    return PlainTextResponse("turns again")


async def live(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(str(os.getpid()))
    try:
        await websocket.receive_text()
    except WebSocketDisconnect:
        return


async def refused(websocket: WebSocket) -> None:
    await websocket.send_denial_response(PlainTextResponse("not you", 403))


APP = Starlette(
    routes=[
        *(Route(f"/{view.__name__}", view) for view in (pid, slow, hang, stream, fail, block)),
        WebSocketRoute("/live", live),
        WebSocketRoute("/refused", refused),
    ]
)


class Short(Lines):
    """Says that the process answers; soon after it ends."""

    def tell_ready(self) -> None:
        super().tell_ready()
        threading.Timer(0.1, lambda: os._exit(9)).start()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    run_folder, workers, behaviour = Path(sys.argv[1]), int(sys.argv[2]), "".join(sys.argv[3:])
    logs.configure("info")
    listeners = take_listeners("127.0.0.1", 0)

    def serve(sockets: Sequence[socket], lines: Lines) -> NoReturn:
        if behaviour == "dies":
            sys.exit(7)
        if behaviour == "ages":
            lines = Short(lines.number, lines.lifeline, lines.ready)
        serve_forever(
            Served(APP, run_folder, lambda: {"version": "0"}, lambda: None), sockets, lines
        )

    work = Work(
        prepare=lambda: None,
        preload=lambda: None,
        serve=serve,
        announce=lambda: say(address_of(listeners[0])),
    )
    return Parent(listeners, workers, work, run_folder, Notifier()).run()


if __name__ == "__main__":
    sys.exit(main())
