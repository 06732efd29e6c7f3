"""Passing news on to crowds, some readers in each round of the event loop.

To write to a reader takes some ten microseconds, to five thousand of them some fifty milliseconds.
A request that comes meanwhile waits for the round that is under way, not for the crowd.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from clutch.live.crowds import Crowds
from clutch.live.listener import Following
from clutch.live.news import News

A_ROUND = 64


class Rounds:
    """News, passed on in the order in which it is found. Used in the event loop's thread only."""

    def __init__(self, crowds: Crowds, on_end: Callable[[], object]) -> None:
        """`on_end`: called whenever all that was found is on its way."""
        self._crowds = crowds
        self._on_end = on_end
        self._found: deque[News] = deque()
        self._is_under_way = False

    def pass_on(self, found: Iterable[News]) -> None:
        """Begin with it now, or when what was found before is passed on."""
        self._found.extend(found)
        if not self._is_under_way:
            self._is_under_way = True
            self._round(self._deliveries())

    def _round(self, deliveries: Iterator[tuple[Following, News]]) -> None:
        loop = asyncio.get_running_loop()
        # Before anything else: whatever goes wrong with one reader, the others are told.
        next_round = loop.call_soon(self._round, deliveries)
        for following, news in islice(deliveries, A_ROUND):
            following.pass_on(news)
        if not self._is_under_way:
            next_round.cancel()
            loop.call_soon(self._on_end)

    def _deliveries(self) -> Iterator[tuple[Following, News]]:
        try:
            while self._found:
                news = self._found.popleft()
                crowd = self._crowds.find(news.stream)
                for following in tuple(crowd.followings) if crowd else ():
                    # Who left since an earlier round is told nothing more.
                    if crowd and following in crowd.followings:
                        yield following, news
        finally:
            self._is_under_way = False
