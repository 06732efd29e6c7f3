"""The site over HTTP: confirming a result, reading a bracket, starting, memory."""

from __future__ import annotations

from bench.http.confirming import confirming_rows
from bench.http.reading import reading_rows
from bench.http.starting import starting_rows
from bench.http.without_redis import without_redis_rows
from bench.table import Row


def rows() -> list[Row]:
    """All figures; it takes some minutes, most of it bringing 1,024 participants in."""
    return [*starting_rows(), *reading_rows(), *confirming_rows(), *without_redis_rows()]
