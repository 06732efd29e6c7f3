"""A reader that takes nobody's word: it asserts order and gaplessness, frame by frame.

`Ledger` is the checker, pure: give it every frame of one reader in the order in which it came, on
whatever transport and over however many connections; it raises `Wrong` at the first that breaks a
promise. `following` reads a running site by one of the three transports through a ledger.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.live.lines import EventsLine, Frame, Line, PollLine, SocketLine, query

TRANSPORTS = ("websocket", "events", "poll")


class Wrong(AssertionError):
    """What the site sent breaks its promise; `what` says which."""

    def __init__(self, what: str, frame: Frame) -> None:
        super().__init__(f"{what}: {frame}")
        self.what = what


@dataclass
class Ledger:
    """What one reader has of each stream, through all its connections.

    Afterwards `seqs[stream]` are the events that were sent, not those that a snapshot stands for.
    """

    epoch: str = ""
    last: dict[str, int] = field(default_factory=dict)
    seqs: dict[str, list[int]] = field(default_factory=dict)
    snapshots: list[Frame] = field(default_factory=list)
    _epochs: dict[str, str] = field(default_factory=dict)
    _promised: dict[str, int] = field(default_factory=dict)
    _greeted: bool = True

    def connected(self) -> None:
        """A new connection: the next frame is its hello."""
        self._greeted = False
        self._promised.clear()

    def take(self, frame: Frame) -> None:
        kind = frame["type"]
        self._check(self._greeted or kind == "hello", "no hello", frame)
        if kind == "hello":
            self._greeted = True
            self.epoch = frame["epoch"]
        elif kind == "subscribed":
            self._begin(frame)
        elif kind == "snapshot":
            self._jump(frame)
        elif kind == "events":
            self._go_on(frame)
        elif kind == "heartbeat":
            self._compare(frame)

    def require(self, stream: str, head: int) -> None:
        """At the end: the reader has everything up to the stream's head, and nothing after it."""
        frame = {"stream": stream, "head": head, "has": self.last.get(stream)}
        self._check(self.last.get(stream) == head, "incomplete", frame)

    def require_id(self, frame: Frame, told: str, streams: Sequence[str]) -> None:
        """The id of a Server-Sent Event is where the reader stands after it."""
        epoch, _, places = told.partition(":")
        marks = dict(zip(streams, places.split(","), strict=False))
        self._check(epoch == frame["epoch"], "id", frame)
        self._check(marks.get(frame["stream"]) == str(frame["seq"]), "id", frame)

    def wish(self, stream: str) -> dict[str, Any]:
        """What to ask for, to go on from here."""
        if stream not in self.last:
            return {"stream": stream}
        epoch = self._epochs.get(stream, self.epoch)
        return {"stream": stream, "epoch": epoch, "seq": self.last[stream]}

    def _begin(self, frame: Frame) -> None:
        stream, seq = frame["stream"], frame["seq"]
        self._check(frame["epoch"] == self.epoch, "epoch", frame)
        self._check(frame["epoch"] == self._epochs.get(stream, self.epoch), "other history", frame)
        self._check(seq == self.last.get(stream, seq), "begins elsewhere", frame)
        self._check(seq <= frame["head"], "head", frame)
        self._stand(frame)

    def _jump(self, frame: Frame) -> None:
        if frame["reason"] == "epoch":
            self.epoch = frame["epoch"]
        self._check(frame["epoch"] == self.epoch, "epoch", frame)
        self._stand(frame)
        self.snapshots.append(frame)

    def _go_on(self, frame: Frame) -> None:
        stream, told = frame["stream"], [event["seq"] for event in frame["events"]]
        self._check(frame["epoch"] == self.epoch, "epoch", frame)
        self._check(stream in self.last, "not subscribed", frame)
        last = self.last[stream]
        self._check(frame["after"] >= last, "repeated", frame)
        self._check(frame["after"] <= last, "skipped", frame)
        self._check(told == list(range(last + 1, frame["seq"] + 1)), "inside", frame)
        self._stand(frame)
        self.seqs.setdefault(stream, []).extend(told)

    def _compare(self, frame: Frame) -> None:
        self._check(frame["epoch"] == self.epoch, "epoch", frame)
        for stream, head in frame["heads"].items():
            last = self.last.get(stream, 0)
            self._check(head >= last, "heartbeat behind", frame)
            # What one heartbeat knew of must be there by the next; but one that knows less than the
            # one before could not read the log, and so nobody could.
            promised = self._promised.get(stream, 0)
            self._check(head < promised or last >= promised, "never came", frame)
            self._promised[stream] = max(head, promised)

    def _stand(self, frame: Frame) -> None:
        self.last[frame["stream"]] = frame["seq"]
        self._epochs[frame["stream"]] = frame["epoch"]

    @staticmethod
    def _check(holds: bool, what: str, frame: Frame) -> None:
        if not holds:
            raise Wrong(what, frame)


