"""Profiles and teams in a real browser: live, and as wide as the screen."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from clutch.accounts.models import Actor
from tests.fixtures.serving import serving
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena

pytestmark = [pytest.mark.browser, on_sqlite]

WITHIN_A_SECOND = 1_000


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with serving(app) as found:
        yield found


@pytest.fixture
def four(arena: Arena) -> list[Actor]:
    return [arena.person(name) for name in ("alice", "bob", "carol", "dave")]


def test_an_open_profile_follows_results_and_teams_within_a_second(
    arena: Arena, four: list[Actor], address: str, page: Page
) -> None:
    alice, bob = four[:2]
    olga = arena.organizer()
    cup = arena.open_cup(olga)
    for one in (alice, bob):
        arena.register(cup, one)
    page.goto(f"{address}/players/{alice.account_id}")
    expect(page.locator("#live-state")).to_have_text("Live")
    arena.start(olga, cup)
    arena.decide(olga, cup, "U1.1", (1, 0))
    expect(page.locator("#last-results")).to_contain_text("bob", timeout=WITHIN_A_SECOND)
    arena.complete(olga, cup)
    expect(page.locator("#trophies")).to_contain_text("Spring Cup", timeout=WITHIN_A_SECOND)
    arena.team(alice, "Night Owls")
    expect(page.locator("#player-head")).to_contain_text("Night Owls", timeout=WITHIN_A_SECOND)


def test_an_open_team_page_follows_who_joins(
    arena: Arena, four: list[Actor], address: str, page: Page
) -> None:
    alice, bob = four[:2]
    team = arena.team(alice)
    token = arena.invite(alice, team)
    page.goto(f"{address}/teams/{team.id}")
    expect(page.locator("#live-state")).to_have_text("Live")
    arena.join(bob, token)
    expect(page.locator("#members")).to_contain_text("bob", timeout=WITHIN_A_SECOND)
    expect(page.locator("#team-head")).to_contain_text("2 members", timeout=WITHIN_A_SECOND)


@pytest.mark.parametrize("language", ["en-GB", "ru-RU"])
def test_nothing_is_wider_than_a_phone(
    arena: Arena, address: str, browser: Browser, language: str
) -> None:
    names = ["W" * 32, "Константин-Александр Заславский-О", "فريق النجوم الساطعة", "🦊" * 32]
    people = [arena.person(name[:32]) for name in names]
    starts_at = arena.clock.now() + timedelta(hours=1)
    arena.played_cup(arena.organizer(), people, "Очень" * 16, starts_at, game="W" * 60)
    team = arena.team(people[0], "M" * 32, "WWWWW")
    arena.let_in(people[0], team, *people[1:])
    token = arena.invite(people[0], team)
    secret = arena.session(people[0])
    profile = f"/players/{people[0].account_id}"
    with browser.new_context(locale=language, viewport={"width": 360, "height": 700}) as context:
        page = context.new_page()
        context.add_cookies([{"name": "clutch-session", "value": secret, "url": address}])
        for path in (
            *(profile + tab for tab in ("", "/tournaments", "/matches", "/teams")),
            f"{profile}/tournaments?layout=cards&name=x",
            *("/teams/1" + tab for tab in ("", "/tournaments", "/matches", "/history")),
            *(f"/teams/1/{form}" for form in ("edit", "members", "invites", "disband", "leave")),
            *("/teams", "/teams/new", "/players", f"/join/{token}"),
        ):
            page.goto(address + path)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert (path, width) == (path, 360)


def test_tournaments_are_cards_on_a_phone_and_a_table_on_a_desk(
    arena: Arena, four: list[Actor], address: str, page: Page
) -> None:
    arena.played_cup(arena.organizer(), four)
    tournaments = f"{address}/players/{four[0].account_id}/tournaments"
    for width, layout, is_table in (
        (1280, "auto", True),
        (390, "auto", False),
        (1280, "cards", False),
        (390, "table", True),
    ):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{tournaments}?layout={layout}")
        shown = page.locator(".record-table thead").bounding_box()
        assert shown is not None
        assert (width, layout, shown["width"] > 100) == (width, layout, is_table)
