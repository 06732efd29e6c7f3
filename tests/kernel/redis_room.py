"""A real Redis behind a wire with faults, and links to it, for the tests of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clutch.kernel import optional
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.clock import SystemClock
from clutch.kernel.redis_link import RedisLink
from tests.services.redis import RedisServer
from tests.services.wire import Wire

RETURN_S = 5.0


def until(is_so: Callable[[], bool], seconds: float = 10) -> float:
    """Wait for something; how long it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() < began + seconds, f"not within {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - began


class Room:
    """A server, a wire to it, and links that live at most as long as the test."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.wire = Wire(server.port)
        self.links: list[RedisLink] = []

    def link(self, port: int | None = None, login: str = "", options: str = "") -> RedisLink:
        package = optional.load("redis")
        assert package
        url = f"redis://{login}127.0.0.1:{port or self.wire.port}{options}"
        capabilities = Capabilities(SystemClock())
        made = RedisLink(package, url, capabilities, "site", f"process-{len(self.links)}")
        self.links.append(made)
        return made

    def up(self, login: str = "", options: str = "") -> RedisLink:
        made = self.link(login=login, options=options)
        made.start()
        until(lambda: made.is_up)
        return made

    def end(self) -> None:
        for link in self.links:
            link.stop()
        self.wire.close()


@contextmanager
def room_of(server: RedisServer) -> Iterator[Room]:
    made = Room(server)
    try:
        yield made
    finally:
        made.end()


def state(link: RedisLink) -> State:
    return link._capabilities.get("redis").state


def reason(link: RedisLink) -> str:
    return link._capabilities.get("redis").reason


def until_down(link: RedisLink, why: str, seconds: float = 10) -> None:
    """Wait until it says so; on a busy machine it may first say of any server that it is slow."""
    until(lambda: state(link) is State.DOWN and why in reason(link), seconds)


def counted(link: RedisLink) -> list[float]:
    """When it comes back, from now on; to see it while it is gone, one has to be quick."""
    back: list[float] = []
    link.returned = lambda: back.append(time.monotonic())
    return back
