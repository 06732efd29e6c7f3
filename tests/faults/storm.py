"""A crowd in a process of its own, behind a proxy that can cut it off.

It takes commands on standard input, one a line, and answers each with one line of JSON: `cut` cuts
every line at once and says how long it took until everybody was back; `heads` takes the ends of the
streams as JSON, waits for them and gives what is wrong.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from typing import Any

from tests.faults import checks_live
from tests.faults.crowd import Crowd
from tests.faults.history import History, Truth
from tests.faults.proxy import Proxy
from tests.faults.round import raise_limit

BACK_WITHIN_S, STAYS_S = 40.0, 3.0


async def serve(port: int, clients: int, seed: int, streams: list[str]) -> None:
    raise_limit()
    history = History()
    async with Proxy(port) as proxy:
        crowd = Crowd(proxy.port, streams, history, seed)
        await crowd.arrive(clients, a_second=150, seconds=120)
        gc.collect()
        gc.freeze()
        say({"on": crowd.on})
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            command, _, argument = line.strip().partition(" ")
            if command == "cut":
                say(await cut(proxy, crowd, history))
            elif command == "truth":
                say(await compare(crowd, history, json.loads(argument)))
        await crowd.leave()


async def cut(proxy: Proxy, crowd: Crowd, history: History) -> dict[str, Any]:
    """Cut everybody at once; when how many were back."""
    cut_at, opened = time.monotonic(), proxy.opened
    lines = proxy.cut()
    clients = len(crowd.clients)
    half, until = 0.0, cut_at + BACK_WITHIN_S
    while {one.client for one in history.moved if one.at >= cut_at} < set(range(clients)):
        await asyncio.sleep(0.02)
        if time.monotonic() > until:
            break
    while crowd.on < clients and time.monotonic() < until:
        await asyncio.sleep(0.05)
        if not half and crowd.on >= clients / 2:
            half = time.monotonic() - cut_at
    took = time.monotonic() - cut_at
    # Some may be lost again at once; the checker looks at each, at the end of its time.
    await asyncio.sleep(STAYS_S)
    faults = checks_live.all_back(history.moved, clients, cut_at, took + STAYS_S)
    return {
        "cut": lines,
        "half_s": half,
        "all_s": took,
        "on": crowd.on,
        "connections": proxy.opened - opened,
        "faults": faults,
    }


async def compare(crowd: Crowd, history: History, marks: dict[str, list[int]]) -> dict[str, Any]:
    """Wait until everybody has everything; what is wrong with what they have."""
    await crowd.have({stream: len(found) for stream, found in marks.items()}, 20)
    history.truth = Truth(streams=marks)
    faults = [*checks_live.gapless(history), *checks_live.wire(history)]
    return {"faults": faults, "frames": len(history.told)}


def say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
