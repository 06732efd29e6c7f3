"""A load client of sockets and bytes, small enough not to be what is measured."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True)
class Answer:
    """One answer: status, header lines by small name, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        return msgspec.json.decode(self.body)


class Line:
    """One keep-alive connection on which requests follow each other."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host = f"{parts.hostname}:{parts.port}"
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> bytes:
        """A request as bytes, ready to be sent more than once."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body or method != "GET":
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer."""
        self._socket.sendall(request)
        head, _, rest = self._until_head().partition(END_OF_HEAD)
        headers = dict(_header(line) for line in head.decode("latin-1").split("\r\n")[1:])
        wanted = int(headers.get("content-length", "0"))
        while len(rest) < wanted:
            rest += self._more()
        self._rest = rest[wanted:]
        return Answer(int(head[9:12]), headers, rest[:wanted])

    def close(self) -> None:
        self._socket.close()

    def _until_head(self) -> bytes:
        found = self._rest
        while END_OF_HEAD not in found:
            found += self._more()
        return found

    def _more(self) -> bytes:
        received = self._socket.recv(1 << 18)
        if not received:
            raise ConnectionError("the server closed the connection")
        return received


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


@dataclass(frozen=True)
class Flood:
    """What a flood of one request gave."""

    answers: int
    seconds: float
    statuses: Mapping[int, int]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def flood(address: str, request: bytes, seconds: float, connections: int = 16) -> Flood:
    """Send one request again and again on several connections; each waits for its answer first."""
    parts = urlsplit(address)
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        line = socket.create_connection((parts.hostname or "", parts.port or 80))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line, selectors.EVENT_READ, _Pending())
        line.sendall(request)
    try:
        return _run(selector, request, seconds)
    finally:
        for key in list(selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        selector.close()


class _Pending:
    """How much of the answer on one connection is still to come."""

    __slots__ = ("head", "left", "status")

    def __init__(self) -> None:
        self.head = b""
        self.left = -1
        self.status = 0

    def take(self, received: bytes) -> bool:
        """Whether the answer is whole now."""
        if self.left < 0:
            self.head += received
            end = self.head.find(END_OF_HEAD)
            if end < 0:
                return False
            self.status = int(self.head[9:12])
            self.left = _length(self.head[:end].lower()) - (len(self.head) - end - 4)
            self.head = b""
        else:
            self.left -= len(received)
        if self.left > 0:
            return False
        self.left = -1
        return True


def _length(head: bytes) -> int:
    at = head.find(LENGTH)
    if at < 0:
        return 0
    end = head.find(b"\r", at)
    return int(head[at + len(LENGTH) : end if end >= 0 else None])


def _run(selector: selectors.DefaultSelector, request: bytes, seconds: float) -> Flood:
    statuses: dict[int, int] = {}
    began = time.perf_counter()
    until = began + seconds
    while time.perf_counter() < until:
        for key, _ in selector.select(1):
            line: socket.socket = key.fileobj  # type: ignore[assignment]
            received = line.recv(1 << 18)
            if not received:
                raise ConnectionError("the server closed a connection")
            if key.data.take(received):
                statuses[key.data.status] = statuses.get(key.data.status, 0) + 1
                line.sendall(request)
    return Flood(sum(statuses.values()), time.perf_counter() - began, statuses)
