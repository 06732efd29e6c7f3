"""Live updates over a WebSocket: both sides speak."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from clutch.accounts.models import GUEST
from clutch.bootstrap import Site
from clutch.kernel.refusals import Refusal
from clutch.live.conversation import Conversation
from clutch.live.frames import Hello, encode
from clutch.live.listener import Listener
from clutch.web.errors import json_refusal
from clutch.web.live.arriving import knock, refuse_foreign, who_listens
from clutch.web.live.push import SocketWire, wire_of
from clutch.web.visitor import reader_of

# After the frame that says why, our side closes with one of these; clients may go by either.
CLOSE_CODES = {
    "session-ended": 4001,
    "too-slow": 4008,
    "too-many-messages": 4029,
    "closing": 1012,
}
GOODBYE_S = 1.0


async def live_socket(websocket: WebSocket) -> None:
    """One connection, from the handshake to its end."""
    site: Site = websocket.app.state.site
    try:
        knock(site, websocket)
        refuse_foreign(websocket.headers, site.settings.url)
        await site.hub.pace.take()
        who = await who_listens(site, websocket)
        listener = await site.hub.admit(who)
    except Refusal as refusal:
        denial = json_refusal(refusal, reader_of(site, websocket, GUEST))
        await websocket.send_denial_response(denial)
        return
    try:
        await websocket.accept()
        listener.answer(encode(Hello(site.hub.epoch)))
        wire = wire_of(websocket)
        if wire is None:
            await _converse(site, websocket, listener)
        else:
            await _converse_by_wire(site, websocket, listener, wire)
    finally:
        site.hub.leave(listener)


async def _converse_by_wire(
    site: Site, websocket: WebSocket, listener: Listener, wire: SocketWire
) -> None:
    """Hear; what is to be said goes out by itself."""
    ending: list[asyncio.Task[None]] = []

    def end() -> None:
        ending.append(asyncio.create_task(_say_goodbye(websocket, listener, wire)))

    wire.on_open = listener.flush
    listener.on_end = end
    listener.plug(wire)
    try:
        if not listener.outbox.closed:
            await _hear(site, websocket, listener)
        else:
            end()
        await asyncio.gather(*ending)
    finally:
        listener.on_end = lambda: None
        wire.on_open = None


async def _say_goodbye(websocket: WebSocket, listener: Listener, wire: SocketWire) -> None:
    # A client that does not read hears no goodbye: its connection ends all the same.
    try:
        async with asyncio.timeout(GOODBYE_S):
            await _close(websocket, listener)
    except TimeoutError:
        wire.abort()


async def _converse(site: Site, websocket: WebSocket, listener: Listener) -> None:
    """Hear and speak until either side ends it."""
    speaking = asyncio.create_task(_speak(websocket, listener))
    hearing = asyncio.create_task(_hear(site, websocket, listener))
    loop = asyncio.get_running_loop()
    listener.on_end = lambda: loop.call_later(GOODBYE_S, speaking.cancel)
    try:
        await asyncio.wait({speaking, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if listener.outbox.closed:
            await asyncio.wait({speaking})
    finally:
        listener.on_end = lambda: None
        both = await _end(speaking, hearing)
    for failed in both:
        if isinstance(failed, Exception):
            raise failed


async def _end(*tasks: asyncio.Task[None]) -> list[BaseException | None]:
    for task in tasks:
        task.cancel()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def _hear(site: Site, websocket: WebSocket, listener: Listener) -> None:
    conversation = Conversation(site.hub, listener)
    clock = asyncio.get_running_loop()
    while not listener.outbox.closed:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        await conversation.hear(message["bytes"] if text is None else text, clock.time())
        await listener.outbox.room()


async def _speak(websocket: WebSocket, listener: Listener) -> None:
    with suppress(WebSocketDisconnect, OSError):
        while (parcel := await listener.take()) is not None:
            await websocket.send({"type": "websocket.send", "text": parcel.body.decode()})
    await _close(websocket, listener)


async def _close(websocket: WebSocket, listener: Listener) -> None:
    with suppress(WebSocketDisconnect, OSError):
        await websocket.close(CLOSE_CODES.get(listener.end_code or "", 1000))
