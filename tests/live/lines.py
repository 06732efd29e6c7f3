"""Lines to the site, one a transport: each gives frames, and of an event its id."""

from __future__ import annotations

import http.client
import json
import queue
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from websockets.sync.client import ClientConnection

Frame = dict[str, Any]


class Line(Protocol):
    """Gives frames in the order of sending."""

    def next(self, seconds: float) -> tuple[Frame, str]:
        """The next frame and its id (empty where there is none); TimeoutError when none comes."""

    def close(self) -> None: ...


class Refused(Exception):
    """The site said no to the request; `code` is the refusal's."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.code: str = json.loads(body)["code"] if body.startswith(b"{") else ""
        super().__init__(f"{status} {self.code}")


class Ended(Exception):
    """The site ended the connection."""


def query(wishes: Iterable[Mapping[str, Any]]) -> str:
    """Wishes as an address has them; one epoch for all."""
    wishes = list(wishes)
    parts = [
        f"follow={quote(wish['stream'])}" + (f"@{wish['seq']}" if "seq" in wish else "")
        for wish in wishes
    ]
    epoch = next((wish["epoch"] for wish in wishes if wish.get("epoch")), "")
    return "&".join([*parts, f"epoch={epoch}"] if epoch else parts)


@dataclass
class SocketLine:
    """A WebSocket."""

    socket: ClientConnection

    def next(self, seconds: float) -> tuple[Frame, str]:
        return json.loads(self.socket.recv(timeout=seconds)), ""

    def close(self) -> None:
        self.socket.close()


class EventsLine:
    """Server-Sent Events, read by a thread."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        self._connection, response = ask(url, headers or {})
        if response.status != 200:
            body = response.read()
            self._connection.close()
            raise Refused(response.status, body)
        self.retry_ms: int | None = None
        self._response = response
        # Its own: the connection forgets it when the answer has no length.
        self.socket: socket.socket = response.fp.raw._sock  # type: ignore[attr-defined]
        self._frames: queue.Queue[tuple[Frame, str] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def next(self, seconds: float) -> tuple[Frame, str]:
        try:
            found = self._frames.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            raise TimeoutError from None
        if found is None:
            self._frames.put(None)
            raise Ended
        return found

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._response.close()
        self._connection.close()

    def _read(self) -> None:
        told, text = "", ""
        with suppress(OSError, http.client.HTTPException, ValueError):
            while line := self._response.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "id":
                    told = value
                elif name == "data":
                    text = value
                elif name == "retry":
                    self.retry_ms = int(value)
                elif not name:
                    self._frames.put((json.loads(text), told))
                    told = ""
        self._frames.put(None)


class PollLine:
    """Long polling; the address is asked for anew each time, so it says where the reader stands."""

    def __init__(self, url: Callable[[int], str], headers: dict[str, str] | None = None) -> None:
        self._url = url
        self._headers = headers or {}
        self._frames: deque[Frame] = deque()

    def next(self, seconds: float) -> tuple[Frame, str]:
        if not self._frames:
            self._frames.extend(self._poll(seconds))
        return self._frames.popleft(), ""

    def close(self) -> None:
        self._frames.clear()

    def _poll(self, seconds: float) -> list[Frame]:
        connection, response = ask(self._url(max(0, min(25, int(seconds)))), self._headers)
        body = response.read()
        connection.close()
        if response.status != 200:
            raise Refused(response.status, body)
        frames: list[Frame] = json.loads(body)["frames"]
        return frames


def ask(
    url: str, headers: dict[str, str], seconds: float = 60
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """GET; the answer's head."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    return connection, connection.getresponse()
