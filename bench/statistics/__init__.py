"""The statistics: folding a long past, reading a profile."""

from __future__ import annotations

from bench.statistics.folding import folding_rows
from bench.statistics.profile import profile_rows
from bench.table import Row


def rows() -> list[Row]:
    """All figures; about a minute."""
    return [*folding_rows(), *profile_rows()]
