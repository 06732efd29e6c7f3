"""The bracket under a reader's fingers: paths light up, rounds are found, a phone shows one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from starlette.responses import Response

from clutch.bootstrap import Site
from clutch.web.app import create_app
from clutch.web.routing import Pages
from clutch.web.templating import environment
from clutch.web.visit import Visit
from tests.fixtures.browsing import Bugs
from tests.fixtures.site import on_sqlite
from tests.web.drawn import HARD_NAMES, example

pytestmark = [on_sqlite, pytest.mark.browser]

PAGE = """
{% extends "base.html" %}
{% block title %}Cup{% endblock %}
{% set page_class = "wide" %}
{% block main %}<h1>Cup</h1>
<div data-mine="9">{% include "bracket/bracket.html" %}</div>{% endblock %}
"""
PHONE: ViewportSize = {"width": 390, "height": 844}

pages = Pages()


@pages.get("/drawn/{kind}/{count:int}")
def drawn(visit: Visit, kind: str, count: int) -> Response:
    return visit.render("drawn.html", bracket=example(kind, count, 0.6, HARD_NAMES))


@pytest.fixture
def app(site: Site, bugs: Bugs, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    loader = environment().loader
    assert loader is not None
    own = DictLoader({"drawn.html": PAGE})
    monkeypatch.setattr(environment(), "loader", ChoiceLoader([own, loader]))
    made = create_app(site, on_bug=bugs.append)
    made.router.routes[:0] = pages.routes(site)
    return made


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, locale="ru-RU"
    ) as context:
        yield context.new_page()


def match(page: Page, match_id: str) -> Locator:
    return page.locator(f'[id="match-{match_id}"]')


def test_hovering_or_focusing_a_participant_lights_the_whole_path(page: Page, address: str) -> None:
    page.goto(f"{address}/drawn/double/16")
    match(page, "U1.1").locator(".side.won .name").hover()
    assert page.locator(".cell.is-on").count() >= 2
    lit = page.locator(".cell.is-on .side.is-on .name").all_inner_texts()
    assert set(lit) == {"Alpha"}
    expect(page.locator("#round-U1 .cell.is-out")).to_have_count(1)
    page.mouse.move(5, 5)
    expect(page.locator(".bracket")).not_to_have_class("bracket is-lit")
    match(page, "U1.2").locator(".side.won .name").focus()
    expect(page.locator(".bracket.is-lit")).to_have_count(1)


def test_my_matches_lead_to_what_is_to_be_played_and_then_on(page: Page, address: str) -> None:
    page.goto(f"{address}/drawn/double/33")
    page.get_by_role("button", name="My matches").click()
    first = page.evaluate("document.activeElement.closest('.match').id")
    page.get_by_role("button", name="My matches").click()
    second = page.evaluate("document.activeElement.closest('.match').id")
    mine = page.locator('.match:has([data-p="9"])')
    assert first != second
    assert {first, second} <= {one.get_attribute("id") for one in mine.all()}


def test_a_wide_bracket_can_be_fitted_and_let_go(page: Page, address: str) -> None:
    page.goto(f"{address}/drawn/double/33")
    width = "(pane => pane.scrollWidth - pane.clientWidth)(document.querySelector('.bracket-pane'))"
    assert page.evaluate(width) > 500
    button = page.get_by_role("button", name="Fit to width")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(width) < 60
    button.click()
    assert page.evaluate(width) > 500


@pytest.mark.parametrize(
    ("width", "drawn", "is_roomy"),
    [
        (1024, "single/8", True),
        (1024, "single/16", False),
        (1312, "single/16", True),
        (1312, "double/4", False),
    ],
)
def test_few_rounds_are_as_wide_as_there_is_room(
    page: Page, address: str, width: int, drawn: str, is_roomy: bool
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/drawn/{drawn}")
    column = page.locator("#round-U1").bounding_box()
    assert column is not None
    assert (column["width"] > 250) is is_roomy
    over = "(pane => pane.scrollWidth - pane.clientWidth)(document.querySelector('.bracket-pane'))"
    assert page.evaluate(over) <= 0


def test_a_round_is_jumped_to_and_named(page: Page, address: str) -> None:
    page.goto(f"{address}/drawn/double/33")
    page.emulate_media(reduced_motion="reduce")
    link = page.locator(".bracket-rounds a", has_text="Lower round 5")
    link.click()
    expect(page.locator("#round-L5 .round-head")).to_be_in_viewport()
    expect(link).to_have_attribute("aria-current", "true")


def test_heads_stay_in_view_while_the_bracket_scrolls(page: Page, address: str) -> None:
    page.goto(f"{address}/drawn/single/64")
    page.evaluate("document.querySelector('.bracket-pane').scrollTo(0, 900)")
    head = page.locator("#round-U1 .round-head").bounding_box()
    pane = page.locator(".bracket-pane").bounding_box()
    assert head is not None
    assert pane is not None
    assert abs(head["y"] - pane["y"]) < 2


@pytest.mark.parametrize("count", [8, 33])
def test_a_phone_shows_one_round_a_screen_and_swipes_to_the_next(
    phone: Page, address: str, count: int
) -> None:
    phone.goto(f"{address}/drawn/double/{count}")
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    box = phone.locator("#round-U1").bounding_box()
    assert box is not None
    assert PHONE["width"] * 0.8 < box["width"] < PHONE["width"]
    phone.locator(".bracket-rounds a").nth(1).tap()
    expect(phone.locator(".bracket-rounds a").nth(1)).to_have_attribute("aria-current", "true")
    expect(phone.locator("#round-U2 .round-head")).to_be_in_viewport(ratio=0.9)
    phone.evaluate("document.querySelector('.bracket-pane').scrollBy(200, 0)")
    expect(phone.locator("#round-U3 .round-head")).to_be_in_viewport(ratio=0.9)


def test_lines_of_a_match_are_high_enough_for_a_thumb(phone: Page, address: str) -> None:
    phone.goto(f"{address}/drawn/single/8")
    heights = phone.evaluate(
        "[...document.querySelectorAll('#round-U1 .side')].map((side) => side.offsetHeight)"
    )
    assert min(heights) >= 44


def test_on_a_phone_a_match_leads_on_to_the_next(phone: Page, address: str) -> None:
    phone.goto(f"{address}/drawn/single/8")
    phone.emulate_media(reduced_motion="reduce")
    phone.locator("#round-U1 .onward a").first.tap()
    expect(match(phone, "U2.1")).to_be_in_viewport()


def test_everything_can_be_reached_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/drawn/single/4")
    page.locator(".bracket-pane").focus()
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className"))
    assert reached[:3] == ["match-link", "name", "name"]
    assert reached[3:6] == ["match-link", "name", "name"]


def test_without_scripts_rounds_are_links_and_nothing_is_hidden(
    browser: Browser, address: str
) -> None:
    with browser.new_context(java_script_enabled=False, viewport=PHONE) as context:
        page = context.new_page()
        page.goto(f"{address}/drawn/double/8")
        page.locator(".bracket-rounds a").nth(2).click()
        expect(page.locator("#round-U3 .round-head")).to_be_in_viewport()
        expect(page.get_by_role("button", name="My matches")).to_have_count(0)


def test_it_prints_on_one_sheet_across(page: Page, address: str) -> None:
    page.goto(f"{address}/drawn/double/32")
    for paper in ("A4", "A3"):
        printed = page.pdf(format=paper, landscape=True)
        assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1


def test_what_no_sheet_holds_prints_round_by_round_and_breaks_no_match(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/drawn/double/128")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1050, "height": 720})
    tops = "rounds => rounds.map(one => Math.round(one.getBoundingClientRect().top))"
    found: list[int] = page.locator(".round").evaluate_all(tops)
    assert found == sorted(set(found))
    match = page.locator("#match-U1\\.1")
    assert match.evaluate("one => getComputedStyle(one.parentElement).breakInside") == "avoid"
    name = match.locator(".name").first
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_the_largest_bracket_opens_and_scrolls(page: Page, address: str) -> None:
    page.goto(f"{address}/drawn/double/1024")
    page.emulate_media(reduced_motion="reduce")
    page.locator(".bracket-rounds a").last.click()
    expect(page.locator("#round-F2 .round-head")).to_be_in_viewport()
