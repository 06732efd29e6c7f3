"""Charts: what is drawn stands in the table too, and nothing is left out between."""

from __future__ import annotations

from itertools import pairwise

import pytest

from clutch.statistics.tallies import Tally
from clutch.web.views.charts import LEFT, MOST_BARS, NAME_WIDTH, month_bars


@pytest.mark.parametrize(
    ("months", "names"),
    [
        (["2026-03"], ["2026-03"]),
        (["2025-11", "2026-02"], ["2025-11", "2025-12", "2026-01", "2026-02"]),
    ],
)
def test_a_month_without_matches_has_its_place(months: list[str], names: list[str]) -> None:
    found = month_bars([(one, Tally(played=3, won=2, lost=1)) for one in months])
    assert found is not None
    assert [bar.name for bar in found.bars] == names
    assert [bar.name for bar in found.bars if bar.tally.played] == months
    assert len({bar.x for bar in found.bars}) == len(names)


def test_two_years_are_drawn_at_most() -> None:
    months = [(one, Tally(played=1, won=1)) for one in ("2020-01", "2026-12")]
    found = month_bars(months)
    assert found is not None
    assert len(found.bars) == MOST_BARS
    assert (found.bars[0].name, found.bars[-1].name) == ("2025-01", "2026-12")


def test_without_matches_there_is_no_chart() -> None:
    assert month_bars([("2026-03", Tally(placed=1))]) is None


@pytest.mark.parametrize("count", range(1, MOST_BARS + 1))
def test_names_of_months_neither_touch_nor_leave_the_drawing_on_a_phone(count: int) -> None:
    months = [f"{2024 + number // 12}-{number % 12 + 1:02}" for number in range(count)]
    found = month_bars([(one, Tally(played=1, won=1)) for one in months])
    assert found is not None
    named = [bar for bar in found.bars if bar.is_named and bar.has_room]
    starts = [bar.name_x - NAME_WIDTH if bar.ends else bar.name_x for bar in named]
    assert starts[0] >= LEFT
    assert starts[-1] + NAME_WIDTH <= found.width
    assert all(one + NAME_WIDTH < after for one, after in pairwise(starts))
