"""Live's fan-out against Node `ws` and socket.io: one process, one crowd of raw sockets for all.

Ours is the whole way: each fact is a command, a transaction in SQLite, an event of the log, a frame
for readers who are logged in, each with an outbox. The peers broadcast from memory, as their
documentation shows. All do the same in turns, so that what else the machine does strikes all alike,
and only ratios are judged: the middle one of the rounds.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from bench.live.crowd import Crowd
from bench.live.servers import Server, our_site, peer, peer_modules
from bench.table import Row

CROWDS = (1000, 5000)
ROUNDS = 3
BURST = 100
# Deliveries a second, and for how many seconds.
PACE, PACED_S = 20_000, 3
KB_GOAL = 45
# Of the CPU of a WebSocket's delivery: events take a task and a send of the server's each.
EVENTS_GOAL = 2


def rows() -> list[Row]:
    """All figures; about two and a half minutes."""
    return [row for number in CROWDS for row in _rows(number)] + [_by_events(CROWDS[0])]


def _rows(number: int) -> Iterator[Row]:
    with ExitStack() as stack:
        servers = [stack.enter_context(our_site(number))]
        modules = peer_modules()
        if modules is not None:
            servers += [stack.enter_context(peer(name, modules)) for name in ("ws", "socketio")]
        memory = [_gather(stack, server, number) for server in servers]
        rounds = [[_round(server) for server in servers] for _ in range(ROUNDS)]
    yield Row(
        name=f"live: memory a connection of {number:,}",
        value=memory[0],
        unit="KB",
        goal=KB_GOAL,
        peers=_peers(servers, memory, "KB"),
    )
    told = f"{number:,} readers"
    yield _compared(servers, rounds, "burst", f"live: facts delivered in a burst, {told}", "/s")
    yield _compared(servers, rounds, "tail", f"live: p99 at {PACE:,} a second, {told}", "ms", 1.5)
    yield _compared(
        servers, rounds, "cpu", f"live: CPU a delivery at {PACE:,} a second, {told}", "us", 1.5
    )


def _by_events(number: int) -> Row:
    """What Server-Sent Events cost, as a multiple of our WebSockets."""
    with ExitStack() as stack:
        servers = [stack.enter_context(our_site(number, by_events=one)) for one in (False, True)]
        for server in servers:
            _gather(stack, server, number)
        rounds = [[_round(server).cpu for server in servers] for _ in range(ROUNDS)]
    middle = [statistics.median(each) for each in zip(*rounds, strict=True)]
    return Row(
        name=f"live: CPU a delivery by events, {number:,} readers",
        value=statistics.median(events / socket for socket, events in rounds),
        unit="x websocket",
        goal=EVENTS_GOAL,
        at_most=True,
        peers=f"events {_figure(middle[1], 'us')}, websocket {_figure(middle[0], 'us')}",
    )


def _gather(stack: ExitStack, server: Server, number: int) -> float:
    """Connect the crowd; KB of the server's memory that each connection takes."""
    few = 100
    server.crowd = Crowd(server.door)
    stack.callback(server.crowd.leave)
    # The first connections bring in what is needed once.
    server.crowd.gather(few)
    before = server.resident_kb()
    server.crowd.gather(number)
    return (server.resident_kb() - before) / (number - few)


@dataclass(frozen=True)
class Round:
    """Deliveries a second in a burst; at a steady pace, the 99th percentile and CPU of each."""

    burst: float
    tail: float
    cpu: float


def _round(server: Server) -> Round:
    crowd = server.crowd
    burst = crowd.burst(BURST)
    every_ms = 1000 * len(crowd.lines) / PACE
    before = server.cpu_us()
    took = crowd.paced(int(PACED_S * 1000 / every_ms), every_ms)
    tail = statistics.quantiles(took, n=100)[98]
    return Round(burst, tail, (server.cpu_us() - before) / len(took))


def _compared(
    servers: list[Server],
    rounds: list[list[Round]],
    what: str,
    name: str,
    unit: str,
    at_most: float | None = None,
) -> Row:
    """Ours as a share of `ws`'s: at least as much, or at most so many times as long."""
    found = [[getattr(one, what) for one in each] for each in zip(*rounds, strict=True)]
    middle = [statistics.median(each) for each in found]
    if len(servers) == 1:
        return Row(name=name, value=middle[0], unit=unit)
    pairs = zip(found[0], found[1], strict=True)
    return Row(
        name=name,
        value=statistics.median(ours / theirs for ours, theirs in pairs),
        unit="x ws",
        goal=at_most or 1.0,
        at_most=at_most is not None,
        peers=f"ours {_figure(middle[0], unit)}, {_peers(servers, middle, unit)}",
    )


def _peers(servers: list[Server], figures: list[float], unit: str) -> str:
    told = zip(servers[1:], figures[1:], strict=True)
    return ", ".join(f"{server.name} {_figure(figure, unit)}" for server, figure in told)


def _figure(value: float, unit: str) -> str:
    return f"{value:,.0f}{unit}" if value >= 100 else f"{value:.1f}{unit}"
