"""Figures of a process, and how those of several are added up.

Counting costs less than a microsecond and needs no package; `web` shows the sum to Prometheus.
What is counted is said here once, with its labels. A label's values are few and known: never an
address, a name or an id.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

# Upper ends in seconds: from a kept page to what a browser gives up on.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = tuple[str, ...]


class Kind(StrEnum):
    """What adding up several processes means."""

    COUNT = "count"
    """Only grows; what an ended process had counted stays."""
    SPAN = "span"
    """Seconds, by `BUCKETS`; the same."""
    SUM = "sum"
    """As it is now, added over the processes."""
    LARGEST = "largest"
    """As it is now, the largest of all."""


class Family(msgspec.Struct, frozen=True):
    """Something that is counted; `name` is Prometheus's, without its ending."""

    name: str
    kind: Kind
    help: str
    labels: Labels = ()


REQUESTS = Family(
    "clutch_requests", Kind.COUNT, "Answers, by class of address and status.", ("class", "status")
)
REQUEST_SECONDS = Family(
    "clutch_request_seconds", Kind.SPAN, "From the request to the end of the answer.", ("class",)
)
KEPT = Family(
    "clutch_kept", Kind.COUNT, "Views: on the shelf, shared by Redis, or drawn.", ("found",)
)
WRITE_WAIT = Family("clutch_write_wait_seconds", Kind.SPAN, "Waits for the database's writer.")
WAKES = Family("clutch_wakes", Kind.COUNT, "Wake-ups heard from other processes.")
CHANGES = Family(
    "clutch_capability_changes", Kind.COUNT, "Changes of a capability.", ("capability", "state")
)
CAPABILITY = Family(
    "clutch_capability", Kind.SUM, "Processes that see it so.", ("capability", "state")
)
LIVE = Family("clutch_live_clients", Kind.SUM, "Open live connections.", ("transport",))
POSITION = Family("clutch_log_position", Kind.LARGEST, "Position of the log's last event.")
LAG = Family("clutch_projection_lag", Kind.LARGEST, "Events not yet folded.", ("projection",))
MEMORY = Family("clutch_resident_bytes", Kind.SUM, "Memory of the serving processes.")
PROCESSES = Family("clutch_processes", Kind.SUM, "Serving processes, by release.", ("version",))

FAMILIES = (
    *(REQUESTS, REQUEST_SECONDS, KEPT, WRITE_WAIT, WAKES, CHANGES, CAPABILITY, LIVE),
    *(POSITION, LAG, MEMORY, PROCESSES),
)


class Span(msgspec.Struct):
    """How often something took how long: one count a bucket and one beyond, and the seconds."""

    counts: list[int]
    seconds: float = 0.0


class Figures(msgspec.Struct):
    """All figures of one or of several processes, by family and labels."""

    numbers: dict[str, dict[str, float]] = {}
    spans: dict[str, dict[str, Span]] = {}

    def add(self, other: Figures) -> None:
        """Add another process's figures to these."""
        for name, numbers in other.numbers.items():
            mine = self.numbers.setdefault(name, {})
            for labels, value in numbers.items():
                largest = _KINDS.get(name) is Kind.LARGEST
                before = mine.get(labels, 0.0)
                mine[labels] = max(before, value) if largest else before + value
        for name, spans in other.spans.items():
            for labels, span in spans.items():
                self._add_span(name, labels, span)

    def past(self) -> Figures:
        """What stays of a process that has ended: what it counted, not how it stood."""
        stays = {
            name: numbers
            for name, numbers in self.numbers.items()
            if _KINDS.get(name) is Kind.COUNT
        }
        return Figures(stays, self.spans)

    def _add_span(self, name: str, labels: str, span: Span) -> None:
        mine = self.spans.setdefault(name, {}).setdefault(labels, Span([0] * (len(BUCKETS) + 1)))
        mine.counts = [a + b for a, b in zip(mine.counts, span.counts, strict=True)]
        mine.seconds += span.seconds


_KINDS = {family.name: family.kind for family in FAMILIES}
Read = Callable[[], Mapping[Labels, float]]


class Metrics:
    """What this process counts. Any thread may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, Labels], float] = {}
        self._spans: dict[tuple[str, Labels], Span] = {}
        self._gauges: list[tuple[Family, Read]] = []

    def count(self, family: Family, *labels: str) -> None:
        """It happened once more."""
        key = (family.name, labels)
        with self._lock:
            self._counts[key] = self._counts.get(key, 0.0) + 1

    def spent(self, family: Family, seconds: float, *labels: str) -> None:
        """It happened, and took so long."""
        key = (family.name, labels)
        with self._lock:
            span = self._spans.get(key)
            if span is None:
                span = self._spans[key] = Span([0] * (len(BUCKETS) + 1))
            span.counts[bisect_left(BUCKETS, seconds)] += 1
            span.seconds += seconds

    def gauge(self, family: Family, read: Read) -> None:
        """Ask `read` how it stands when somebody looks; it must be quick and ask no database."""
        self._gauges.append((family, read))

    def figures(self) -> Figures:
        """All of it, as it is now."""
        found = Figures()
        with self._lock:
            for (name, labels), value in self._counts.items():
                found.numbers.setdefault(name, {})[joined(labels)] = value
            for (name, labels), span in self._spans.items():
                kept = Span(list(span.counts), span.seconds)
                found.spans.setdefault(name, {})[joined(labels)] = kept
        for family, read in self._gauges:
            for labels, value in read().items():
                found.numbers.setdefault(family.name, {})[joined(labels)] = value
        return found


def joined(labels: Iterable[str]) -> str:
    """Labels as one word, for a key of JSON."""
    return "\n".join(labels)


def split(labels: str) -> list[str]:
    """The labels of such a word."""
    return labels.split("\n") if labels else []


def resident_bytes() -> int:
    """Memory of this process that is in RAM; 0 where the system doesn't tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
