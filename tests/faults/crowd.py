"""Live clients as docs/live.md asks of them, hundreds in one loop, each with its own address.

They follow by WebSocket, by Server-Sent Events (`events`) or by long polling (`poll`).
"""

from __future__ import annotations

import asyncio
import math
import random
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.faults.history import History, Moved, Told

SILENCE_S = 25.0
BEHIND_S = 2.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0
POLL_PAUSE_S = 0.5
LONGEST_LINE = 2 * 1024 * 1024


class EventIn(msgspec.Struct, frozen=True):
    """An event as far as a client of the load looks at it."""

    seq: int
    kind: str | None = None
    facts: msgspec.Raw = msgspec.Raw(b"null")


class FrameIn(msgspec.Struct, frozen=True):
    """Any frame; pieces and sentences are left unread."""

    type: str
    stream: str | None = None
    epoch: str = ""
    after: int = 0
    seq: int = 0
    head: int = 0
    reason: str = ""
    code: str = ""
    heads: dict[str, int] = {}
    events: tuple[EventIn, ...] = ()


class AnswerIn(msgspec.Struct, frozen=True):
    """An answer to a poll."""

    frames: tuple[FrameIn, ...]


_decode = msgspec.json.Decoder(FrameIn).decode
_decode_answer = msgspec.json.Decoder(AnswerIn).decode


@lru_cache(maxsize=4096)
def mark_of(kind: str | None, facts: bytes) -> int:
    """A digest of what happened, however its JSON is written."""
    plain = msgspec.json.encode(msgspec.json.decode(facts), order="deterministic")
    return zlib.crc32(plain, zlib.crc32((kind or "").encode()))


def lite(frame: FrameIn) -> dict[str, Any]:
    """The frame as the ledger reads it."""
    told = {name: getattr(frame, name) for name in ("type", "stream", "epoch", "seq")}
    if frame.type == "events":
        return told | {"after": frame.after, "events": [{"seq": one.seq} for one in frame.events]}
    if frame.type == "heartbeat":
        return told | {"heads": frame.heads}
    return told | {"head": frame.head, "reason": frame.reason, "code": frame.code}


def address_of(number: int) -> str:
    """An address of this machine for each client."""
    return f"127.{16 + number // 50_000}.{1 + number // 250 % 200}.{1 + number % 250}"


