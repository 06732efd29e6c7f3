"""Confirming a result over HTTP: one client, one after another, each with all that a real one has.

The other captain has reported before; what is timed is the confirmation alone, with a personal
token, If-Match and Idempotency-Key. SQLite, every commit on the disk (`synchronous=FULL`).
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import count, islice
from pathlib import Path
from typing import Any

from bench.client import Answer, Line
from bench.http.field import drawn_fields
from bench.http.site import running
from bench.table import Row
from clutch.cli.playing.field import Field

CONFIRMATIONS = 1_000
WARM_UP = 50
BODY = b'{"outcome":"played","scores":[2,1]}'


def confirming_rows() -> list[Row]:
    """Half and the slowest hundredth in milliseconds, and how that grows with the tournament."""
    small, large = _measure([64] * 9), _measure([1024])
    p50, p99 = _middle(small), _slowest_hundredth(small)
    grown = _middle(large) / p50
    peers = "original site 10 and 23 ms, evroon/bracket 50 and 77-196 ms"
    return [
        Row(name="confirm a result, 64, p50", value=p50, unit="ms", goal=4, peers=peers),
        Row(name="confirm a result, 64, p99", value=p99, unit="ms", goal=12, peers=peers),
        Row(name="confirm a result, 1,024, p50", value=_middle(large), unit="ms"),
        Row(name="confirm a result, 1,024, p99", value=_slowest_hundredth(large), unit="ms"),
        Row(
            name="confirm a result, 1,024 against 64, p50",
            value=grown,
            unit="x",
            goal=1.3,
            peers="evroon/bracket grows to 622 ms",
        ),
    ]


def _measure(sizes: list[int]) -> list[float]:
    """Milliseconds of each confirmation, in tournaments of these sizes, one after another."""
    with (
        tempfile.TemporaryDirectory(prefix="clutch-bench-") as folder,
        running("serve", Path(folder)) as site,
    ):
        fields = asyncio.run(drawn_fields(site, sizes))
        table = Table(site.address)
        each = (taken for field in fields for taken in table.confirmations(field))
        taken = list(islice(each, WARM_UP + CONFIRMATIONS))
    return taken[WARM_UP:]


class Table:
    """One keep-alive client that reports for one side and, timed, confirms for the other."""

    def __init__(self, address: str) -> None:
        self._line = Line(address)
        self._numbers = count()

    def confirmations(self, field: Field) -> Iterator[float]:
        """Play the tournament to its end; how long each confirmation took, in milliseconds."""
        while ready := self._ready(field):
            for match in ready:
                yield self._confirm(field, match)

    def _ready(self, field: Field) -> list[Mapping[str, Any]]:
        found: Any = self._line.ask(
            self._line.request("GET", f"/api/v1{field.path}/matches?status=ready")
        ).json()
        return list(found)

    def _confirm(self, field: Field, match: Mapping[str, Any]) -> float:
        first, second = (field.captains[one["participant"]].token for one in match["opponents"])
        where = f"/api/v1{field.path}/matches/{match['id']}"
        reported: Any = self._send(f"{where}/reports", first, match["version"], BODY, 201).json()
        request = self._request(f"{where}/confirm", second, reported["version"], b"")
        began = time.perf_counter()
        answer = self._line.ask(request)
        taken = time.perf_counter() - began
        _check(answer, 200)
        return taken * 1000

    def _send(self, path: str, token: str, version: int, body: bytes, status: int) -> Answer:
        answer = self._line.ask(self._request(path, token, version, body))
        _check(answer, status)
        return answer

    def _request(self, path: str, token: str, version: int, body: bytes) -> bytes:
        headers = {
            "Authorization": f"Bearer {token}",
            "If-Match": f'"{version}"',
            "Idempotency-Key": f"bench-{next(self._numbers)}",
            "Content-Type": "application/json",
        }
        return self._line.request("POST", path, headers, body)


def _check(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}: {answer.body[:300]!r}")


def _middle(taken: list[float]) -> float:
    return statistics.median(taken)


def _slowest_hundredth(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[98]
