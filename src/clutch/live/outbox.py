"""What waits to be sent over one connection: bounded, so that one slow reader costs nobody else."""

from __future__ import annotations

import asyncio
from collections import deque

from clutch.live.frames import Parcel

MOST_FRAMES = 256
MOST_BYTES = 1024 * 1024
CROWDED = MOST_FRAMES // 4


class Outbox:
    """Frames in the order of sending. Used in the event loop's thread only.

    News that does not fit is thrown away, with all news that waits: the outbox *overflows* until
    it has been emptied and somebody says what stands in place of the news (`caught_up`). Answers
    to what the client said are kept; who listens to the client waits until there is room.
    """

    __slots__ = ("_bytes", "_filled", "_frames", "_room", "closed", "overflown")

    def __init__(self) -> None:
        self.overflown = False
        self.closed = False
        self._frames: deque[tuple[Parcel, bool]] = deque()
        self._bytes = 0
        self._filled: asyncio.Future[None] | None = None
        self._room: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def is_idle(self) -> bool:
        """Nothing waits, and nothing was thrown away."""
        return not self._frames and not self.overflown

    def answer(self, parcel: Parcel) -> None:
        """Put in a frame that must arrive."""
        self._put(parcel, is_news=False)

    def news(self, parcel: Parcel) -> None:
        """Put in a frame that a snapshot can replace."""
        if self.overflown or self.closed:
            return
        if len(self._frames) >= MOST_FRAMES or self._bytes + len(parcel) > MOST_BYTES:
            self._overflow()
        else:
            self._put(parcel, is_news=True)

    def caught_up(self) -> None:
        """News may be put in again."""
        self.overflown = False

    def close(self, last: Parcel) -> None:
        """Throw everything away but `last`, and take nothing more."""
        if self.closed:
            return
        self._frames.clear()
        self.overflown = False
        self._put(last, is_news=False)
        self.closed = True
        self._tell_room()

    async def filled(self) -> bool:
        """Wait until there is something to do; False when it is closed and empty for good."""
        while self.is_idle:
            if self.closed:
                return False
            # A bare future: this is waited for once a frame by each reader of pushed events.
            self._filled = asyncio.get_running_loop().create_future()
            await self._filled
        return True

    async def room(self) -> None:
        """Wait while so much is unread that the reader should read before it says more."""
        while len(self._frames) > CROWDED:
            self._room = asyncio.Event()
            await self._room.wait()

    def take(self) -> Parcel | None:
        """The next frame, if one waits."""
        if not self._frames:
            return None
        parcel, _ = self._frames.popleft()
        self._bytes -= len(parcel)
        self._tell_room()
        return parcel

    def _put(self, parcel: Parcel, *, is_news: bool) -> None:
        if self.closed:
            return
        self._frames.append((parcel, is_news))
        self._bytes += len(parcel)
        self._tell_filled()

    def _overflow(self) -> None:
        kept = [frame for frame in self._frames if not frame[1]]
        self._frames = deque(kept)
        self._bytes = sum(len(parcel) for parcel, _ in kept)
        self.overflown = True
        self._tell_filled()
        self._tell_room()

    def _tell_filled(self) -> None:
        if self._filled is not None and not self._filled.done():
            self._filled.set_result(None)
        self._filled = None

    def _tell_room(self) -> None:
        if self._room is not None and len(self._frames) <= CROWDED:
            self._room.set()
            self._room = None