@dataclass
class Follower:
    """A client on any transport; every frame that it reads goes through its ledger."""

    line: Line
    ledger: Ledger
    streams: tuple[str, ...] = ()

    def next(self, *kinds: str, seconds: float = 5) -> Frame:
        """The next frame, of these kinds if any are named; others are read on the way."""
        until = time.monotonic() + seconds
        while True:
            frame, told = self.line.next(max(0.0, until - time.monotonic()))
            self.ledger.take(frame)
            if told:
                self.ledger.require_id(frame, told, self.streams)
            if not kinds or frame["type"] in kinds:
                return frame

    def read_until(self, stream: str, seq: int, seconds: float = 5) -> None:
        """Read until the ledger has the event."""
        until = time.monotonic() + seconds
        while self.ledger.last.get(stream, 0) < seq:
            self.next(seconds=until - time.monotonic())


@dataclass
class Reader(Follower):
    """A client over a WebSocket, who can also speak."""

    line: SocketLine

    @property
    def socket(self) -> ClientConnection:
        return self.line.socket

    def subscribe(self, *wishes: dict[str, Any]) -> None:
        self.say({"type": "subscribe", "streams": list(wishes)})

    def follow(self, stream: str, *, resume: bool = False) -> Frame:
        """Follow a stream, from its present end or from where the ledger is; gives the answer."""
        self.subscribe(self.ledger.wish(stream) if resume else {"stream": stream})
        return self.next("subscribed", "snapshot", "refused")

    def say(self, message: Frame) -> None:
        self.socket.send(json.dumps(message))


@contextmanager
def reading(address: str, ledger: Ledger | None = None, **options: Any) -> Iterator[Reader]:
    """A WebSocket that has been greeted. `address` is the site's; options go to `connect`."""
    options = {"compression": None, "open_timeout": 10, "close_timeout": 1} | options
    with connect(address.replace("http", "ws", 1) + "/live", **options) as socket:
        reader = Reader(SocketLine(socket), ledger or Ledger())
        reader.ledger.connected()
        reader.next("hello")
        yield reader


@contextmanager
def following(
    transport: str,
    address: str,
    streams: Sequence[str],
    ledger: Ledger | None = None,
    headers: dict[str, str] | None = None,
) -> Iterator[Follower]:
    """A greeted client that follows streams from where the ledger is; others from their end.

    `transport`: `websocket`, `events` or `poll`.
    """
    ledger = ledger or Ledger()
    if transport == "websocket":
        with reading(address, ledger, additional_headers=headers) as reader:
            reader.subscribe(*map(ledger.wish, streams))
            yield reader
        return
    line: Line
    if transport == "events":
        line = EventsLine(f"{address}/live/events?{query(map(ledger.wish, streams))}", headers)
    else:
        line = PollLine(
            lambda wait: f"{address}/live/poll?{query(map(ledger.wish, streams))}&wait={wait}",
            headers,
        )
    ledger.connected()
    follower = Follower(line, ledger, tuple(streams))
    try:
        follower.next("hello")
        yield follower
    finally:
        line.close()
