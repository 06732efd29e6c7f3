"""Live updates by long polling: a request waits until something happens, and is asked again.

Nothing is kept between two requests: the next one says where its reader stands.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from clutch.accounts.models import GUEST
from clutch.bootstrap import Site
from clutch.kernel.refusals import Refusal
from clutch.live.frames import Heartbeat, Hello, Parcel, encode
from clutch.live.listener import Listener
from clutch.live.watch import heads_of
from clutch.web.errors import json_refusal
from clutch.web.live.arriving import Asked, knock, read_asked, refuse_foreign, who_listens
from clutch.web.visitor import reader_of

# An answer that has nothing else in it would send its reader straight back.
QUIET = {"hello", "subscribed"}


async def live_poll(scope: Scope, receive: Receive, send: Send) -> None:
    """One request: answered when there is something to say, or when it has waited long enough."""
    request = Request(scope, receive)
    site: Site = scope["app"].state.site
    try:
        knock(site, request)
        refuse_foreign(request.headers, site.settings.url)
        asked = read_asked(request.query_params)
        who = await who_listens(site, request)
        listener = await site.hub.admit(who, beats=False)
    except Refusal as refusal:
        response = json_refusal(refusal, reader_of(site, request, GUEST))
        await response(scope, receive, send)
        return
    try:
        parcels = await _gather(site, listener, asked, receive)
    finally:
        site.hub.leave(listener)
    await _answer(parcels)(scope, receive, send)


async def _gather(site: Site, listener: Listener, asked: Asked, receive: Receive) -> list[Parcel]:
    listener.answer(encode(Hello(site.hub.epoch)))
    await site.hub.follow(listener, asked.wishes)
    parcels = _taken(listener)
    is_new = any(wish.seq is None for wish in asked.wishes)
    if is_new or any(parcel.kind not in QUIET for parcel in parcels):
        return parcels
    await _wait(listener, asked.wait_s, receive)
    parcels += _taken(listener)
    if parcels[-1].kind in QUIET:
        parcels.append(encode(Heartbeat(site.hub.epoch, heads_of(listener, {}))))
    return parcels


async def _wait(listener: Listener, seconds: float, receive: Receive) -> None:
    """Wait for news, for the end of the time, or for the client to be gone."""
    tasks = {
        asyncio.create_task(listener.outbox.filled()),
        asyncio.create_task(_gone(receive)),
    }
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _taken(listener: Listener) -> list[Parcel]:
    taken = []
    while (parcel := listener.take_now()) is not None:
        taken.append(parcel)
    return taken


def _answer(parcels: list[Parcel]) -> Response:
    body = b'{"frames":[%s]}' % b",".join(parcel.body for parcel in parcels)
    return Response(body, 200, {"Cache-Control": "no-store"}, "application/json")
