"""The wake-up line: who committed tells the other processes that there is news.

Over Redis while it is up, else over PostgreSQL where that is the database, else not at all: a
wake-up only makes it faster. Whoever is woken looks at the log, which everybody also does by
themselves five times a second; so a lost one costs 200 ms and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clutch.kernel.notifications import Notifications
from clutch.kernel.redis_link import RedisLink

# A commit that touches more streams says so, and wakes everybody.
MOST_NAMES = 20
EVERYTHING = "*"


class Wakes:
    """What this process tells the others, and whom it wakes when they tell."""

    def __init__(self, redis: RedisLink | None, postgres: Notifications | None) -> None:
        self._redis = redis
        self._postgres = postgres
        self._sleepers: list[Callable[[Sequence[str]], None]] = []
        if redis is not None:
            redis.heard = self._hear
        if postgres is not None:
            postgres.heard = self._hear

    def wake(self, sleeper: Callable[[Sequence[str]], None]) -> None:
        """Call this when another process has committed; it must be quick.

        It gets the streams that were touched, or `EVERYTHING`.
        """
        self._sleepers.append(sleeper)

    def on_commit(self, touched: Sequence[tuple[str, int]]) -> None:
        """This process committed: tell the others. Never waits."""
        if not touched:
            return
        streams = [stream for stream, _ in touched]
        names = " ".join(streams) if len(streams) <= MOST_NAMES else EVERYTHING
        if self._redis is not None and self._redis.is_up:
            self._redis.publish(names)
        elif self._postgres is not None:
            self._postgres.publish(names)

    def start(self) -> None:
        for line in (self._redis, self._postgres):
            if line is not None:
                line.start()

    def stop(self) -> None:
        for line in (self._redis, self._postgres):
            if line is not None:
                line.stop()

    def _hear(self, names: str) -> None:
        streams = names.split()
        for sleeper in self._sleepers:
            sleeper(streams)