class LiveClient:
    """Follows one stream, through whatever happens to the line."""

    def __init__(
        self,
        number: int,
        port: int,
        stream: str,
        history: History,
        seed: int,
        transport: str = "websocket",
    ) -> None:
        self.number = number
        self.stream = stream
        self.transport = transport
        self.epoch: str | None = None
        self.seq: int | None = None
        self.is_on = False
        self.refusals: list[str] = []
        self._port = port
        self._history = history
        self._chance = random.Random(seed * 1_000_003 + number)
        self._line: ClientConnection | None = None
        self._answer: asyncio.StreamWriter | None = None
        self._has_asked = False
        # How often something was heard of the stream: who hears of it is not behind for long.
        self._heard = 0
        self._failures = 0
        self._follow_by = {
            "websocket": self._follow_socket,
            "events": self._follow_events,
            "poll": self._follow_poll,
        }

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            with suppress(OSError, WebSocketException, TimeoutError, EOFError):
                await self._follow_by[self.transport]()
            self._move("")
            self._failures += 1
            longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._failures)
            await asyncio.sleep(self._chance.uniform(0, longest))

    async def _follow_socket(self) -> None:
        language = ("en", "ru")[self.number % 2]
        async with connect(
            f"ws://127.0.0.1:{self._port}/live",
            local_addr=(address_of(self.number), 0),
            additional_headers={"Accept-Language": language},
            compression=None,
            ping_interval=None,
            open_timeout=10,
            close_timeout=1,
            max_size=None,
            proxy=None,
        ) as line:
            self._line = line
            while True:
                async with asyncio.timeout(SILENCE_S):
                    text = await line.recv(decode=False)
                await self._hear(_decode(text))

    async def _follow_events(self) -> None:
        async for line in self._lines("events"):
            if line.startswith(b"data: "):
                await self._hear(_decode(line[len(b"data: ") :]))

    async def _follow_poll(self) -> None:
        while True:
            async for line in self._lines("poll"):
                if line.startswith(b'{"frames":'):
                    for frame in _decode_answer(line).frames:
                        await self._hear(frame)
            await asyncio.sleep(POLL_PAUSE_S)

    async def _lines(self, path: str) -> AsyncIterator[bytes]:
        """The lines of an answer, as they come; what frames them in HTTP is no frame of ours."""
        place = "" if self.seq is None else f"@{self.seq}&epoch={self.epoch}"
        reader, self._answer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(address_of(self.number), 0), limit=LONGEST_LINE
        )
        try:
            asked = f"GET /live/{path}?follow={self.stream}{place} HTTP/1.1"
            self._answer.write(f"{asked}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            while True:
                # `wait_for` may miss that it was cancelled, and the client would never leave.
                async with asyncio.timeout(SILENCE_S):
                    line = await reader.readline()
                if not line:
                    return
                yield line
        finally:
            self._answer.close()

    async def _hear(self, frame: FrameIn) -> None:
        now = time.monotonic()
        applied = self._apply(frame) if frame.type == "events" else ()
        if frame.type in {"subscribed", "snapshot"}:
            self._stand(frame)
        elif frame.type == "heartbeat":
            self._compare(frame)
        elif frame.type == "refused":
            self.refusals.append(frame.code)
            if frame.code == "storage-unavailable":
                raise ConnectionError(frame.code)
        await self._reply(frame)
        marks = {one.seq: mark_of(one.kind, bytes(one.facts)) for one in frame.events}
        self._history.told.append(Told(now, self.number, lite(frame), marks, applied))

    async def _reply(self, frame: FrameIn) -> None:
        if frame.type == "hello":
            self._failures = 0
            if self.transport == "websocket":
                await self._subscribe()
        elif frame.type == "events" and self._is_behind(frame, frame.after) and not self._has_asked:
            await self._ask_again()

    def _apply(self, frame: FrameIn) -> tuple[int, ...]:
        taken = []
        for event in frame.events if frame.epoch == self.epoch else ():
            if event.seq == (self.seq or 0) + 1:
                self.seq = event.seq
                taken.append(event.seq)
        if taken:
            self._heard += 1
            self._move(self.transport)
        return tuple(taken)

    def _stand(self, frame: FrameIn) -> None:
        self._heard += 1
        self._has_asked = False
        # What came while the answer was on its way is not forgotten for it.
        if frame.type == "snapshot" or self.epoch != frame.epoch:
            self.epoch, self.seq = frame.epoch, frame.seq
        self._history.follows.setdefault(self.number, (self.stream, frame.seq))
        self._move(self.transport)

    def _is_behind(self, frame: FrameIn, reaches: float) -> bool:
        return frame.epoch != self.epoch or self.seq is None or reaches > self.seq

    def _compare(self, frame: FrameIn) -> None:
        if self._is_behind(frame, frame.heads.get(self.stream, math.inf)):
            later = asyncio.get_running_loop().call_later
            later(BEHIND_S, self._catch_up, self._line or self._answer, self._heard)
        else:
            self._move(self.transport)

    def _catch_up(self, line: object, heard: int) -> None:
        if line is (self._line or self._answer) and heard == self._heard:
            _background(self._ask_again())

    async def _ask_again(self) -> None:
        """On the open line, where that can be said; else by asking once more from what we have."""
        if self.transport == "websocket":
            self._history.again.add(self.number)
            await self._subscribe()
        elif self._answer is not None:
            self._answer.close()

    async def _subscribe(self) -> None:
        self._has_asked = True
        wish: dict[str, Any] = {"stream": self.stream}
        if self.seq is not None:
            wish |= {"epoch": self.epoch, "seq": self.seq}
        assert self._line is not None
        with suppress(WebSocketException):
            await self._line.send(
                msgspec.json.encode({"type": "subscribe", "streams": [wish]}).decode()
            )

    def _move(self, transport: str) -> None:
        if self.is_on != bool(transport):
            self.is_on = bool(transport)
            self._history.moved.append(Moved(time.monotonic(), self.number, transport))


_running: set[asyncio.Task[None]] = set()


def _background(work: Any) -> None:
    task = asyncio.ensure_future(work)
    _running.add(task)
    task.add_done_callback(_running.discard)


class Crowd:
    """All live clients of a round, spread over streams."""

    def __init__(
        self,
        port: int,
        streams: list[str],
        history: History,
        seed: int,
        transports: Sequence[str] = ("websocket",),
    ) -> None:
        self._port, self._streams = port, streams
        self._transports = transports
        self._history, self._seed = history, seed
        self._tasks: list[asyncio.Task[None]] = []
        self.clients: list[LiveClient] = []

    @property
    def on(self) -> int:
        """How many follow their stream at this moment."""
        return sum(client.is_on for client in self.clients)

    async def arrive(self, count: int, *, a_second: float = 200, seconds: float = 60) -> None:
        """So many more come, and follow before this returns."""
        for number in range(len(self.clients), len(self.clients) + count):
            stream = self._streams[number % len(self._streams)]
            # Each stream has followers on every transport.
            transport = self._transports[number // len(self._streams) % len(self._transports)]
            client = LiveClient(number, self._port, stream, self._history, self._seed, transport)
            self.clients.append(client)
            self._tasks.append(asyncio.create_task(client.run()))
            await asyncio.sleep(1 / a_second)
        await self.all_on(seconds)

    async def all_on(self, seconds: float) -> float:
        """Wait until everybody follows; how long it took."""
        began = time.monotonic()
        while self.on < len(self.clients):
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"{self.on} of {len(self.clients)} are there after {seconds} s")
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def have(self, heads: dict[str, int], seconds: float = 15) -> None:
        """Wait until everybody has everything, as far as they ever get it."""
        until = time.monotonic() + seconds
        while any((client.seq or 0) < heads[client.stream] for client in self.clients):
            await asyncio.sleep(0.05)
            if time.monotonic() > until:
                return

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
