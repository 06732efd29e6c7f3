"""One serving process: the site on uvicorn, until the parent says stop or is gone."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import uvicorn
from starlette.types import ASGIApp

from clutch.cli.serving.parent import Lines
from clutch.cli.serving.state import Beat, StateFile
from clutch.cli.serving.tally import Tally
from clutch.kernel.metrics import resident_bytes
from clutch.live.frames import LARGEST_MESSAGE
from clutch.web.live.push import protocol_class

# What requests in flight get to finish; the parent's END_SECONDS holds it and the site's closing.
FINISH_SECONDS = 3
# Longer than the proxies' usual 60 s, so that never the site is the one that closes a line in use.
KEEP_ALIVE_SECONDS = 75
# What the last frames get to leave before lines are closed.
GOODBYE_SECONDS = 0.05
# What a connection without a request yet gets to send one.
LAST_WORD_SECONDS = 0.4


@dataclass(frozen=True)
class Served:
    """What a process serves, and what it says of itself beyond the counters.

    `ending` is called when the process was asked to end, before requests in flight are finished.
    """

    app: ASGIApp
    run_folder: Path
    facts: Callable[[], Mapping[str, Any]]
    close: Callable[[], None]
    ending: Callable[[], None] = lambda: None


def serve_forever(served: Served, listeners: Sequence[socket.socket], lines: Lines) -> NoReturn:
    """Serve until SIGTERM or until the parent is gone, then end this process.

    Requests in flight are finished (3 s at most), WebSockets are closed with 1012. Threads that
    hang are left behind: they can't hold up the end.
    """
    follow_parent(lines.lifeline)
    tally, beat = Tally(served.app), Beat()
    server = _Server(server_config(tally), beat, lines, served.ending)
    started = time.monotonic()
    state = StateFile(served.run_folder, lambda: _state(served, tally, beat, started))
    signal.signal(signal.SIGTERM, lambda *_: None if server.started else os._exit(0))
    loop = server.config.get_loop_factory()()  # type: ignore[misc]
    asyncio.set_event_loop(loop)
    state.start()
    try:
        loop.run_until_complete(server.serve(sockets=list(listeners)))
        served.close()
    finally:
        state.remove()
    os._exit(0)


def follow_parent(lifeline: int) -> None:
    """End this process when the parent is gone, however it went: gracefully, but within 4 s."""

    def wait_for_end() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(FINISH_SECONDS + 1)
        os._exit(1)

    threading.Thread(target=wait_for_end, name="lifeline", daemon=True).start()


class _Server(uvicorn.Server):
    """uvicorn, which also beats in its loop, tells when it answers, and says when it ends."""

    def __init__(
        self, config: uvicorn.Config, beat: Beat, lines: Lines, ending: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._beat = beat
        self._lines = lines
        self._ending = ending
        self._taking: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._beating = asyncio.create_task(self._keep_beating())
        if self._lines.held and self._lines.opened is not None:
            asyncio.get_running_loop().add_reader(self._lines.opened, self._open)
        self._lines.tell_ready()

    def _open(self) -> None:
        assert self._lines.opened is not None
        asyncio.get_running_loop().remove_reader(self._lines.opened)
        self._taking = asyncio.create_task(self._take_held())

    async def _take_held(self) -> None:
        """Accept on the held sockets too: what `startup` does for those it is given."""
        loop = asyncio.get_running_loop()
        for listener in self._lines.held:
            server = await loop.create_server(self._protocol, sock=listener)
            self.servers.append(server)

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config,
            server_state=self.server_state,
            app_state=getattr(self.lifespan, "state", {}),
        )
        return made

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        self._ending()
        await asyncio.sleep(GOODBYE_SECONDS)
        await self._hear_the_last()
        await super().shutdown(sockets=sockets)

    async def _hear_the_last(self) -> None:
        """Let connections that came at the last moment say what they want: uvicorn resets them."""
        until = time.monotonic() + LAST_WORD_SECONDS
        # uvicorn promises none of this; without it those connections are reset.
        connections: Collection[object] = getattr(self.server_state, "connections", ())
        while time.monotonic() < until and any(map(_is_new, connections)):  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)

    async def _keep_beating(self) -> None:
        while True:
            self._beat.touch()
            await asyncio.sleep(self._beat.every_seconds)


def _is_new(connection: object) -> bool:
    """Whether a connection of HTTP has had no request yet; WebSockets have none to wait for."""
    return getattr(connection, "cycle", connection) is None


def server_config(app: ASGIApp) -> uvicorn.Config:
    """How an app is served here."""
    logging.getLogger("uvicorn.error").addFilter(_is_worth_a_line)
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws=protocol_class(),
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        # Whose X-Forwarded-For counts is the web edge's own question (CLUTCH_TRUSTED_PROXIES).
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    # That there are no WebSockets the capability says, once; uvicorn would for every browser that
    # tries. And who is refused one with an answer has got an answer: that is no error.
    said = ("Unsupported upgrade", "No supported WebSocket", "ASGI callable returned without comp")
    return not str(record.msg).startswith(said)


def _state(served: Served, tally: Tally, beat: Beat, started: float) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        **served.facts(),
        "uptime_seconds": round(time.monotonic() - started),
        "requests": tally.requests,
        "errors": tally.errors,
        "live": tally.live,
        "rss_bytes": resident_bytes(),
        "loop_lag_ms": beat.lag_ms,
    }
