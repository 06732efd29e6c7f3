"""A player's profile with enhanced statistics, read by guests while nothing changes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.client import Answer, Line, flood
from bench.http.site import running
from bench.statistics.past import empty_site, fill
from bench.table import Row

MATCHES = 2_000
SECONDS = 5.0
GOAL = 2_000.0
PAGE, OVERVIEW, JSON = (
    "/players/1/statistics",
    "/players/1",
    "/api/v1/players/1/statistics",
)
WAIT_S = 60.0


def profile_rows() -> list[Row]:
    """Answers a second of one serving process: a player of 2,000 matches, each way to read it.

    The past holds what statistics read and no more, so achievements are off.
    """
    with tempfile.TemporaryDirectory(prefix="clutch-bench-") as folder:
        home = Path(folder)
        site = empty_site(home)
        fill(site, MATCHES)
        site.projector.catch_up("statistics")
        site.close()
        with running("serve", home, CLUTCH_ACHIEVEMENTS="off") as served:
            return list(_read(served.address))


def _read(address: str) -> Iterator[Row]:
    line = Line(address)
    page = _whole(line)
    name = f"profile with enhanced statistics ({len(page.body) / 1024:.0f} KiB)"
    yield _flooded(name, address, line.request("GET", PAGE), 200)
    tag = {"If-None-Match": _whole(line).headers["etag"]}
    yield _flooded(f"{name}, by ETag", address, line.request("GET", PAGE, tag), 304)
    yield _flooded("the same: overview", address, line.request("GET", OVERVIEW), 200)
    yield _flooded("the same: JSON", address, line.request("GET", JSON), 200)
    line.close()


def _flooded(name: str, address: str, request: bytes, status: int) -> Row:
    found = flood(address, request, SECONDS)
    if set(found.statuses) != {status}:
        raise RuntimeError(f"answers were not all {status}: {dict(found.statuses)}")
    return Row(name=name, value=found.rate, unit="/s", goal=GOAL, at_most=False)


def _whole(line: Line) -> Answer:
    """The page, once the serving process says that its statistics are up to date."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        answer = line.ask(line.request("GET", PAGE))
        if b"polyline" in answer.body:
            return answer
        time.sleep(0.1)
    raise RuntimeError("the profile has no enhanced statistics")
