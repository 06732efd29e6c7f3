"""The full bracket of 64 in a double elimination, read by guests: HTML, JSON, and by ETag."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.client import Flood, Line, flood
from bench.http.field import drawn_fields
from bench.http.site import minimal, running
from bench.table import Row

SECONDS = 5.0
GOAL = 3_000.0
PEERS = {"HTML": "200-376/s", "JSON": "65-98/s"}


def reading_rows() -> list[Row]:
    """Answers a second of one serving process, and the same as a share of what is possible."""
    with (
        tempfile.TemporaryDirectory(prefix="clutch-bench-") as folder,
        running("serve", Path(folder)) as site,
        minimal() as smallest,
    ):
        (drawn,) = asyncio.run(drawn_fields(site, [64]))
        html = f"/tournaments/{drawn.tournament}/bracket"
        return [
            *_rows("HTML", site.address, html, smallest),
            *_rows("JSON", site.address, f"/api/v1{html}", smallest),
        ]


def _rows(kind: str, address: str, path: str, smallest: str) -> Iterator[Row]:
    line = Line(address)
    first = line.ask(line.request("GET", path))
    etag = first.headers["etag"]
    whole = _flood(address, line.request("GET", path), 200)
    tagged = _flood(address, line.request("GET", path, {"If-None-Match": etag}), 304)
    other = Line(smallest)
    possible = _flood(smallest, other.request("GET", f"/?size={len(first.body)}"), 200)
    line.close()
    other.close()
    size = f"{len(first.body) / 1024:.0f} KiB"
    name = f"bracket of 64, {kind} ({size})"
    yield Row(name=name, value=whole.rate, unit="/s", goal=GOAL, at_most=False, peers=PEERS[kind])
    yield Row(name=f"{name}, by ETag", value=tagged.rate, unit="/s", goal=whole.rate, at_most=False)
    share = whole.rate / possible.rate
    peers = f"smallest Starlette app, same bytes: {possible.rate:,.0f}/s"
    yield Row(name=f"{name}, share of possible", value=share, unit="x", peers=peers)


def _flood(address: str, request: bytes, status: int) -> Flood:
    found = flood(address, request, SECONDS)
    if set(found.statuses) != {status}:
        raise RuntimeError(f"answers were not all {status}: {dict(found.statuses)}")
    return found
