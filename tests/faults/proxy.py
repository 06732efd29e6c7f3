"""A TCP proxy on which faults are laid: latency, reset, refusal, black hole, throttle, cut, loss.

It runs in the event loop that starts it and knows just enough of HTTP and WebSocket to drop an
Upgrade, to block an address and to lose one frame of live updates, on whatever transport.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from tests.faults.frames import FrameSplitter, text_of

CHUNK = 65536
EVENTS = b'"type":"events"'
END_OF_HEAD = b"\r\n\r\n"
_LINGER_NOT = struct.pack("ii", 1, 0)
_METHODS = (b"GET ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ", b"HEAD ")
_BLOCKED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Mode(StrEnum):
    """What the proxy does with what passes."""

    PASS = "pass"
    LATENCY = "latency"
    """Everything takes `delay_s` longer, each way."""
    RESET = "reset"
    """Who connects or speaks is cut off with a reset."""
    REFUSE = "refuse"
    """Nobody listens; what was open is reset."""
    BLACK_HOLE = "black-hole"
    """Connections open and nothing ever comes back; they are cut when the mode ends."""
    THROTTLE = "throttle"
    """At most `bytes_a_second` on each line, each way."""


@dataclass(frozen=True)
class Dropped:
    """A frame that the proxy kept back: when, by the client's address, and what stood in it.

    `marked` is what it was known by.
    """

    at: float
    peer: str
    text: bytes
    marked: bytes = EVENTS


@dataclass(eq=False)
class _Line:
    """One client's connection and the one to the server that belongs to it."""

    near: asyncio.StreamWriter
    peer: str
    far: asyncio.StreamWriter | None = None
    swallowed: bool = False
    due: dict[bool, float] = field(default_factory=dict)
    splitter: FrameSplitter | None = None
    upward: FrameSplitter | None = None

    def reset(self) -> None:
        for writer in (self.near, self.far):
            if writer is not None:
                _reset(writer)


