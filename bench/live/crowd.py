"""A crowd of raw lines in one thread: it counts facts, whoever sends them, in what frames."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MARK = b'"made_ns":'
_MADE = re.compile(MARK + rb"(\d+)[,}]")
# Long enough for a mark and its number.
_TAIL = 40
_UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
_PATIENCE_S = 60.0
_QUIET_S = 0.3
_AT_ONCE = 100


@dataclass(frozen=True)
class Door:
    """How one connects to a server, and what one says to be told of everything.

    `headers`: of the connections, in turns. `greets`: the server speaks first. `says`: what is said
    then; each is answered. `upgrades`: to a WebSocket; else the answer itself goes on and on.
    """

    address: str
    path: str
    headers: Sequence[str] = ("",)
    says: Sequence[bytes] = ()
    greets: bool = False
    upgrades: bool = True


@dataclass
class Crowd:
    """Everybody who is connected to one server."""

    door: Door
    lines: list[socket.socket] = field(default_factory=list)
    _selector: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)
    _tails: dict[socket.socket, bytes] = field(default_factory=dict)

    def gather(self, number: int) -> None:
        """Connect so many, a hundred at a time."""
        while len(self.lines) < number:
            begun = [self._connect(len(self.lines) + one) for one in range(_AT_ONCE)]
            for line in begun:
                greeting = self._read_head(line)
                if self.door.greets and not greeting:
                    line.recv(1 << 16)
            for said in self.door.says:
                for line in begun:
                    line.sendall(_masked(said))
                for line in begun:
                    line.recv(1 << 16)
            for line in begun:
                line.setblocking(False)
                self._selector.register(line, selectors.EVENT_READ)
                self.lines.append(line)

    def leave(self) -> None:
        for line in self.lines:
            line.close()
        self._selector.close()

    def burst(self, number: int) -> float:
        """Facts that were delivered a second, when `number` are made back to back."""
        self._settle()
        began = time.perf_counter()
        self._trigger(f"/burst?n={number}")
        missing = number * len(self.lines)
        while missing > 0:
            for line, received in self._received():
                whole = self._tails.get(line, b"") + received
                missing -= whole.count(MARK)
                self._tails[line] = whole[1 - len(MARK) :]
        return number * len(self.lines) / (time.perf_counter() - began)

    def paced(self, number: int, every_ms: float) -> list[float]:
        """Milliseconds that each delivery took, when a fact is made every so often."""
        self._settle()
        self._trigger(f"/paced?n={number}&every_ms={every_ms}")
        took: list[float] = []
        while len(took) < number * len(self.lines):
            for line, received in self._received():
                now = time.monotonic_ns()
                whole = self._tails.get(line, b"") + received
                end = 0
                for found in _MADE.finditer(whole):
                    took.append((now - int(found[1])) / 1e6)
                    end = found.end()
                self._tails[line] = whole[end:][-_TAIL:]
        return took

    def _settle(self) -> None:
        """Read what has nothing to do with the measurement."""
        until = time.perf_counter() + _QUIET_S
        while time.perf_counter() < until:
            self._receive(0.05)
        self._tails.clear()

    def _received(self) -> list[tuple[socket.socket, bytes]]:
        found = self._receive(_PATIENCE_S)
        if not found:
            raise TimeoutError("not everything was delivered")
        return found

    def _receive(self, seconds: float) -> list[tuple[socket.socket, bytes]]:
        lines = [key.fileobj for key, _ in self._selector.select(seconds)]
        return [(line, _read(line)) for line in lines if isinstance(line, socket.socket)]

    def _connect(self, number: int) -> socket.socket:
        split = urlsplit(self.door.address)
        line = socket.create_connection((split.hostname or "", split.port or 80), timeout=30)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = self.door.headers[number % len(self.door.headers)]
        line.sendall(
            f"GET {self.door.path} HTTP/1.1\r\nHost: {split.netloc}\r\n"
            f"{_UPGRADE if self.door.upgrades else ''}{headers}\r\n".encode()
        )
        return line

    def _read_head(self, line: socket.socket) -> bytes:
        """Read the handshake's answer; gives what came after it."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = line.recv(4096)
            if not more:
                raise ConnectionError(head.decode())
            head += more
        if (b" 101 " if self.door.upgrades else b" 200 ") not in head[:20]:
            raise ConnectionError(head.decode())
        return head.partition(b"\r\n\r\n")[2]

    def _trigger(self, path: str) -> None:
        split = urlsplit(self.door.address)
        line = socket.create_connection((split.hostname or "", split.port or 80))
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {split.netloc}\r\nConnection: close\r\n\r\n".encode()
        )
        line.close()


def _read(line: socket.socket) -> bytes:
    received = line.recv(1 << 18)
    if not received:
        raise ConnectionError("the server closed a connection")
    return received


def _masked(text: bytes) -> bytes:
    """A client's frame of text; the mask may be nothing but zeros."""
    length = len(text)
    head = bytes((0x81, 0x80 | length)) if length < 126 else bytes((0x81, 0xFE))
    return head + (b"" if length < 126 else length.to_bytes(2)) + bytes(4) + text
