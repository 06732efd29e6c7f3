"""What waits to be sent over one connection: bounded, so that one slow reader costs nobody else."""

from __future__ import annotations

import asyncio
from collections import deque

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
        self._frames: deque[tuple[str, bool]] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._room: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._frames)

    def answer(self, text: str) -> None:
        """Put in a frame that must arrive."""
        self._put(text, is_news=False)

    def news(self, text: str) -> None:
        """Put in a frame that a snapshot can replace."""
        if self.overflown or self.closed:
            return
        if len(self._frames) >= MOST_FRAMES or self._bytes + len(text) > MOST_BYTES:
            self._overflow()
        else:
            self._put(text, is_news=True)

    def caught_up(self) -> None:
        """News may be put in again."""
        self.overflown = False

    def close(self, last: str) -> None:
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
        while not self._frames and not self.overflown:
            if self.closed:
                return False
            self._filled.clear()
            await self._filled.wait()
        return True

    async def room(self) -> None:
        """Wait while so much is unread that the reader should read before it says more."""
        while len(self._frames) > CROWDED:
            self._room = asyncio.Event()
            await self._room.wait()

    def take(self) -> str | None:
        """The next frame, if one waits."""
        if not self._frames:
            return None
        text, _ = self._frames.popleft()
        self._bytes -= len(text)
        self._tell_room()
        return text

    def _put(self, text: str, *, is_news: bool) -> None:
        if self.closed:
            return
        self._frames.append((text, is_news))
        self._bytes += len(text)
        self._filled.set()

    def _overflow(self) -> None:
        kept = [frame for frame in self._frames if not frame[1]]
        self._frames = deque(kept)
        self._bytes = sum(len(text) for text, _ in kept)
        self.overflown = True
        self._filled.set()
        self._tell_room()

    def _tell_room(self) -> None:
        if self._room is not None and len(self._frames) <= CROWDED:
            self._room.set()
            self._room = None
