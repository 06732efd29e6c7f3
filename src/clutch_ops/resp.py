"""Asking a Redis or Valkey by hand (RESP over a socket), for the site's client may be missing."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from clutch_ops.refusals import Refused

SECONDS = 3.0
PORT = 6379
LARGEST_LINE = 1 << 20


class RedisSays(Exception):
    """An error that the server answered, such as `WRONGPASS ...`."""


@dataclass(frozen=True)
class Target:
    """Where a Redis is. `path` is a Unix socket, and then host and port mean nothing."""

    host: str
    port: int
    path: str
    user: str
    password: str
    number: int
    tls: bool

    @classmethod
    def of(cls, url: str) -> Target:
        """From an address as in `REDIS_URL`.

        Raises:
            Refused: it is none.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORT
            is_socket = parts.scheme == "unix"
            asked = parse_qs(parts.query).get("db", ["0"])[-1]
            number = int(asked if is_socket else parts.path.strip("/") or asked)
        except ValueError:
            raise Refused(NO_ADDRESS, EXAMPLE) from None
        if parts.scheme not in {"redis", "rediss", "unix"} or not (parts.hostname or is_socket):
            raise Refused(NO_ADDRESS, EXAMPLE)
        return cls(
            host=parts.hostname or "",
            port=port,
            path=parts.path if is_socket else "",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            number=number,
            tls=parts.scheme == "rediss",
        )

    @property
    def name(self) -> str:
        return self.path or f"{self.host}:{self.port}"


# It is not repeated: nobody knows which part of a malformed one is the password.
NO_ADDRESS = "That is no address of a Redis."
EXAMPLE = "Write it like redis://user:password@host:6379/0 (rediss:// for TLS, unix:///path)."
# What follows are the words that the server was sent, a password among them.
ECHO = ", with args beginning with"


class Line:
    """A connection, logged in and on its database.

    Raises:
        OSError: nobody answers.
        RedisSays: it does not let us in.
    """

    def __init__(self, target: Target) -> None:
        self._socket = _connected(target)
        self._read = b""
        if target.password:
            login = [target.user, target.password] if target.user else [target.password]
            self.ask("AUTH", *login)
        if target.number:
            self.ask("SELECT", str(target.number))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def ask(self, *words: str) -> str:
        """One command; its answer as text.

        Raises:
            RedisSays: the server refuses.
            OSError: it is gone, or speaks something else.
        """
        parts = [word.encode() for word in words]
        body = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self._socket.sendall(b"*%d\r\n" % len(parts) + body)
        return self._answer()

    def _answer(self) -> str:
        line = self._line()
        kind, rest = line[:1], line[1:].decode(errors="replace")
        if kind == b"-":
            raise RedisSays(rest.partition(ECHO)[0])
        if kind in {b"+", b":"}:
            return rest
        if kind == b"$" and rest.lstrip("-").isdecimal():
            return self._exactly(int(rest) + 2)[:-2].decode() if int(rest) >= 0 else ""
        raise OSError("what answers there is no Redis")

    def _line(self) -> bytes:
        while b"\r\n" not in self._read:
            self._more()
        line, self._read = self._read.split(b"\r\n", 1)
        return line

    def _exactly(self, count: int) -> bytes:
        while len(self._read) < count:
            self._more()
        found, self._read = self._read[:count], self._read[count:]
        return found

    def _more(self) -> None:
        text = self._socket.recv(65536)
        if not text or len(self._read) > LARGEST_LINE:
            raise OSError("what answers there is no Redis")
        self._read += text


def _connected(target: Target) -> socket.socket:
    if target.path:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        line.connect(target.path)
        return line
    line = socket.create_connection((target.host, target.port), timeout=SECONDS)
    if not target.tls:
        return line
    return ssl.create_default_context().wrap_socket(line, server_hostname=target.host)
