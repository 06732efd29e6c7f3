"""A running hub without a network, and who listens there, for the tests of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from clutch.accounts.models import GUEST
from clutch.bootstrap import Site, open_site
from clutch.kernel.settings import Settings
from clutch.live.frames import Parcel, Wish
from clutch.live.hub import Hub
from clutch.live.listener import Listener, Who
from clutch.live.rendering import Audience
from tests.live.things import draw, score

TEAM = "team-1"
BRITISH, RUSSIAN = Audience("en", "Europe/London"), Audience("ru", "Europe/Moscow")

Act = Callable[["Room"], Awaitable[None]]


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another thread, or the hub, is about to do."""
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.005)


def frame_of(parcel: Parcel | None) -> dict[str, Any]:
    assert parcel is not None
    frame: dict[str, Any] = json.loads(parcel.body)
    return frame


class Room:
    """A running hub, somebody who commits, and listeners that read when they are told to."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.hub: Hub = site.hub

    async def listener(self, audience: Audience = BRITISH) -> Listener:
        who = Who(
            actor=GUEST,
            session_id=None,
            login=b"",
            address="127.0.0.1",
            audience=audience,
            again=lambda _: GUEST,
            say=lambda refusal: refusal.code,
        )
        return await self.hub.admit(who)

    async def follower(self, stream: str = TEAM, audience: Audience = BRITISH) -> Listener:
        """One who follows the stream from now on."""
        listener = await self.listener(audience)
        await self.hub.follow(listener, [Wish(stream)])
        await self.read(listener, "subscribed")
        return listener

    async def commit(self, *numbers: int, stream: str = TEAM) -> None:
        await asyncio.to_thread(self.site.writer.write, score(stream, *numbers))

    async def commit_large(self, size: int) -> None:
        await asyncio.to_thread(self.site.writer.write, score(TEAM, 1, size=size))

    async def passed_on(self, seq: int, stream: str = TEAM) -> None:
        """Wait until everybody who follows the stream was sent the event."""
        followings = self.hub.crowds.followings
        await until(lambda: all(one.seq >= seq for one in followings(stream)))

    async def read(self, listener: Listener, kind: str = "") -> dict[str, Any]:
        """The next frame, of this kind if one is named."""
        frame: dict[str, Any] = {}
        while not frame or frame["type"] != (kind or frame["type"]):
            parcel = await asyncio.wait_for(listener.take(), 5)
            frame = frame_of(parcel)
        return frame


@pytest.fixture
def run(sqlite_settings: Settings) -> Iterator[Callable[[Act], None]]:
    """Runs an act in the loop of a running hub."""
    site = open_site(sqlite_settings)
    site.hub.draw_with("team", draw)

    async def play(act: Act) -> None:
        async with site.hub.running():
            await act(Room(site))

    yield lambda act: asyncio.run(play(act))
    site.close()
