"""A site whose Redis is gone against one that never had any: the same requests, in turns.

Gone in two ways: nobody listens where it should be, or connections open and nothing ever comes.
"""

from __future__ import annotations

import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from zoneinfo import available_timezones

from bench.client import Line, flood
from bench.http.site import Running, free_port, running
from bench.table import Row

SECONDS = 0.8
ROUNDS = 5
DRAWN = 50
GOAL = 0.9
# Kept bytes, and what is read from the database each time.
PATHS = {"a kept page": "/", "a list of the API": "/api/v1/tournaments"}

Rate = Callable[[Running], float]


def without_redis_rows() -> list[Row]:
    """The throughput without the Redis that was asked for, as a share of that without one."""
    rates: dict[str, Rate] = {what: _rate_of(path) for what, path in PATHS.items()}
    rates["a page drawn anew"] = _Drawing().rate
    with _black_hole() as silent, _site() as plain:
        with _site(REDIS_URL=f"redis://127.0.0.1:{free_port()}") as bereft:
            rows = _rows("gone", rates, plain, bereft)
        with _site(REDIS_URL=f"redis://127.0.0.1:{silent}") as bereft:
            return rows + _rows("silent", rates, plain, bereft)


def _rows(how: str, rates: Mapping[str, Rate], plain: Running, bereft: Running) -> list[Row]:
    return [_row(f"{what} with Redis {how}", rate, plain, bereft) for what, rate in rates.items()]


def _row(name: str, rate: Rate, plain: Running, bereft: Running) -> Row:
    pairs = [(rate(plain), rate(bereft)) for _ in range(ROUNDS)]
    share = statistics.median(gone / never for never, gone in pairs)
    never = statistics.median(never for never, _ in pairs)
    return Row(
        name=f"{name}, against none",
        value=share,
        unit="x",
        goal=GOAL,
        at_most=False,
        peers=f"without one: {never:,.0f}/s",
    )


def _rate_of(path: str) -> Rate:
    def rate(site: Running) -> float:
        line = Line(site.address)
        request = line.request("GET", path)
        line.close()
        found = flood(site.address, request, SECONDS)
        if set(found.statuses) != {200}:
            raise RuntimeError(f"answers were not all 200: {dict(found.statuses)}")
        return found.rate

    return rate


class _Drawing:
    """Asks for a page in zones that nobody had before: each is looked for, and then drawn."""

    def __init__(self) -> None:
        self._zones: dict[str, Iterator[str]] = {}

    def rate(self, site: Running) -> float:
        zones = self._zones.setdefault(site.address, iter(sorted(available_timezones())))
        line = Line(site.address)
        cookies = [{"Cookie": f"zone={zone}"} for zone in islice(zones, DRAWN)]
        began = time.perf_counter()
        for cookie in cookies:
            answer = line.ask(line.request("GET", "/tournaments", cookie))
            if answer.status != 200:
                raise RuntimeError(f"{answer.status} instead of 200")
        taken = time.perf_counter() - began
        line.close()
        return len(cookies) / taken


@contextmanager
def _black_hole() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as server:
        yield int(server.getsockname()[1])


@contextmanager
def _site(**settings: str) -> Iterator[Running]:
    with (
        tempfile.TemporaryDirectory(prefix="clutch-bench-") as folder,
        running("serve", Path(folder), **settings) as site,
    ):
        yield site
