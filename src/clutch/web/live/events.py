"""Live updates as Server-Sent Events: for who can't have a WebSocket.

The streams stand in the address. `id` is where the reader stands in all of them, in the address's
order (`epoch:17,3`), so that a browser that comes back by itself says so in Last-Event-ID.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from clutch.accounts.models import GUEST
from clutch.bootstrap import Site
from clutch.kernel.refusals import Refusal
from clutch.live.frames import Hello, Parcel, Wish, encode
from clutch.live.listener import Listener
from clutch.live.refusals import AddressUnreadable
from clutch.web.errors import json_refusal
from clutch.web.live.arriving import knock, read_asked, read_seq, refuse_foreign, who_listens
from clutch.web.visitor import reader_of

GOODBYE_S = 1.0
# After a goodbye everybody would come back at once; they are told moments of their own.
FIRST_RETRY_MS, RETRY_STEP_MS, RETRY_WITHIN_MS = 500, 37, 2_500
_goodbyes = itertools.count()

AS_ASKED = "-"
LOST = "x"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    # nginx keeps the answer back otherwise, until it has a few KB of it.
    (b"x-accel-buffering", b"no"),
]


async def live_events(scope: Scope, receive: Receive, send: Send) -> None:
    """One connection, from the request to its end."""
    request = Request(scope, receive)
    site: Site = scope["app"].state.site
    try:
        knock(site, request)
        refuse_foreign(request.headers, site.settings.url)
        asked = read_asked(request.query_params)
        wishes = resumed(asked.wishes, request.headers.get("last-event-id", ""))
        await site.hub.pace.take()
        who = await who_listens(site, request)
        listener = await site.hub.admit(who)
    except Refusal as refusal:
        response = json_refusal(refusal, reader_of(site, request, GUEST))
        await response(scope, receive, send)
        return
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        listener.answer(encode(Hello(site.hub.epoch)))
        await _converse(site, listener, wishes, receive, scope["clutch.send_more"])
    finally:
        site.hub.leave(listener)


async def _converse(
    site: Site, listener: Listener, wishes: Sequence[Wish], receive: Receive, send: Send
) -> None:
    speaking = asyncio.create_task(_speak(listener, Places(wishes), send))
    following = asyncio.create_task(_follow(site, listener, wishes, receive))
    loop = asyncio.get_running_loop()
    # Who does not read can't be told why: the answer breaks off.
    listener.on_end = lambda: loop.call_later(GOODBYE_S, speaking.cancel)
    try:
        await asyncio.wait({speaking, following}, return_when=asyncio.FIRST_COMPLETED)
        if listener.outbox.closed:
            await asyncio.wait({speaking})
    finally:
        listener.on_end = lambda: None
        for task in (speaking, following):
            task.cancel()
        both = await asyncio.gather(speaking, following, return_exceptions=True)
    for failed in both:
        if isinstance(failed, Exception):
            raise failed


async def _follow(site: Site, listener: Listener, wishes: Sequence[Wish], receive: Receive) -> None:
    """Subscribe, then wait until the client is gone."""
    await site.hub.follow(listener, wishes)
    while (await receive())["type"] != "http.disconnect":
        pass


async def _speak(listener: Listener, places: Places, send: Send) -> None:
    while await listener.outbox.filled():
        # Whatever waits goes out in one piece.
        told = []
        while (parcel := listener.take_now()) is not None:
            told.append(places.told(parcel))
        body = told[0] if len(told) == 1 else b"".join(told)
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class Places:
    """Where a reader stands in the streams of the address."""

    def __init__(self, wishes: Sequence[Wish]) -> None:
        self._epoch = next((wish.epoch for wish in wishes if wish.epoch), "")
        self._at = {wish.stream: _mark(wish, self._epoch) for wish in wishes}

    def told(self, parcel: Parcel) -> bytes:
        """The frame as an event; its id is where the reader stands after it."""
        if parcel.kind == "bye":
            return b"retry: %d\ndata: %s\n\n" % (_retry_ms(), parcel.body)
        if parcel.place is None:
            return b"data: %s\n\n" % parcel.body
        if len(self._at) == 1:
            return _alone(parcel.place, parcel)
        stream, epoch, seq = parcel.place
        if epoch != self._epoch:
            # What was known of the others belongs to a history that is over.
            self._at = {one: mark and LOST for one, mark in self._at.items()}
            self._epoch = epoch
        self._at[stream] = str(seq)
        places = ",".join(mark or AS_ASKED for mark in self._at.values())
        return b"id: %s\ndata: %s\n\n" % (f"{epoch}:{places}".encode(), parcel.body)


def _alone(place: tuple[str, str, int], parcel: Parcel) -> bytes:
    """For who follows one stream the event is the same as for everybody else: made once."""
    if parcel.event is None:
        _, epoch, seq = place
        parcel.event = b"id: %s:%d\ndata: %s\n\n" % (epoch.encode(), seq, parcel.body)
    return parcel.event


def _mark(wish: Wish, epoch: str) -> str:
    if wish.seq is None:
        return ""
    return str(wish.seq) if wish.epoch and wish.epoch == epoch else LOST


def _retry_ms() -> int:
    return FIRST_RETRY_MS + next(_goodbyes) * RETRY_STEP_MS % RETRY_WITHIN_MS


def resumed(wishes: Sequence[Wish], last_id: str) -> list[Wish]:
    """The wishes of the address, as far as Last-Event-ID does not know better.

    Raises:
        AddressUnreadable: the id is none that this address was ever given.
    """
    if not last_id:
        return list(wishes)
    epoch, _, places = last_id.partition(":")
    marks = places.split(",")
    if not epoch or len(marks) != len(wishes):
        raise AddressUnreadable
    return [_resumed(wish, epoch, mark) for wish, mark in zip(wishes, marks, strict=True)]


def _resumed(wish: Wish, epoch: str, mark: str) -> Wish:
    if mark == AS_ASKED:
        return wish
    if mark == LOST:
        return Wish(wish.stream, "", 0)
    return Wish(wish.stream, epoch, read_seq(mark))
