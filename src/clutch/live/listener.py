"""One connection of one reader, whatever carries it: who reads, and what they follow.

Everything here happens in the event loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from clutch.accounts.events import stream_of
from clutch.accounts.models import GUEST, Actor, SessionId
from clutch.kernel.refusals import Refusal
from clutch.live.frames import Bye, Parcel, Refused, Snapshot, Subscribed, encode
from clutch.live.news import News
from clutch.live.outbox import Outbox
from clutch.live.rendering import Audience

MOST_HELD = 256


class Who(msgspec.Struct, frozen=True):
    """Who listens, from where, and how they read.

    `login` is the same for all connections of one session or token, empty for guests. `again` finds
    the actor once more, None when their login has ended; `say` puts a refusal into the reader's
    words.
    """

    actor: Actor
    session_id: SessionId | None
    login: bytes
    address: str
    audience: Audience
    again: Callable[[Connection], Actor | None]
    say: Callable[[Refusal], str]

    def audience_of(self, stream: str) -> Audience:
        """How the stream is drawn for them: their own with what is nobody else's business."""
        account_id = self.actor.account_id
        if account_id is None or stream != stream_of(account_id):
            return Audience(self.audience.language)
        return msgspec.structs.replace(self.audience, is_owner=True)

    def now(self, conn: Connection) -> Actor:
        """The actor with the role of this moment; a guest once the login has ended."""
        return self.actor if self.actor.is_guest else self.again(conn) or GUEST


class Wire(Protocol):
    """A transport's quick side: what is written to it goes out with nobody waiting."""

    @property
    def is_open(self) -> bool:
        """Whether it takes more; once it does again, the transport calls `Listener.flush`."""

    def write(self, parcel: Parcel) -> None: ...


class Listener:
    """One connection.

    A transport calls `take` for what to send, until it gives None; or it plugs in a wire, which
    then gets what it can take at once, and the rest when it is open again.
    """

    __slots__ = ("_wire", "beats", "end_code", "follows", "on_end", "outbox", "taken", "who")

    def __init__(self, who: Who, *, beats: bool = True) -> None:
        self.who = who
        self.outbox = Outbox()
        self.follows: dict[str, Following] = {}
        # Whether it wants heartbeats; who only asks now and then has no use for them.
        self.beats = beats
        # The code of the refusal that ended it, if our side did; its transport is told at once.
        self.end_code: str | None = None
        self.on_end: Callable[[], object] = lambda: None
        # How many frames were taken: who looks twice sees whether the reader reads.
        self.taken = 0
        self._wire: Wire | None = None

    async def take(self) -> Parcel | None:
        """The next frame to send; None when the connection is to be closed."""
        while await self.outbox.filled():
            parcel = self.take_now()
            if parcel is not None:
                return parcel
        return None

    def take_now(self) -> Parcel | None:
        """The next frame, if one waits."""
        if not len(self.outbox) and self.outbox.overflown:
            self._catch_up()
        parcel = self.outbox.take()
        if parcel is not None:
            self.taken += 1
        return parcel

    def plug(self, wire: Wire) -> None:
        """From now on frames go out by this wire."""
        self._wire = wire
        self.flush()

    def flush(self) -> None:
        """Send what waits, as much as the wire takes."""
        wire = self._wire
        while wire is not None and wire.is_open and (parcel := self.take_now()) is not None:
            wire.write(parcel)

    def news(self, parcel: Parcel) -> None:
        """Send a frame that a snapshot can replace."""
        wire, outbox = self._wire, self.outbox
        if wire is None or outbox.closed or not outbox.is_idle or not wire.is_open:
            outbox.news(parcel)
        else:
            self.taken += 1
            wire.write(parcel)

    def answer(self, parcel: Parcel) -> None:
        """Send a frame that must arrive."""
        self.outbox.answer(parcel)
        self.flush()

    def refuse(self, stream: str | None, refusal: Refusal) -> None:
        """Say no to a stream, or to a message."""
        self.answer(encode(Refused(stream, refusal.code, self.who.say(refusal))))

    def end(self, refusal: Refusal) -> None:
        """Let the reader know why, and end the connection. Nothing happens if it is ended."""
        if self.end_code is not None:
            return
        self.end_code = refusal.code
        self.outbox.close(encode(Bye(refusal.code, self.who.say(refusal))))
        self.flush()
        self.on_end()

    def _catch_up(self) -> None:
        # The outbox is empty, so the reader reads again: what was passed on last is the beginning.
        self.outbox.caught_up()
        for following in self.follows.values():
            if following.is_settled:
                self.outbox.news(encode(following.anew("slow")))


class Following:
    """One listener on one stream.

    `seq` is the last event that the listener has, or was told to fetch. Until it is settled it
    only holds what comes: what the listener missed goes out first.
    """

    __slots__ = ("_held", "_lost", "audience", "epoch", "listener", "seq", "stream")

    def __init__(self, listener: Listener, stream: str) -> None:
        self.listener = listener
        self.stream = stream
        self.audience = listener.who.audience_of(stream)
        self.epoch = ""
        self.seq = 0
        self._held: list[News] | None = []
        self._lost = False

    @property
    def is_settled(self) -> bool:
        return self._held is None

    def settle(self, epoch: str, seq: int, head: int, missed: News | None) -> None:
        """Begin after `seq`: with what was missed up to `head`, then with what was held."""
        self.epoch, self.seq = epoch, seq
        self.listener.answer(encode(Subscribed(self.stream, epoch, seq, head)))
        if missed is not None:
            self._send(missed)
        self._release()

    def settle_anew(self, epoch: str, head: int, reason: str, spread_ms: int) -> None:
        """Begin at `head`: all that was before is to be fetched."""
        self.epoch, self.seq = epoch, head
        self.start_anew(reason, spread_ms)
        self._release()

    def pass_on(self, news: News) -> None:
        """Send what is new to the listener, once and in order; a gap becomes a snapshot."""
        if self._held is not None:
            self._hold(news)
        elif news.epoch == self.epoch and news.seq > self.seq:
            self._send(news)

    def start_anew(self, reason: str, spread_ms: int = 0) -> None:
        """Tell the listener to fetch instead of waiting for what is lost."""
        self.listener.news(encode(self.anew(reason, spread_ms)))

    def anew(self, reason: str, spread_ms: int = 0) -> Snapshot:
        """What stands in place of all that was not sent."""
        return Snapshot(self.stream, self.epoch, self.seq, reason, spread_ms)

    def move(self, epoch: str, head: int, spread_ms: int) -> None:
        """The database has another history: begin at its head."""
        if self._held is None:
            self.epoch, self.seq = epoch, head
            self.start_anew("epoch", spread_ms)

    def _release(self) -> None:
        held, self._held = self._held or [], None
        if self._lost:
            self.seq = max(self.seq, held[-1].seq)
            self.start_anew("slow")
            return
        for news in held:
            self.pass_on(news)

    def _send(self, news: News) -> None:
        gap, after = news.after > self.seq, self.seq
        self.seq = news.seq
        if gap:
            self.start_anew("gap")
        else:
            self.listener.news(news.parcel_for(self.audience, after))

    def _hold(self, news: News) -> None:
        assert self._held is not None
        if len(self._held) >= MOST_HELD:
            self._lost = True
            self._held[-1] = news
        else:
            self._held.append(news)
