"""A crowd comes in one after another, slower while the process has other things to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from clutch.bootstrap import open_site
from clutch.kernel.settings import Settings
from clutch.live.pace import BREATHS, LONGEST_REST_S, Pace
from clutch.web.app import create_app

A_CROWD = 20
BUSY_S = 0.002


@contextmanager
def busy_loop() -> Iterator[None]:
    """Each round of the loop takes a while for others."""
    loop = asyncio.get_running_loop()
    is_over = False

    def work() -> None:
        time.sleep(BUSY_S)
        if not is_over:
            loop.call_soon(work)

    loop.call_soon(work)
    yield
    is_over = True


async def come_in(pace: Pace, number: int) -> list[tuple[int, float]]:
    """Who came in, in this order, and how long after the first one asked."""
    came: list[tuple[int, float]] = []
    began = time.monotonic()

    async def one(which: int) -> None:
        await pace.take()
        came.append((which, time.monotonic() - began))

    await asyncio.wait_for(asyncio.gather(*map(one, range(number))), 20)
    return came


def test_while_the_process_is_busy_they_come_in_their_order_with_a_rest_between_two() -> None:
    async def act() -> list[tuple[int, float]]:
        with busy_loop():
            return await come_in(Pace(), A_CROWD)

    came = asyncio.run(act())
    assert [which for which, _ in came] == list(range(A_CROWD))
    at = [at for _, at in came]
    rests = [after - before for before, after in pairwise(at)]
    assert min(rests) >= BREATHS * BUSY_S
    # A rest is bounded, however busy the process is.
    assert sorted(rests)[len(rests) // 2] < 4 * LONGEST_REST_S


def test_who_goes_away_while_waiting_holds_up_nobody() -> None:
    async def act() -> None:
        pace = Pace()
        with busy_loop():
            waiting = [asyncio.create_task(pace.take()) for _ in range(A_CROWD)]
            await asyncio.sleep(0)
            for gone in waiting[::2]:
                gone.cancel()
            await asyncio.wait_for(asyncio.gather(*waiting[1::2]), 20)
            await asyncio.wait_for(pace.take(), 5)

    asyncio.run(act())


def test_who_may_come_in_keeps_the_pace_and_who_reads_or_polls_does_not(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[str] = []

    async def take(_: Pace) -> None:
        came.append("in")

    monkeypatch.setattr(Pace, "take", take)
    with (
        closing(open_site(sqlite_settings)) as site,
        TestClient(create_app(site)) as client,
    ):
        assert client.get("/teams").status_code == 200
        assert client.get("/live/poll?follow=site@0&epoch=another&wait=0").status_code == 200
        deny(client, {"Origin": "https://elsewhere.example"})
        assert came == []
        # Whose token it is, is looked up when it is their turn.
        token = {"Authorization": "Bearer nobodys"}
        deny(client, token)
        assert came == ["in"]
        assert client.get("/live/events?follow=site", headers=token).status_code == 401
        assert came == ["in", "in"]


def deny(client: TestClient, headers: dict[str, str]) -> None:
    """Connect, and be sent away."""
    connecting = client.websocket_connect("/live", headers=headers)
    with pytest.raises(WebSocketDenialResponse), connecting:
        pass
