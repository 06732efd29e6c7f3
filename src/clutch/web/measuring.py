"""What the edge counts: requests by class of address, and open live connections."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from clutch.kernel.metrics import LIVE, REQUEST_SECONDS, REQUESTS, Labels, Metrics

TRANSPORTS = {"/live": "websocket", "/live/events": "sse", "/live/poll": "polling"}
_CLASSES = {
    "api": "api",
    "static": "static",
    "live": "live",
    **dict.fromkeys(("livez", "readyz", "healthz", "testdb", "metrics", "notice"), "health"),
}
# The client went before there was an answer.
_NO_STATUS = "none"


class Answer(Protocol):
    """Something that knows its status once it has begun."""

    @property
    def status(self) -> int: ...


class Meter:
    """Counts in the event loop's thread; it costs a request two microseconds."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._open: Counter[str] = Counter()
        metrics.gauge(LIVE, self._live)

    @contextmanager
    def asked(self, path: str, answer: Answer) -> Iterator[None]:
        """Count a request: its status, and unless it is held open on purpose how long it takes."""
        if path in TRANSPORTS:
            with self.connected(path):
                yield
            self._metrics.count(REQUESTS, "live", str(answer.status or _NO_STATUS))
            return
        began = time.perf_counter()
        try:
            yield
        finally:
            kind = class_of(path)
            self._metrics.count(REQUESTS, kind, str(answer.status or _NO_STATUS))
            self._metrics.spent(REQUEST_SECONDS, time.perf_counter() - began, kind)

    @contextmanager
    def connected(self, path: str) -> Iterator[None]:
        """Count a live connection while it is open."""
        transport = TRANSPORTS.get(path, "websocket")
        self._open[transport] += 1
        try:
            yield
        finally:
            self._open[transport] -= 1

    def _live(self) -> dict[Labels, float]:
        return {(transport,): self._open[transport] for transport in TRANSPORTS.values()}


def class_of(path: str) -> str:
    """`page`, `api`, `static`, `live` or `health`."""
    return _CLASSES.get(path[1:].partition("/")[0], "page")
