"""A site whose Redis is gone against one that never had any: the same requests, in turns."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.client import Line, flood
from bench.http.site import Running, free_port, running
from bench.table import Row

SECONDS = 1.5
ROUNDS = 5
GOAL = 0.9
# Kept bytes, and what is read from the database each time.
PATHS = {"a kept page": "/", "a list of the API": "/api/v1/tournaments"}


def without_redis_rows() -> list[Row]:
    """The throughput without the Redis that was asked for, as a share of that without one."""
    with _site() as plain, _site(REDIS_URL=f"redis://127.0.0.1:{free_port()}") as bereft:
        return [_row(what, path, plain, bereft) for what, path in PATHS.items()]


def _row(what: str, path: str, plain: Running, bereft: Running) -> Row:
    pairs = [(_rate(plain, path), _rate(bereft, path)) for _ in range(ROUNDS)]
    share = statistics.median(gone / never for never, gone in pairs)
    never = statistics.median(never for never, _ in pairs)
    return Row(
        name=f"{what} with Redis gone, against none",
        value=share,
        unit="x",
        goal=GOAL,
        at_most=False,
        peers=f"without one: {never:,.0f}/s",
    )


def _rate(site: Running, path: str) -> float:
    line = Line(site.address)
    request = line.request("GET", path)
    line.close()
    found = flood(site.address, request, SECONDS)
    if set(found.statuses) != {200}:
        raise RuntimeError(f"answers were not all 200: {dict(found.statuses)}")
    return found.rate


@contextmanager
def _site(**settings: str) -> Iterator[Running]:
    with (
        tempfile.TemporaryDirectory(prefix="clutch-bench-") as folder,
        running("serve", Path(folder), **settings) as site,
    ):
        yield site
