"""The hub of a process: it hears of news from the tail and passes it on to who follows.

One event loop, one hub. Transports hand it listeners (`admit`, `follow`, `leave`); any wake-up
line between processes calls `on_remote_commit`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Connection

from clutch.kernel import log
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.clock import Clock
from clutch.kernel.database import Database
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_, Refusal, StorageUnavailable
from clutch.kernel.wakes import EVERYTHING
from clutch.live.crowds import Crowds
from clutch.live.drawing import Drawer, spread_ms
from clutch.live.frames import STREAMS_A_LISTENER, Wish
from clutch.live.limits import Doors
from clutch.live.listener import Following, Listener, Who
from clutch.live.news import portions
from clutch.live.pace import Pace
from clutch.live.past import Look, Past, look_back
from clutch.live.refusals import Closing, StreamUnknown, TooManyStreams
from clutch.live.rendering import Draw
from clutch.live.rounds import Rounds
from clutch.live.streams import Kinds, is_name
from clutch.live.tail import Tail
from clutch.live.together import Together
from clutch.live.watch import Watch

T = TypeVar("T")

READERS = 4
LOOKS_AT_ONCE = 64
PORTERS = 1
READY_S = 5.0
EPOCH_TRIES = 20
LONGEST_ROUNDS_S = 1.0


class Hub:
    """Live updates of one process. Only `wake` and the `on_...commit`s are for other threads."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        capabilities: Capabilities,
        kinds: Kinds,
        doors: Doors,
    ) -> None:
        self.epoch = ""
        self.kinds = kinds
        self.clock = clock
        self.crowds = Crowds()
        self.pace = Pace()
        self.listeners: set[Listener] = set()
        self._database = database
        self._capabilities = capabilities
        self._drawer = Drawer(kinds)
        self._doors = doors
        self._tail = Tail(database, self)
        self._watch = Watch(self)
        self._looks = Together(self._look_back, LOOKS_AT_ONCE)
        self._ready = asyncio.Event()
        self._passed_on = threading.Event()
        self._passed_on.set()
        self._rounds = Rounds(self.crowds, self._passed_on.set)
        self._is_ending = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._limiter: CapacityLimiter | None = None
        self._porters: CapacityLimiter | None = None

    @property
    def connections(self) -> int:
        """How many listeners this process has."""
        return len(self.listeners)

    def draw_with(self, kind: str, draw: Draw) -> None:
        """Say who draws what events of this kind of stream change; before `start`."""
        self._drawer.draw_with(kind, draw)

    def wake(self) -> None:
        """Somebody committed: look at the log now. Any thread may call this."""
        self._tail.wake()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Started in the block, stopped at its end."""
        await self.start()
        try:
            yield
        finally:
            await self.stop()

    def on_commit(self, touched: Sequence[tuple[str, int]]) -> None:
        """This process committed. Any thread may call this.

        What nobody here follows is left to the tail's next look of its own.
        """
        if any(self.crowds.find(stream) for stream, _ in touched):
            self.wake()

    def on_remote_commit(self, streams: Sequence[str]) -> None:
        """Another process committed to these streams. Any thread may call this."""
        if EVERYTHING in streams or any(self.crowds.find(stream) for stream in streams):
            self.wake()

    async def start(self) -> None:
        """Begin to follow the log, in the loop that runs now."""
        self._loop = asyncio.get_running_loop()
        self._limiter = CapacityLimiter(READERS)
        self._porters = CapacityLimiter(PORTERS)
        self._is_ending = False
        self._tail.start()
        self._watch.start()

    async def stop(self) -> None:
        """Say goodbye to everybody and end."""
        self.say_goodbye()
        await self._watch.stop()
        await to_thread.run_sync(self._tail.stop)

    def say_goodbye(self) -> None:
        """This process ends: send everybody away, and let nobody in any more."""
        self._is_ending = True
        for listener in tuple(self.listeners):
            self.dismiss(listener, Closing())

    # --- listeners --------------------------------------------------------------------------------

    def knock(self, address: str, *, is_forwarded: bool) -> None:
        """Somebody is about to come in from this address; nothing was read for them yet.

        Raises:
            ProcessFull: this process has as many connections as it can.
            TooManyOpenings: from this network address.
        """
        self._doors.knock(address, time.monotonic(), is_forwarded=is_forwarded)

    async def admit(self, who: Who, *, beats: bool = True) -> Listener:
        """Take a connection in, whatever carries it; `leave` must be called when it is over.

        Raises:
            Closing: this process ends.
            ProcessFull: this process has as many connections as it can.
            TooManyConnections: for this account or this network address, in this process.
            StorageUnavailable: the log has not been readable since the process started.
        """
        try:
            await asyncio.wait_for(self._ready.wait(), READY_S)
        except TimeoutError:
            raise StorageUnavailable from None
        if self._is_ending:
            raise Closing
        self._doors.enter(who)
        listener = Listener(who, beats=beats)
        self.listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a connection. Nothing happens if it is forgotten already."""
        if listener not in self.listeners:
            return
        self.listeners.remove(listener)
        self._doors.leave(listener.who)
        for following in tuple(listener.follows.values()):
            self.crowds.remove(following)

    def dismiss(self, listener: Listener, refusal: Refusal) -> None:
        """End a connection from our side: its transport sends the refusal, then closes."""
        for following in tuple(listener.follows.values()):
            self.crowds.remove(following)
        listener.end(refusal)

    async def follow(self, listener: Listener, wishes: Sequence[Wish]) -> None:
        """Begin to follow streams, each from where the listener left it; refusals go as frames."""
        pending = {wish.stream: wish for wish in wishes if self._begin(listener, wish.stream)}
        for _ in range(EPOCH_TRIES):
            if not pending:
                return
            pending = await self._look(listener, list(pending.values()))
            if pending:
                # The log is in another epoch than the tail is: it will notice at its next look.
                self.wake()
                await asyncio.sleep(0.1)
        for stream in pending:
            self.refuse(listener, stream, StorageUnavailable())

    def unfollow(self, listener: Listener, stream: str) -> None:
        """Follow a stream no longer; nothing happens if it was not followed."""
        self.crowds.remove(listener.follows.get(stream))

    def refuse(self, listener: Listener, stream: str, refusal: Refusal) -> None:
        """Follow a stream no longer, because it may not be, and say so."""
        self.unfollow(listener, stream)
        listener.refuse(stream, refusal)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a worker thread of live's own, in one read transaction.

        Raises:
            StorageUnavailable: the database can't be read.
        """

        def run() -> T:
            with self._database.read() as conn:
                return work(conn)

        return await to_thread.run_sync(run, limiter=self._limiter)

    async def look_up(self, work: Callable[[], T]) -> T:
        """Run `work` for who is about to come in, one after another, in a worker thread.

        When thousands come back at once they stand in line here, and leave the threads that pages
        are drawn in, and the interpreter, to the pages.
        """
        return await to_thread.run_sync(work, limiter=self._porters)

    def _begin(self, listener: Listener, stream: str) -> bool:
        if not is_name(stream):
            listener.refuse(stream, StreamUnknown())
            return False
        if stream not in listener.follows and len(listener.follows) >= STREAMS_A_LISTENER:
            listener.refuse(stream, TooManyStreams(limit=STREAMS_A_LISTENER))
            return False
        # It is in the crowd before the past is read, so nothing can fall between past and present.
        self.crowds.add(Following(listener, stream))
        return True

    async def _look(self, listener: Listener, wishes: Sequence[Wish]) -> dict[str, Wish]:
        """Read the past of each wish and settle it; gives those that must be looked at again."""
        sized = tuple((wish, self.crowds.size(wish.stream)) for wish in wishes)
        try:
            pasts = await self._looks.ask(Look(sized, listener.who))
        except StorageUnavailable as refusal:
            for wish in wishes:
                self.refuse(listener, wish.stream, refusal)
            return {}
        again = zip(wishes, pasts, strict=True)
        return {wish.stream: wish for wish, past in again if not self._settle(listener, past)}

    async def _look_back(self, looks: list[Look]) -> list[list[Past]]:
        return await self.read(
            partial(look_back, kinds=self.kinds, drawer=self._drawer, looks=looks)
        )

    def _settle(self, listener: Listener, past: Past) -> bool:
        following = listener.follows.get(past.stream)
        if following is None or following.is_settled:
            return True
        if past.refusal is not None:
            self.refuse(listener, past.stream, past.refusal)
            return True
        if past.epoch != self.epoch:
            return False
        if past.reason is not None:
            spread = spread_ms(self.crowds.size(past.stream))
            following.settle_anew(past.epoch, past.head, past.reason, spread)
        else:
            following.settle(past.epoch, past.seq, past.head, past.missed)
        return True

    # --- what the tail tells, in its own thread ---------------------------------------------------

    def began(self, conn: Connection, epoch: str) -> None:
        heads = log.heads(conn, self.crowds.streams())
        self._in_loop(partial(self._move, epoch, heads))

    def found(self, conn: Connection, epoch: str, events: list[Event]) -> None:
        found = []
        for portion in portions(events):
            crowd = self.crowds.find(portion[0].stream)
            if crowd is not None:
                audiences, size = crowd.audiences, crowd.size
                found.append(self._drawer.news(conn, epoch, portion, audiences, size))
        if found:
            self._passed_on.clear()
            self._in_loop(partial(self._rounds.pass_on, found))

    def wait_for_readers(self) -> None:
        self._passed_on.wait(LONGEST_ROUNDS_S)

    def stands(self, *, well: bool) -> None:
        if well:
            self._capabilities.settle("live")
        else:
            self._capabilities.set("live", State.DOWN, N_("The log can't be read at the moment."))

    def _in_loop(self, act: Callable[[], None]) -> None:
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)

    def _move(self, epoch: str, heads: dict[str, int]) -> None:
        self.epoch = epoch
        self._ready.set()
        for stream in self.crowds.streams():
            # Who came between the look and now has no head here: 0 makes their news a snapshot.
            head, spread = heads.get(stream, 0), spread_ms(self.crowds.size(stream))
            for following in self.crowds.followings(stream):
                following.move(epoch, head, spread)
