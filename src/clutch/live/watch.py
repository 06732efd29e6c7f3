"""The watch: heartbeats, and rights that are looked at again while connections stay open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from clutch.kernel import log
from clutch.kernel.refusals import StorageUnavailable
from clutch.live.frames import HEARTBEAT_S, Heartbeat, Parcel, encode
from clutch.live.listener import Listener
from clutch.live.refusals import SessionEnded, StreamUnknown, TooSlow
from clutch.live.rights import closed_streams, ended_logins, not_allowed

if TYPE_CHECKING:
    from clutch.live.hub import Hub

_log = structlog.get_logger("live")

# Half of what is promised (5 s), so that a slow look is still in time.
RIGHTS_EVERY_S = 2.0
STUCK_S = 60.0
# So many heartbeats, then others have a turn.
AT_ONCE = 100


class Watch:
    """Looks after a hub's listeners for as long as the hub runs."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tasks: list[asyncio.Task[None]] = []
        self._seen: dict[Listener, tuple[int, float]] = {}

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(_every(HEARTBEAT_S, self.beat), name="live-heartbeat"),
            asyncio.create_task(_every(RIGHTS_EVERY_S, self.check), name="live-rights"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def beat(self) -> None:
        """Tell each listener where its streams stand in the database."""
        heads = await self._heads()
        parcels: dict[tuple[tuple[str, int], ...], Parcel] = {}
        for number, listener in enumerate(tuple(self._hub.listeners)):
            if not listener.beats or not listener.outbox.is_idle:
                continue  # it hears from us as it is
            known = heads_of(listener, heads)
            key = tuple(known.items())
            if key not in parcels:
                parcels[key] = encode(Heartbeat(self._hub.epoch, known))
            listener.news(parcels[key])
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _heads(self) -> dict[str, int]:
        streams = self._hub.crowds.streams()
        try:
            return await self._hub.read(lambda conn: log.heads(conn, streams))
        except StorageUnavailable:
            pass  # the tail says so, once
        except Exception:  # noqa: BLE001 - a bug: nobody's heartbeat waits for its end
            _log.exception("live's heads can't be read")
        # The line is well all the same, and what was passed on is known.
        return {}

    async def check(self) -> None:
        """End what may not go on: ended logins, closed streams, readers that are stuck."""
        self._end_stuck(asyncio.get_running_loop().time())
        hub = self._hub
        listeners = tuple(hub.listeners)
        now = hub.clock.now()
        for listener in await hub.read(lambda conn: ended_logins(conn, listeners, now)):
            hub.dismiss(listener, SessionEnded())
        streams = hub.crowds.streams()
        closed = await hub.read(lambda conn: closed_streams(conn, hub.kinds, streams))
        followings = [one for stream in closed for one in hub.crowds.followings(stream)]
        if followings:
            for one in await hub.read(lambda conn: not_allowed(conn, hub.kinds, followings)):
                hub.refuse(one.listener, one.stream, StreamUnknown())

    def _end_stuck(self, now: float) -> None:
        seen = self._seen
        self._seen = {}
        for listener in tuple(self._hub.listeners):
            taken, since = seen.get(listener, (-1, now))
            moved = listener.outbox.is_idle or listener.taken != taken
            self._seen[listener] = (listener.taken, now if moved else since)
            if now - self._seen[listener][1] > STUCK_S:
                self._hub.dismiss(listener, TooSlow())
                self._hub.leave(listener)


def heads_of(listener: Listener, heads: dict[str, int]) -> dict[str, int]:
    """Where a listener's streams stand, by the later of what was read and what was passed on."""
    return {
        stream: max(following.seq, heads.get(stream, 0))
        for stream, following in listener.follows.items()
        if following.is_settled
    }


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except StorageUnavailable:
            continue  # the tail says so, once
        except Exception:  # noqa: BLE001 - whatever it is, the next round may go well
            _log.exception("live's watch failed")
