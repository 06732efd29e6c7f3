"""`/live`: live updates over a WebSocket.

What is said is `clutch.live`'s business; docs/live.md is for clients.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from anyio import to_thread
from sqlalchemy import Connection
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from clutch.accounts.models import GUEST, Actor
from clutch.accounts.sessions import actor_of_session, actor_of_token
from clutch.bootstrap import Site
from clutch.kernel.refusals import Refusal
from clutch.live.conversation import Conversation
from clutch.live.frames import Hello, encode
from clutch.live.listener import Listener, Who
from clutch.live.rendering import Audience
from clutch.web import cookies, csrf
from clutch.web.errors import json_refusal
from clutch.web.refusals import OtherOrigin, sentence_of
from clutch.web.visitor import bearer_of, reader_of, token_holder, visitor_of

# After the frame that says why, our side closes with one of these; clients may go by either.
CLOSE_CODES = {
    "session-ended": 4001,
    "too-slow": 4008,
    "too-many-messages": 4029,
    "closing": 1012,
}
GOODBYE_S = 1.0


async def live(websocket: WebSocket) -> None:
    """One connection, from the handshake to its end."""
    site: Site = websocket.app.state.site
    try:
        refuse_foreign(websocket.headers, site.settings.url)
        who = await to_thread.run_sync(_who, site, websocket)
        listener = await site.hub.admit(who)
    except Refusal as refusal:
        await websocket.send_denial_response(_denial(site, websocket, refusal))
        return
    try:
        await websocket.accept()
        listener.outbox.answer(encode(Hello(site.hub.epoch)))
        await _converse(site, websocket, listener)
    finally:
        site.hub.leave(listener)


async def _converse(site: Site, websocket: WebSocket, listener: Listener) -> None:
    """Hear and speak until either side ends it."""
    speaking = asyncio.create_task(_speak(websocket, listener))
    hearing = asyncio.create_task(_hear(site, websocket, listener))
    # A client that does not read hears no goodbye either: its connection ends all the same.
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
        while (text := await listener.take()) is not None:
            await websocket.send({"type": "websocket.send", "text": text})
        await websocket.close(CLOSE_CODES.get(listener.end_code or "", 1000))


def refuse_foreign(headers: Headers, site_url: str | None) -> None:
    """Let in pages of this site, and programs that bring no browser's cookies.

    Raises:
        OtherOrigin: another site's page asks, or one that does not say whose it is.
    """
    origin = headers.get("origin")
    if origin is None and "cookie" not in headers:
        return
    if origin is None or not csrf.is_own_origin(origin, headers, site_url):
        raise OtherOrigin


def _who(site: Site, websocket: WebSocket) -> Who:
    bearer = bearer_of(websocket)
    visitor = visitor_of(site, websocket) if bearer is None else token_holder(site, bearer)
    reader = reader_of(site, websocket, visitor.actor)
    secret = bearer or cookies.read_secret(cookies.SESSION, websocket) or ""

    def again(conn: Connection) -> Actor | None:
        if bearer is not None:
            return actor_of_token(conn, secret, site.clock.now())
        found = actor_of_session(conn, secret, site.clock.now()) if secret else None
        return found[0] if found else None

    return Who(
        actor=visitor.actor,
        session_id=visitor.session.id if visitor.session else None,
        address=websocket.client.host if websocket.client else "",
        audience=Audience(reader.language, reader.zone.key),
        again=again,
        say=lambda refusal: sentence_of(refusal, reader),
    )


def _denial(site: Site, websocket: WebSocket, refusal: Refusal) -> Response:
    return json_refusal(refusal, reader_of(site, websocket, GUEST))


routes = [WebSocketRoute("/live", live)]
