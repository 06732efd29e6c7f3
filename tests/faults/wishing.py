"""One wish on a connection of its own, on any transport, and all that comes of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.live.lines import Ended, EventsLine, Frame, Line, PollLine, Refused, SocketLine, query

LISTENS_S, ANSWERS_S = 1.0, 10.0
# The last is a browser's EventSource that comes back: the header says where it was.
TRANSPORTS = ("websocket", "events", "poll", "last-event-id")
# What an address can say of a seq; other wishes are for WebSockets.
MOST_OF_AN_ADDRESS = 10**18


@dataclass(frozen=True)
class Wishing:
    """Somebody who wishes: by which transport, from which site, with whose token."""

    transport: str
    port: int
    token: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def open(self, wish: Mapping[str, Any]) -> Line:
        """A line that has said the wish."""
        if self.transport == "websocket":
            return self._socket(wish)
        address = f"http://127.0.0.1:{self.port}/live"
        headers, said = self.headers, wish
        if self.transport == "last-event-id":
            headers["Last-Event-ID"] = f"{wish['epoch']}:{wish['seq']}"
            said = {"stream": wish["stream"]}
        if self.transport == "poll":
            return PollLine(lambda wait: f"{address}/poll?{query([said])}&wait={wait}", headers)
        return EventsLine(f"{address}/events?{query([said])}", headers)

    def _socket(self, wish: Mapping[str, Any]) -> Line:
        socket = connect(
            f"ws://127.0.0.1:{self.port}/live",
            additional_headers=self.headers,
            compression=None,
            open_timeout=20,
            proxy=None,
            legacy=True,
        )
        socket.send(json.dumps({"type": "subscribe", "streams": [wish]}))
        return SocketLine(socket)


def can_say(transport: str, wish: Mapping[str, Any]) -> bool:
    """Whether the wish can be put so at all."""
    if transport == "websocket":
        return True
    seq = wish.get("seq")
    if seq is None:
        return transport != "last-event-id" and bool(wish["stream"])
    is_number = isinstance(seq, int) and not isinstance(seq, bool)
    return is_number and bool(wish["epoch"]) and 0 <= seq < MOST_OF_AN_ADDRESS


async def frames_for(wishing: Wishing, wish: Mapping[str, Any]) -> list[Frame]:
    """All that comes within a second after the answer; a closed door is a refusal, too."""
    return await asyncio.to_thread(_frames, wishing, wish)


def _frames(wishing: Wishing, wish: Mapping[str, Any]) -> list[Frame]:
    try:
        line = wishing.open(wish)
    except (InvalidStatus, Refused) as refusal:
        return [_closed_door(refusal)]
    frames: list[Frame] = []
    try:
        while True:
            frames.append(line.next(LISTENS_S if len(frames) > 1 else ANSWERS_S)[0])
            if wishing.transport == "poll" and _is_asked_again(frames[-1]):
                return frames
    except (TimeoutError, ConnectionClosed, Ended):
        return frames
    except Refused as refusal:
        return [*frames, _closed_door(refusal)]
    finally:
        line.close()


def _is_asked_again(frame: Frame) -> bool:
    # The next request would only say the same wish again, and get the same answer.
    return frame["type"] not in {"hello", "subscribed"}


def _closed_door(refusal: InvalidStatus | Refused) -> Frame:
    if isinstance(refusal, Refused):
        return {"type": "refused", "stream": None, "code": refusal.code}
    code = json.loads(refusal.response.body)["code"]
    return {"type": "refused", "stream": None, "code": code}


def last_frame(line: Line, seconds: float) -> Frame:
    """What was said last before the line ended, or before so many seconds were over."""
    until, frame = time.monotonic() + seconds, Frame()
    with suppress(ConnectionClosed, Ended, Refused, TimeoutError):
        while frame.get("type") != "bye":
            frame, _ = line.next(max(0.1, until - time.monotonic()))
    return frame
