"""A reader that takes nobody's word: it asserts order and gaplessness, frame by frame."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import ClientConnection, connect

Frame = dict[str, Any]


class Wrong(AssertionError):
    """What the site sent breaks its promise; `what` says which."""

    def __init__(self, what: str, frame: Frame) -> None:
        super().__init__(f"{what}: {frame}")
        self.what = what


@dataclass
class Ledger:
    """What one reader has of each stream. `take` every frame, in the order in which they came.

    Afterwards `seqs[stream]` are the events that were sent, not those that a snapshot stands for.
    """

    epoch: str = ""
    last: dict[str, int] = field(default_factory=dict)
    seqs: dict[str, list[int]] = field(default_factory=dict)
    snapshots: list[Frame] = field(default_factory=list)

    def take(self, frame: Frame) -> None:
        kind = frame["type"]
        if kind == "hello":
            self.epoch = frame["epoch"]
        elif kind == "subscribed":
            self._begin(frame)
        elif kind == "snapshot":
            self._jump(frame)
        elif kind == "events":
            self._go_on(frame)
        elif kind == "heartbeat":
            self._compare(frame)

    def _begin(self, frame: Frame) -> None:
        stream, seq = frame["stream"], frame["seq"]
        self._check(frame["epoch"] == self.epoch, "epoch", frame)
        self._check(seq == self.last.get(stream, seq), "begins elsewhere", frame)
        self._check(seq <= frame["head"], "head", frame)
        self.last[stream] = seq

    def _jump(self, frame: Frame) -> None:
        if frame["reason"] == "epoch":
            self.epoch = frame["epoch"]
        self._check(frame["epoch"] == self.epoch, "epoch", frame)
        self.last[frame["stream"]] = frame["seq"]
        self.snapshots.append(frame)

    def _go_on(self, frame: Frame) -> None:
        stream, told = frame["stream"], [event["seq"] for event in frame["events"]]
        self._check(frame["epoch"] == self.epoch, "epoch", frame)
        self._check(stream in self.last, "not subscribed", frame)
        last = self.last[stream]
        self._check(frame["after"] >= last, "repeated", frame)
        self._check(frame["after"] <= last, "skipped", frame)
        self._check(told == list(range(last + 1, frame["seq"] + 1)), "inside", frame)
        self.last[stream] = frame["seq"]
        self.seqs.setdefault(stream, []).extend(told)

    def _compare(self, frame: Frame) -> None:
        for stream, head in frame["heads"].items():
            self._check(head >= self.last[stream], "heartbeat behind", frame)

    @staticmethod
    def _check(holds: bool, what: str, frame: Frame) -> None:
        if not holds:
            raise Wrong(what, frame)


@dataclass
class Reader:
    """A client over a real socket; every frame that it reads goes through its ledger."""

    socket: ClientConnection
    ledger: Ledger = field(default_factory=Ledger)

    def subscribe(self, *wishes: dict[str, Any]) -> None:
        self.say({"type": "subscribe", "streams": list(wishes)})

    def follow(self, stream: str, *, resume: bool = False) -> Frame:
        """Follow a stream, from its present end or from where the ledger is; gives the answer."""
        wish: dict[str, Any] = {"stream": stream}
        if resume:
            wish |= {"epoch": self.ledger.epoch, "seq": self.ledger.last[stream]}
        self.subscribe(wish)
        return self.next("subscribed", "snapshot", "refused")

    def say(self, message: Frame) -> None:
        self.socket.send(json.dumps(message))

    def next(self, *kinds: str, seconds: float = 5) -> Frame:
        """The next frame, of these kinds if any are named; others are read on the way."""
        until = time.monotonic() + seconds
        while True:
            frame: Frame = json.loads(self.socket.recv(timeout=max(0.0, until - time.monotonic())))
            self.ledger.take(frame)
            if not kinds or frame["type"] in kinds:
                return frame

    def read_until(self, stream: str, seq: int, seconds: float = 5) -> None:
        """Read until the ledger has the event."""
        until = time.monotonic() + seconds
        while self.ledger.last.get(stream, 0) < seq:
            self.next(seconds=until - time.monotonic())


@contextmanager
def reading(address: str, ledger: Ledger | None = None, **options: Any) -> Iterator[Reader]:
    """A reader that has been greeted. `address` is the site's; options are those of `connect`."""
    options = {"compression": None, "open_timeout": 10, "close_timeout": 1} | options
    with connect(address.replace("http", "ws", 1) + "/live", **options) as socket:
        reader = Reader(socket, ledger or Ledger())
        reader.next("hello")
        yield reader
