"""From the command to the first page, and what a serving process holds after a hundred of them."""

from __future__ import annotations

import re
import tempfile
import time
from collections import deque
from pathlib import Path

from bench.client import Line
from bench.http.site import launched, running, wait_for_page
from bench.table import Row

STARTS = 3
PAGES = 100
STATE_SECONDS = 1.2


def starting_rows() -> list[Row]:
    """Seconds to the first page (the quickest of some starts: the rest is other people's load)."""
    with tempfile.TemporaryDirectory(prefix="clutch-bench-") as folder:
        home = Path(folder)
        with running("run", home):
            pass
        seconds = min(_start(home) for _ in range(STARTS))
        with running("run", home) as site:
            visit(site.address, PAGES)
            time.sleep(STATE_SECONDS)
            memory = site.resident_mb()
    return [
        Row(name="make run: first page", value=seconds, unit="s", goal=2, peers="0.5-4 s"),
        Row(
            name=f"memory after {PAGES} pages",
            value=memory,
            unit="MB",
            goal=140,
            peers="136-264 MB",
        ),
    ]


def visit(address: str, pages: int) -> int:
    """Follow the site's own links from its first page until so many pages were read."""
    line, seen, read = Line(address), {"/"}, 0
    waiting = deque(["/"])
    while waiting and read < pages:
        path = waiting.popleft()
        answer = line.ask(line.request("GET", path))
        read += 1
        for found in re.findall(rb'href="(/[^"#]*)', answer.body):
            link = found.decode().replace("&amp;", "&")
            if link not in seen and not link.startswith(("/static", "/api")):
                seen.add(link)
                waiting.append(link)
        if not waiting:
            waiting.extend(seen)
    line.close()
    return read


def _start(home: Path) -> float:
    began = time.perf_counter()
    with launched("run", home) as address:
        wait_for_page(address)
        return time.perf_counter() - began
