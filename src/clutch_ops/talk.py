"""Speaking to a running release: HTTP and a WebSocket, over a Unix socket or a port."""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlencode

SECONDS = 10.0
NOTHING: Mapping[str, str] = MappingProxyType({})
LARGEST_FRAME = 1 << 20
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - only compared
_TEXT, _CLOSE, _PING = 1, 8, 9


@dataclass(frozen=True)
class Address:
    """A Unix socket, or a host and a port."""

    path: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0

    @classmethod
    def reaching(cls, host: str, port: int) -> Self:
        """What is to be asked to reach a socket that listens there, maybe on every interface."""
        return cls(host=ANYWHERE.get(host, host), port=port)

    def connect(self, seconds: float = SECONDS) -> socket.socket:
        """A connection to it."""
        if self.path is None:
            return socket.create_connection((self.host, self.port), timeout=seconds)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(seconds)
        line.connect(str(self.path))
        return line

    @property
    def name(self) -> str:
        """For the Host header."""
        return "localhost" if self.path else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    body: bytes
    location: str = ""
    cookies: tuple[str, ...] = ()

    def json(self) -> Any:
        """The body as JSON, or None when it is something else (a proxy's page, say)."""
        if not self.kind.startswith("application/json"):
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class _Connection(http.client.HTTPConnection):
    def __init__(self, address: Address, seconds: float) -> None:
        super().__init__(address.name, timeout=seconds)
        self._address = address

    def connect(self) -> None:
        self.sock = self._address.connect(float(self.timeout or SECONDS))


def get(
    address: Address,
    path: str,
    seconds: float = SECONDS,
    until: bytes | None = None,
    *,
    headers: Mapping[str, str] = NOTHING,
    form: Mapping[str, str] | None = None,
) -> Answer:
    """Ask for a path on a connection of its own, with a `form` by POST.

    An endless answer is read until it has said `until`.

    Raises:
        OSError: nobody answers, or what answers speaks no HTTP.
    """
    connection = _Connection(address, seconds)
    sent = {"User-Agent": "clutch-ops", "Accept": "*/*", **headers}
    try:
        if form is None:
            connection.request("GET", path, headers=sent)
        else:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode(form), sent)
        reply = connection.getresponse()
        kind, to = reply.headers.get("Content-Type", ""), reply.headers.get("Location", "")
        body = reply.read() if until is None else _read_until(reply, until)
        return Answer(reply.status, kind, body, to, tuple(reply.headers.get_all("Set-Cookie", [])))
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer to {path} ({type(error).__name__})") from None
    finally:
        connection.close()


def _read_until(reply: http.client.HTTPResponse, wanted: bytes) -> bytes:
    body = more = reply.read1(LARGEST_FRAME)
    while more and wanted not in body:
        more = reply.read1(LARGEST_FRAME)
        body += more
    return body


class WebSocket:
    """A client's end: whole text messages, one at a time (RFC 6455, no extensions)."""

    def __init__(self, address: Address, path: str) -> None:
        self._line = address.connect()
        self._read = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self._line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {address.name}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = self._until(b"\r\n\r\n").decode(errors="replace")
        if not head.startswith("HTTP/1.1 101"):
            raise OSError(f"no WebSocket at {path}: {head.splitlines()[0]}")

    def send(self, value: Any) -> None:
        """Send a JSON message."""
        text = json.dumps(value).encode()
        mask = secrets.token_bytes(4)
        length = (
            bytes([0x80 | len(text)]) if len(text) < 126 else struct.pack("!BH", 254, len(text))
        )
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(text))
        self._line.sendall(bytes([0x80 | _TEXT]) + length + mask + masked)

    def receive(self) -> Any:
        """The next JSON message.

        Raises:
            OSError: the line was closed or stayed silent.
        """
        while True:
            first, second = self._exactly(2)
            length = second & 0x7F
            if length > 125:
                size = 2 if length == 126 else 8
                length = int.from_bytes(self._exactly(size))
            if length > LARGEST_FRAME:
                raise OSError("a WebSocket frame that is too large")
            body = self._exactly(length)
            if first & 0x0F == _TEXT:
                return json.loads(body)
            if first & 0x0F != _PING:
                raise OSError("the WebSocket was closed")

    def close(self) -> None:
        self._line.close()

    def _until(self, end: bytes) -> bytes:
        while end not in self._read:
            self._more()
        found, self._read = self._read.split(end, 1)
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self._read) < count:
            self._more()
        found, self._read = self._read[:count], self._read[count:]
        return found

    def _more(self) -> None:
        text = self._line.recv(65536)
        if not text:
            raise OSError("the WebSocket was closed")
        self._read += text
