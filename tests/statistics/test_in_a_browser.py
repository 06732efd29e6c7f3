"""Statistics as they are seen, on a phone too, and as a browser tells a screen reader of them."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, ViewportSize

from clutch.accounts.models import Actor
from tests.fixtures.serving import serving
from tests.fixtures.site import on_sqlite

pytestmark = [pytest.mark.browser, on_sqlite]

# Texts of charts that are seen, and do not lie in their drawing.
OUTSIDE = """() => [...document.querySelectorAll('.chart')].flatMap((chart) => {
  const room = chart.getBoundingClientRect();
  const lies = (box) => box.left >= room.left && box.right <= room.right + 1;
  const seen = [...chart.querySelectorAll('text')].filter((one) => one.getClientRects().length);
  return seen.filter((one) => !lies(one.getBoundingClientRect())).map((one) => one.textContent);
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_what_stands_beside_a_chart_is_seen_whole(
    app: FastAPI, played: list[Actor], browser: Browser, width: int
) -> None:
    size: ViewportSize = {"width": width, "height": 850}
    with serving(app) as address, browser.new_context(locale="ru-RU", viewport=size) as context:
        page = context.new_page()
        page.goto(f"{address}/players/{played[0].account_id}/statistics")
        assert page.locator(".chart").count() == 2
        assert page.locator("#enhanced .chart text.axis", has_text="1").count() >= 3
        assert page.evaluate(OUTSIDE) == []


def test_a_screen_reader_is_told_of_each_chart_and_of_its_table(
    app: FastAPI, played: list[Actor], browser: Browser
) -> None:
    with serving(app) as address, browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"{address}/players/{played[0].account_id}/statistics")
        for title in ("Rating over time", "Matches by month"):
            section = page.get_by_role("region", name=title)
            chart = section.get_by_role("img")
            assert "the table below has the same figures" in str(chart.get_attribute("aria-label"))
            # A picture is read out as its name: what it is drawn of says nothing by itself.
            assert chart.aria_snapshot().count("\n") == 0
            section.get_by_text("The same as a table").click()
            table = section.get_by_role("table", name=title)
            heads = table.get_by_role("columnheader").all_inner_texts()
            rows = table.get_by_role("row").all()[1:]
            assert rows
            assert all(heads)
            for row in rows:
                cells = row.get_by_role("cell").or_(row.get_by_role("rowheader"))
                assert len(cells.all()) == len(heads)