class Proxy:
    """Passes bytes on between its own port and a server's; `async with` starts and stops it."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._server_at = (host, port)
        self._listener: asyncio.Server | None = None
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.mode = Mode.PASS
        self.delay_s = 0.0
        self.bytes_a_second = 0
        self.drops_upgrade = False
        self.blocked: tuple[str, ...] = ()
        self.opened = 0
        self.lost: list[Dropped] = []
        self._to_lose: dict[bytes, int] = {}

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def open_lines(self) -> int:
        return len(self._lines)

    async def __aenter__(self) -> Proxy:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close_listener()
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # The loop closes what was reset in its next round.
        await asyncio.sleep(0)

    # --- faults -----------------------------------------------------------------------------------

    async def lay(self, mode: Mode, *, delay_s: float = 0.0, bytes_a_second: int = 0) -> None:
        """From now on it is like this, for open lines, too."""
        before, self.mode = self.mode, mode
        self.delay_s, self.bytes_a_second = delay_s, bytes_a_second
        if mode is Mode.REFUSE:
            self._close_listener()
        elif self._listener is None:
            await self._listen()
        if mode in {Mode.REFUSE, Mode.RESET}:
            self.cut()
        if before is Mode.BLACK_HOLE and mode is not Mode.BLACK_HOLE:
            for line in [one for one in self._lines if one.swallowed]:
                line.reset()

    def cut(self) -> int:
        """Reset every open line now; how many they were."""
        lines = tuple(self._lines)
        for line in lines:
            line.reset()
        return len(lines)

    def lose_frame(self, lines: int = 1, marked: bytes = EVENTS) -> None:
        """So many frames that contain `marked`, the next ones either way, never come; no more.

        In answers of HTTP a frame of no known type, as long, comes in its place.
        """
        self._to_lose[marked] = lines

    # --- lines ------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, backlog=4096, limit=CHUNK
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # No coroutine: one that had not begun when all this ends would leave its line open.
        line = _Line(writer, writer.get_extra_info("peername")[0])
        self._lines.add(line)
        self.opened += 1
        task = asyncio.create_task(self._attend(line, reader))
        self._tasks.add(task)
        task.add_done_callback(partial(self._forget, line))

    async def _attend(self, line: _Line, reader: asyncio.StreamReader) -> None:
        with suppress(OSError, asyncio.CancelledError, EOFError):
            await self._serve(line, reader)

    def _forget(self, line: _Line, task: asyncio.Task[None]) -> None:
        self._lines.discard(line)
        self._tasks.discard(task)
        for end in (line.near, line.far):
            if end is not None:
                end.close()

    async def _serve(self, line: _Line, reader: asyncio.StreamReader) -> None:
        if self.mode is Mode.RESET:
            line.reset()
            return
        # From the client's own address, so that the server sees many of them.
        far, line.far = await asyncio.open_connection(
            *self._server_at, local_addr=(line.peer, 0), limit=CHUNK
        )
        there = asyncio.create_task(self._pump(line, reader, line.far, to_server=True))
        back = asyncio.create_task(self._pump(line, far, line.near, to_server=False))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.ALL_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()

    async def _pump(
        self,
        line: _Line,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        *,
        to_server: bool,
    ) -> None:
        with suppress(OSError):
            while some := await source.read(CHUNK):
                if self.mode is Mode.BLACK_HOLE:
                    line.swallowed = True
                    continue
                if self.mode is Mode.RESET:
                    line.reset()
                    return
                passed = self._upstream(line, some) if to_server else self._downstream(line, some)
                await self._pass(line, target, passed, to_server=to_server)
        if line.swallowed:
            return
        with suppress(OSError, RuntimeError):
            # What is still on its way arrives before the end does.
            await asyncio.sleep(max(0.0, line.due.get(to_server, 0) - _now()))
            target.write_eof()

    async def _pass(
        self, line: _Line, target: asyncio.StreamWriter, some: bytes, *, to_server: bool
    ) -> None:
        due = max(_now() + self.delay_s, line.due.get(to_server, 0.0))
        if due > _now() + 0.0005:
            line.due[to_server] = due
            asyncio.get_running_loop().call_at(due, _write, target, some)
            return
        _write(target, some)
        await target.drain()
        if self.mode is Mode.THROTTLE:
            await asyncio.sleep(len(some) / self.bytes_a_second)

    # --- the little that it knows of HTTP ---------------------------------------------------------

    def _upstream(self, line: _Line, some: bytes) -> bytes:
        if line.upward is not None:
            return self._frames(line, line.upward, some)
        if not some.startswith(_METHODS):
            return some
        head, mark, rest = some.partition(END_OF_HEAD)
        path = head.split(b" ", 2)[1].decode("latin-1")
        if self.blocked and path.startswith(self.blocked):
            _write(line.near, _BLOCKED)
            line.near.close()
            raise ConnectionAbortedError
        if self.drops_upgrade and b"upgrade:" in head.lower():
            kept = [one for one in head.split(b"\r\n") if not _is_hop(one)]
            return b"\r\n".join(kept) + mark + rest
        return some

    def _downstream(self, line: _Line, some: bytes) -> bytes:
        if line.splitter is None:
            if not some.startswith(b"HTTP/1.1 101"):
                return self._blanked(line, some)
            head, mark, rest = some.partition(END_OF_HEAD)
            line.splitter, line.upward = FrameSplitter(), FrameSplitter()
            return head + mark + self._frames(line, line.splitter, rest)
        return self._frames(line, line.splitter, some)

    def _frames(self, line: _Line, splitter: FrameSplitter, some: bytes) -> bytes:
        return b"".join(
            frame for frame in splitter.feed(some) if not self._loses(line, text_of(frame))
        )

    def _loses(self, line: _Line, text: bytes) -> bool:
        marked = next((one for one, left in self._to_lose.items() if left and one in text), None)
        if marked is None:
            return False
        self._to_lose[marked] -= 1
        self.lost.append(Dropped(_now(), line.peer, text, marked))
        return True

    def _blanked(self, line: _Line, some: bytes) -> bytes:
        """An answer of HTTP without the frames that are to be lost; those not all there pass."""
        for marked in self._to_lose:
            frame = _object_in(some, b"{" + marked)
            if frame and self._loses(line, frame):
                some = some.replace(frame, b'{"type":"lost"'.ljust(len(frame) - 1) + b"}", 1)
        return some


def _object_in(some: bytes, beginning: bytes) -> bytes:
    """The first JSON object that begins so; empty when there is none, or not the whole of one."""
    _, found, rest = some.partition(beginning)
    if not found:
        return b""
    text = (found + rest).decode(errors="replace")
    try:
        _, length = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return b""
    return text[:length].encode()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _is_hop(header: bytes) -> bool:
    return header.lower().startswith((b"upgrade:", b"connection:"))


def _write(target: asyncio.StreamWriter, some: bytes) -> None:
    if some and not target.is_closing():
        target.write(some)


def _reset(writer: asyncio.StreamWriter) -> None:
    line: socket.socket | None = writer.get_extra_info("socket")
    with suppress(OSError):
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    writer.transport.abort()
