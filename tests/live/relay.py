"""A line between a client and the site that can be cut, and spoil what it is told to."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Relay:
    """Passes bytes on, both ways, from its own address to the site's.

    `drops_upgrade`: a proxy that knows no WebSockets. `keeps_events`: one that keeps Server-Sent
    Events back until there is more of them, which is never.
    """

    def __init__(self, site: str) -> None:
        split = urlsplit(site)
        self._site = (split.hostname or "", split.port or 80)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.opened = 0
        self.drops_upgrade = False
        self.keeps_events = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every line that is open; new ones may be opened."""
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._site)
                self._ends += [near, far]
                self.opened += 1
                line = _Line(self, near, far)
                for pump in (line.ask, line.answer):
                    threading.Thread(target=pump, daemon=True).start()


@contextmanager
def relaying(site: str) -> Iterator[Relay]:
    """A relay to the site's address."""
    relay = Relay(site)
    try:
        yield relay
    finally:
        relay.close()


_UPGRADE = re.compile(rb"\r\n(upgrade|connection): *(websocket|upgrade)", re.IGNORECASE)


class _Line:
    """One connection through a relay."""

    def __init__(self, relay: Relay, near: socket.socket, far: socket.socket) -> None:
        self._relay = relay
        self._near = near
        self._far = far
        self._keeps = False

    def ask(self) -> None:
        with suppress(OSError):
            while some := self._near.recv(65536):
                if some.startswith(b"GET /live/events"):
                    self._keeps = self._relay.keeps_events
                if some.startswith(b"GET /live ") and self._relay.drops_upgrade:
                    some = _UPGRADE.sub(b"", some)
                self._far.sendall(some)
        _shut(self._far)

    def answer(self) -> None:
        with suppress(OSError):
            while some := self._far.recv(65536):
                if not self._keeps:
                    self._near.sendall(some)
        _shut(self._near)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
