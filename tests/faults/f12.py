"""F12: frames are lost on the way to clients, and nobody closes the line.

Under load the next frame shows the hole at once. The hard case is a loss after which nothing more
happens: then only the heartbeat can tell. Frames of every kind are lost, either way, on every
transport; of the lines on which a client says what it follows, the loss of that, too.
"""

from __future__ import annotations

import asyncio

import msgspec

from clutch.live.frames import HEARTBEAT_S
from tests.faults import checks_live
from tests.faults.crowd import FrameIn, address_of
from tests.faults.history import Lost
from tests.faults.proxy import EVENTS, Proxy
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene, staged

WITHIN_S = 15.0
TRANSPORTS = ("websocket", "events", "poll")
# Besides events; `subscribe` is what a client says, and a snapshot comes to who is of the past.
KINDS = ("subscribe", "subscribed", "snapshot")
HEARTBEAT = b'"type":"heartbeat"'


def run(options: Options, report: Report) -> None:
    """On SQLite, or on PostgreSQL if that is asked for."""
    with staged(options.load, options.database) as scene:
        asyncio.run(_play(scene, options, report))


async def _play(scene: Scene, options: Options, report: Report) -> None:
    share = options.load.clients // 5
    async with (
        Proxy(scene.port) as proxy,
        playing(scene, options, report, port=proxy.port, transports=TRANSPORTS) as going,
    ):
        await _lose_heartbeats(going, proxy, share)
        proxy.lose_frame(share)
        await going.wait(2 if options.short else 15)
        proxy.lose_frame(0)
        busy = _events_lost(proxy)
        await _lose_beginnings(going, proxy, share)
        going.load.pause_writes()
        await going.wait(0.5 if options.short else 2)
        proxy.lose_frame(share)
        await going.load.write_once_more()
        await going.finish(within_s=WITHIN_S + 5, loses_nothing=False)
        _judge(going, proxy, busy)


async def _lose_heartbeats(going: Round, proxy: Proxy, share: int) -> None:
    """Who misses one hears the next, or from elsewhere."""
    proxy.lose_frame(share, HEARTBEAT)
    await going.wait(HEARTBEAT_S + 1)
    await going.until(lambda: bool(proxy.lost), 10)
    proxy.lose_frame(0, HEARTBEAT)
    going.report.figure("heartbeat lost", f"{len(proxy.lost)}")
    going.report.require_that("heartbeat was lost", bool(proxy.lost), "none was")


async def _lose_beginnings(going: Round, proxy: Proxy, share: int) -> None:
    """Everybody comes back, some of them from another history, and is not told all of it."""
    before = len(proxy.lost)
    for client in going.crowd.clients[::5]:
        client.epoch = "abandoned"
    for kind in KINDS:
        proxy.lose_frame(max(2, share // 2), f'"type":"{kind}"'.encode())
    proxy.cut()
    cut_at = asyncio.get_running_loop().time()
    await going.wait(WITHIN_S)
    lost = proxy.lost[before:]
    report = going.report
    for kind in KINDS:
        count = sum(one.marked == f'"type":"{kind}"'.encode() for one in lost)
        report.figure(f"{kind} lost", f"{count}")
        report.require_that(f"{kind} was lost", count > 0, "none was")
        proxy.lose_frame(0, f'"type":"{kind}"'.encode())
    away = [one.number for one in going.crowd.clients if not one.is_on or one.epoch == "abandoned"]
    took = f"{asyncio.get_running_loop().time() - cut_at:.0f} s"
    report.require_that(f"all follow again within {took}", not away, f"these do not: {away[:5]}")


def _events_lost(proxy: Proxy) -> int:
    return sum(one.marked == EVENTS for one in proxy.lost)


def _judge(going: Round, proxy: Proxy, busy: int) -> None:
    numbers = {address_of(client.number): client.number for client in going.crowd.clients}
    lost = []
    for one in [one for one in proxy.lost if one.marked == EVENTS]:
        frame = msgspec.json.decode(one.text, type=FrameIn)
        lost.append(Lost(one.at, numbers[one.peer], frame.seq))
    going.history.lost = lost
    report = going.report
    for name, part in (("while much happens", lost[:busy]), ("the very last", lost[busy:])):
        times = [_behind(going, one) for one in part]
        report.figure(
            f"frames lost, {name}",
            f"{len(part)}, mended after {max(times, default=0):.1f} s at most",
            f"within {WITHIN_S:g} s",
        )
        report.require(f"mended, {name}", checks_live.mended(going.history, part, WITHIN_S))


def _behind(going: Round, loss: Lost) -> float:
    had = [
        told.at
        for told in going.history.told
        if told.client == loss.client and told.at >= loss.at and loss.seq in told.applied
    ]
    return min(had) - loss.at if had else float("inf")
