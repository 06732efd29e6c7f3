"""F12: frames are lost on the way to clients, and nobody closes the line.

Under load the next frame shows the hole at once. The hard case is a loss after which nothing more
happens: then only the heartbeat can tell.
"""

from __future__ import annotations

import asyncio

import msgspec

from tests.faults import checks_live
from tests.faults.crowd import FrameIn, address_of
from tests.faults.history import Lost
from tests.faults.proxy import Proxy
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene, staged

WITHIN_S = 15.0


def run(options: Options, report: Report) -> None:
    """On SQLite, or on PostgreSQL if that is asked for."""
    with staged(options.load, options.database) as scene:
        asyncio.run(_play(scene, options, report))


async def _play(scene: Scene, options: Options, report: Report) -> None:
    share = options.load.clients // 5
    async with (
        Proxy(scene.port) as proxy,
        playing(scene, options, report, port=proxy.port) as going,
    ):
        await going.wait(1 if options.short else 5)
        proxy.lose_frame(share)
        await going.wait(2 if options.short else 15)
        busy = len(proxy.lost)
        proxy.lose_frame(0)
        going.load.pause_writes()
        await going.wait(0.5 if options.short else 2)
        proxy.lose_frame(share)
        await going.load.write_once_more()
        await going.finish(within_s=WITHIN_S + 5, loses_nothing=False)
        _judge(going, proxy, busy)


def _judge(going: Round, proxy: Proxy, busy: int) -> None:
    numbers = {address_of(client.number): client.number for client in going.crowd.clients}
    lost = []
    for one in proxy.lost:
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
