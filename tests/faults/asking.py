"""An HTTP client for load: many addresses, keep-alive, too little work to be what is measured."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

# A line that breaks later was not idle: then a request that was under way is lost.
AT_ONCE_S = 0.25
LIMIT = 4 * 1024 * 1024
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NoAnswer(Exception):
    """The line broke or nothing came in time; the text says which."""


class Answer(msgspec.Struct, frozen=True):
    """One answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def retry_after(self) -> int | None:
        told = self.headers.get("retry-after", "")
        return int(told) if told.isdecimal() else None


class Client:
    """Asks one site, from as many addresses of this machine as it is told."""

    def __init__(self, port: int, timeout_s: float = 20.0) -> None:
        self._port = port
        self._timeout_s = timeout_s
        self._idle: defaultdict[str, deque[Line]] = defaultdict(deque)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        source: str = "127.0.0.1",
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """Ask and wait for the whole answer.

        Raises:
            NoAnswer: there was none.
        """
        request = self._request(method, path, headers or {}, body)
        try:
            async with asyncio.timeout(timeout_s or self._timeout_s):
                return await self._exchange(source, request)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except (OSError, EOFError, ValueError) as error:
            raise NoAnswer(type(error).__name__) from None

    async def close(self) -> None:
        """Give the lines back; the loop needs a moment for it."""
        for lines in self._idle.values():
            for _, writer in lines:
                writer.transport.abort()
        self._idle.clear()
        await asyncio.sleep(0.01)

    async def _exchange(self, source: str, request: bytes) -> Answer:
        """Ask; once more on a new line when an idle one turns out to have been closed meanwhile.

        A server may close an idle line at any time, so every client does that (RFC 9112, 9.3.1).
        """
        idle, began = self._idle_line(source), time.monotonic()
        if idle is not None:
            try:
                return await self._exchange_on(idle, source, request)
            except (OSError, EOFError) as error:
                at_once = time.monotonic() - began < AT_ONCE_S
                begun = isinstance(error, asyncio.IncompleteReadError) and error.partial
                if begun or not at_once or not _may_be_repeated(request):
                    raise
        return await self._exchange_on(await self._new_line(source), source, request)

    async def _exchange_on(self, line: Line, source: str, request: bytes) -> Answer:
        reader, writer = line
        whole = False
        try:
            writer.write(request)
            answer = await _read(reader)
            whole = answer.headers.get("connection") != "close"
            return answer
        finally:
            if whole:
                self._idle[source].append((reader, writer))
            else:
                writer.transport.abort()

    def _idle_line(self, source: str) -> Line | None:
        idle = self._idle[source]
        while idle:
            reader, writer = idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            with suppress(OSError):
                writer.close()
        return None

    async def _new_line(self, source: str) -> Line:
        return await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(source, 0), limit=LIMIT
        )

    def _request(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> bytes:
        sent = b"" if body is None else msgspec.json.encode(body)
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None:
            lines.append("Content-Type: application/json")
        if method != "GET":
            lines.append(f"Content-Length: {len(sent)}")
        return "\r\n".join([*lines, "", ""]).encode() + sent


def _may_be_repeated(request: bytes) -> bool:
    return request.startswith(b"GET ") or b"\r\nIdempotency-Key: " in request


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head[:-4].split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        body = await _read_chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(first.split(" ", 2)[1]), headers, body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(parts)
