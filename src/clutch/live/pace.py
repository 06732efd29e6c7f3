"""The pace at which a crowd that was cut off comes back in."""

from __future__ import annotations

import asyncio

BREATHS = 6
LONGEST_REST_S = 0.02


class Pace:
    """One after another, with a rest between them that is as long as the process is busy.

    A rest is six rounds of the event loop, twenty milliseconds at most: next to nothing while there
    is little to do, and so long that pages have most of the process while there is much. It is for
    who comes in to stay; a poll comes again and again, as a page's reader does. Used in one event
    loop only.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Wait for a turn."""
        await self._turn.acquire()
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            await asyncio.sleep(0)
        finally:
            rest_s = min(BREATHS * (loop.time() - began), LONGEST_REST_S)
            loop.call_later(rest_s, self._turn.release)
