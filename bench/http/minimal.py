"""`python -m bench.http.minimal`: one kept answer on Starlette and the server that Clutch uses."""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clutch.cli.serving.child import server_config
from clutch.cli.serving.listening import address_of, take_listeners


async def answer(request: Request) -> Response:
    """As many bytes as are asked for."""
    size = int(request.query_params["size"])
    return Response(BYTES[:size], media_type="text/html")


BYTES = b"x" * (1 << 20)
APP = Starlette(routes=[Route("/", answer)])

if __name__ == "__main__":
    (listener,) = take_listeners("127.0.0.1", 0, {})
    sys.stdout.write(address_of(listener) + "\n")
    sys.stdout.flush()
    server = uvicorn.Server(server_config(APP))
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
