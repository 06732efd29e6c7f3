"""Our small modules, in a browser."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Page, expect
from starlette.responses import Response

from clutch.bootstrap import Site
from clutch.web.app import create_app
from clutch.web.routing import Pages
from clutch.web.templating import environment
from clutch.web.visit import Visit
from tests.fixtures.browsing import Bugs
from tests.fixtures.site import on_sqlite

pytestmark = [on_sqlite, pytest.mark.browser]

PAGE = """
{% extends "base.html" %}
{% block title %}Seeds{% endblock %}
{% block main %}
<form method="post" action="/seeds">
<ol class="sortable" data-sortable data-says="{name} has seed {place}" data-grip="Move {name}">
{% for name in ["Red", "Blue", "Green", "Grey"] %}
<li data-row data-name="{{ name }}"> {{ name }}
<input type="number" name="seed-{{ name }}" value="{{ loop.index }}" aria-label="Seed of {{ name }}"
>
</li>
{% endfor %}
</ol></form>
<p id="soon">{{ visit.now|ago }}</p>
{% set last = "tab" in visit.request.query_params %}
{% set names = ["Overview", "Bracket", "Schedule", "Participants", "Placements", "History"] %}
{% set tabs = [] %}{% for name in names %}{% do tabs.append((name, name, "#")) %}{% endfor %}
{{ ui.tabs(tabs, "History" if last else "Overview", "Tabs") }}
{% endblock %}
"""

pages = Pages()


@pages.get("/seeds")
def seeds(visit: Visit) -> Response:
    return visit.render("seeds.html")


@pytest.fixture
def app(site: Site, bugs: Bugs, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    loader = environment().loader
    assert loader is not None
    monkeypatch.setattr(
        environment(), "loader", ChoiceLoader([DictLoader({"seeds.html": PAGE}), loader])
    )
    made = create_app(site, on_bug=bugs.append)
    made.router.routes[:0] = pages.routes(site)
    return made


def order(page: Page) -> list[str]:
    names: list[str] = page.evaluate(
        "[...document.querySelectorAll('[data-row]')].map((row) => row.dataset.name)"
    )
    return names


def seeds_of(page: Page) -> list[str]:
    values: list[str] = page.evaluate(
        "[...document.querySelectorAll('[data-row] input')].map((field) => field.value)"
    )
    return values


def test_seeds_are_moved_by_keyboard_and_it_is_said(page: Page, address: str) -> None:
    page.goto(f"{address}/seeds")
    grip = page.get_by_role("button", name="Move Green")
    grip.press("ArrowUp")
    expect(page.get_by_text("Green has seed 2")).to_be_attached()
    assert order(page) == ["Red", "Green", "Blue", "Grey"]
    expect(grip).to_be_focused()
    grip.press("End")
    assert order(page) == ["Red", "Blue", "Grey", "Green"]
    assert seeds_of(page) == ["1", "2", "3", "4"]


def test_seeds_are_moved_by_dragging(page: Page, address: str) -> None:
    page.goto(f"{address}/seeds")
    grip = page.get_by_role("button", name="Move Grey")
    there = page.get_by_role("button", name="Move Red").bounding_box()
    assert there is not None
    grip.hover()
    page.mouse.down()
    page.mouse.move(there["x"] + 5, there["y"] + 2, steps=8)
    page.mouse.up()
    assert order(page) == ["Grey", "Red", "Blue", "Green"]
    assert seeds_of(page) == ["1", "2", "3", "4"]


def test_a_typed_seed_moves_its_row(page: Page, address: str) -> None:
    page.goto(f"{address}/seeds")
    field = page.get_by_label("Seed of Red", exact=True)
    field.fill("3")
    field.press("Tab")
    assert order(page) == ["Blue", "Green", "Red", "Grey"]


def test_the_theme_changes_at_once_and_stays(page: Page, address: str) -> None:
    page.goto(f"{address}/seeds")
    page.locator(".themes summary").click()
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(page: Page, address: str) -> None:
    page.goto(f"{address}/seeds")
    summary = page.locator(".themes summary")
    summary.click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".themes")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_the_zone_of_the_browser_is_remembered(page: Page, address: str) -> None:
    page.goto(f"{address}/seeds")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies["zone"] == page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(page.locator("#soon time")).to_have_attribute("datetime", "2026-03-14T15:00:00Z")


def test_on_a_phone_the_current_tab_is_in_view_and_more_of_them_show(
    page: Page, address: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/seeds?tab=last")
    tabs = page.get_by_role("navigation", name="Tabs")
    expect(tabs.get_by_role("link", name="History")).to_be_in_viewport(ratio=0.99)
    expect(tabs).to_have_class("tabs is-more-before")
    page.goto(f"{address}/seeds")
    expect(tabs.get_by_role("link", name="Overview")).to_be_in_viewport(ratio=0.99)
    expect(tabs).to_have_class("tabs is-more-after")


def test_on_a_phone_the_current_section_is_in_view(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/leaderboards")
    sections = page.get_by_role("navigation", name="Site")
    expect(sections.get_by_role("link", name="Leaderboards")).to_be_in_viewport(ratio=0.99)
    expect(sections).to_have_class("sections is-more-before")
