"""Frames written straight to WebSockets: each is encoded once and goes to all, without a task each.

The public way (`await websocket.send`) encodes each frame anew for each connection and wakes a task
for it. This is the one file that leans on what uvicorn does not promise: its sans-I/O protocol's
`transport`, `conn`, `run_asgi`, `pause_writing` and `resume_writing`. `tests/live/test_push.py`
holds it to that; where anything is missing, the protocol itself included, `wire_of` gives None and
the public way is taken.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from clutch.kernel import optional
from clutch.live.frames import Parcel

if TYPE_CHECKING:
    from starlette.websockets import WebSocket
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
else:
    WebSocketsSansIOProtocol = object
    with suppress(ImportError, AttributeError):
        _module = importlib.import_module("uvicorn.protocols.websockets.websockets_sansio_impl")
        WebSocketsSansIOProtocol = _module.WebSocketsSansIOProtocol

_EXTENSION = "clutch.wire"
_NEEDED = ("transport", "conn", "scope")
_TEXT = 0x81  # a whole message of text (RFC 6455, 5.2)


class SocketWire:
    """One accepted WebSocket, written to without waiting."""

    __slots__ = ("_protocol", "_transport", "is_paused", "on_open")

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._transport: asyncio.Transport = protocol.transport
        self.is_paused = False
        self.on_open: Callable[[], object] | None = None

    @property
    def is_open(self) -> bool:
        return not self.is_paused and not self._transport.is_closing()

    def write(self, parcel: Parcel) -> None:
        packed = parcel.packed
        if packed is None:
            packed = parcel.packed = pack(parcel.body)
        self._transport.write(packed)

    def abort(self) -> None:
        """Drop the line at once, with all that was not read."""
        self._transport.abort()

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False
        if self.on_open is not None:
            self.on_open()


class PushProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which gives the app a wire beside `send`."""

    _wire: SocketWire | None = None

    async def run_asgi(self) -> None:
        if is_pushable(self):
            self._wire = SocketWire(self)
            extensions: dict[str, Any] = dict(self.scope["extensions"] or {})
            self.scope["extensions"] = extensions | {_EXTENSION: self._wire}
        await super().run_asgi()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._wire is not None:
            self._wire.pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._wire is not None:
            self._wire.resume()


def protocol_class() -> type[PushProtocol] | Literal["auto", "none"]:
    """What uvicorn is to speak WebSocket by: ours, else what it has itself, if it has anything."""
    if not optional.load("websockets"):
        return "none"
    return "auto" if PushProtocol.__base__ is object else PushProtocol


def wire_of(websocket: WebSocket) -> SocketWire | None:
    """The connection's wire, where the server has one. Use it after the handshake only."""
    wire: SocketWire | None = websocket.scope.get("extensions", {}).get(_EXTENSION)
    return wire


def is_pushable(protocol: Any) -> bool:
    """Whether raw frames may be written: what we lean on is there, and nothing is compressed."""
    if any(not hasattr(protocol, name) for name in _NEEDED):
        return False
    return not getattr(protocol.conn, "extensions", None)


def pack(body: bytes) -> bytes:
    """A server's frame of text; only clients mask theirs."""
    length = len(body)
    if length < 126:
        head = bytes((_TEXT, length))
    elif length < 65_536:
        head = bytes((_TEXT, 126)) + length.to_bytes(2)
    else:
        head = bytes((_TEXT, 127)) + length.to_bytes(8)
    return head + body
