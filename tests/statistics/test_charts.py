"""Charts: what is drawn stands in the table too, and nothing is left out between."""

from __future__ import annotations

from itertools import pairwise

import pytest

from clutch.statistics.tallies import Tally
from clutch.web.views.charts import MOST_BARS, NAME_ROOM, WIDTH, month_bars


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


@pytest.mark.parametrize("many", range(1, MOST_BARS + 1))
def test_names_of_months_lie_apart_and_inside_the_drawing(many: int) -> None:
    found = month_bars(
        [(f"{2025 + one // 12}-{one % 12 + 1:02}", Tally(played=1, won=1)) for one in range(many)]
    )
    assert found is not None
    assert len(found.bars) == many
    middles = [bar.middle for bar in found.bars if bar.is_named]
    assert found.bars[-1].is_named
    assert middles[0] >= NAME_ROOM / 2
    assert middles[-1] + NAME_ROOM / 2 <= WIDTH
    assert all(after - one >= NAME_ROOM for one, after in pairwise(middles))


def test_without_matches_there_is_no_chart() -> None:
    assert month_bars([("2026-03", Tally(placed=1))]) is None
