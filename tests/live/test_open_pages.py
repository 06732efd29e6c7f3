"""Open pages of a real tournament change in place: bracket, match, profile, console."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

import pytest
from fastapi import FastAPI
from playwright.sync_api import APIResponse, Browser, Page, Request, Route, expect

from clutch.accounts.models import Role
from clutch.accounts.sessions import open_session
from clutch.bootstrap import Site
from clutch.kernel.clock import FrozenClock
from clutch.tournaments.models import FormatSettings, Status
from tests.fixtures.browsing import Bugs
from tests.live.cards import CARDS
from tests.play.conftest import Running as Cup
from tests.serve.running import Running
from tests.tournaments.conftest import Community, id_of

pytestmark = pytest.mark.browser

BEST_OF_3 = FormatSettings(best_of=3)


@pytest.fixture(scope="module")
def cup(shared_beside: Site) -> Cup:
    """Eight players, best of three; each test decides a match of its own in the first round."""
    # These acts go past pages and API, so neither the app nor the clock is asked for.
    clock = cast("FrozenClock", shared_beside.clock)
    people = Community(shared_beside, clock, FastAPI(), Bugs())
    people.person("boss", Role.ORGANIZER)
    made = people.cup(*people.players(8), format_settings=BEST_OF_3, max_participants=8)
    people.move(made, Status.SEEDING)
    return Cup(people, people.start(made))


def another(cup: Cup) -> Cup:
    """One more tournament of the same players, for a test that looks at all of its matches."""
    made = cup.people.cup(
        *map(cup.player, range(1, 9)), format_settings=BEST_OF_3, max_participants=8
    )
    cup.people.move(made, Status.SEEDING)
    return Cup(cup.people, cup.people.start(made))


SCORE = '[id="match-U1.2"] .score'


def bracket_of(running: Cup) -> str:
    return f"/tournaments/{running.cup.id}/bracket"


@contextmanager
def opened(browser: Browser, shared: Running, path: str, session: str = "") -> Iterator[Page]:
    """A page that is live, in a browser of its own."""
    with browser.new_context(locale="en-GB") as context:
        if session:
            context.add_cookies(
                [{"name": "clutch-session", "value": session, "url": shared.address}]
            )
        page = context.new_page()
        page.goto(shared.address + path)
        expect(page.locator("#live-state")).to_have_text("Live")
        yield page


def test_a_bracket_changes_in_two_browsers_without_fetching_anything(
    browser: Browser, shared: Running, cup: Cup
) -> None:
    path = bracket_of(cup)
    with opened(browser, shared, path) as one, opened(browser, shared, path) as two:
        fetched: list[str] = []

        def note(request: Request) -> None:
            fetched.append(request.url)

        for page in (one, two):
            page.on("request", note)
        cup.decide("U1.1", (2, 1))
        for page in (one, two):
            card, onward = page.locator('[id="match-U1.1"]'), page.locator('[id="match-U2.1"]')
            expect(card.locator(".score").first).to_have_text("2")
            expect(onward).to_contain_text("player1")
        assert not fetched


def overtake(
    page: Page, running: Cup, later: Callable[[Route, APIResponse], None]
) -> Callable[[], None]:
    """Something has the page fetched, and a result comes before what was fetched is let through.

    Gives what lets it through; `later` answers, perhaps with it, what is fetched after that.
    """
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if held:
            later(route, held[0][1])
        else:
            held.append((route, route.fetch()))

    page.route(f"**{bracket_of(running)}", hold)
    running.disqualify(8)
    wait_for(page, lambda: len(held) == 1)
    running.decide("U1.2", (2, 1))
    expect(page.locator(SCORE).first).to_have_text("2")
    return lambda: held[0][0].fulfill(response=held[0][1])


def test_what_came_while_a_page_was_fetched_is_not_undone_by_it(
    browser: Browser, shared: Running, cup: Cup
) -> None:
    running = another(cup)
    path = bracket_of(running)
    with opened(browser, shared, path) as page:
        let_through = overtake(page, running, lambda route, _: route.continue_())
        score = page.locator(SCORE).first
        with page.expect_response(f"**{path}") as first:
            let_through()
        # That one knows nothing of the result. Until the next one comes it changes nothing.
        with page.expect_response(f"**{path}"):
            assert first.value.text().count("match-U1.2") > 0
            assert score.text_content() == "2"
        expect(page.locator('[id="match-U1.1"]')).to_have_class(re.compile("decided"))
        assert score.text_content() == "2"


def test_a_bracket_that_saw_it_all_looks_like_one_opened_anew(
    browser: Browser, shared: Running, cup: Cup
) -> None:
    running = another(cup)
    path = bracket_of(running)
    with opened(browser, shared, path) as page:
        running.play_out()
        with opened(browser, shared, path) as fresh:
            wanted = fresh.evaluate(CARDS)
        assert "won" in wanted["match-U3.1"]
        wait_for(page, lambda: page.evaluate(CARDS) == wanted)


def test_where_more_and_more_comes_an_older_page_is_taken_in_the_end(
    browser: Browser, shared: Running, cup: Cup
) -> None:
    running = another(cup)
    path = bracket_of(running)
    with opened(browser, shared, path) as page:
        fulfilled: list[Route] = []

        def tell_the_same(route: Route, old: APIResponse) -> None:
            fulfilled.append(route)
            route.fulfill(response=old)

        let_through = overtake(page, running, tell_the_same)
        let_through()
        expect(page.locator('[id="match-U1.1"]')).to_have_class(re.compile("decided"))
        assert len(fulfilled) >= 3
        page.unroute(f"**{path}")
        expect(page.locator(SCORE).first).to_have_text("2")


def wait_for(page: Page, holds: Callable[[], bool]) -> None:
    """Let the browser go on until this holds."""
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        page.wait_for_timeout(20)


def test_the_page_of_a_match_and_the_next_one_change(
    browser: Browser, shared: Running, cup: Cup
) -> None:
    base = f"/tournaments/{cup.cup.id}/matches"
    with (
        opened(browser, shared, f"{base}/U1.2") as page,
        opened(browser, shared, f"{base}/U2.1") as onward,
    ):
        cup.decide("U1.2", (2, 0))
        expect(page.locator('[id="of-U1.2"]')).to_contain_text("2")
        expect(onward.locator('[id="of-U2.1"]')).to_contain_text("player4")


def test_a_decision_is_fetched_by_the_pages_of_the_matches_that_it_changes_and_by_no_other(
    browser: Browser, shared: Running, cup: Cup
) -> None:
    cup = another(cup)
    base = f"/tournaments/{cup.cup.id}/matches"
    fetched: list[str] = []
    with ExitStack() as stack:
        pages = {
            one: stack.enter_context(opened(browser, shared, f"{base}/{one}"))
            for one in ("U1.3", "U1.4", "U2.1", "U2.2", "U3.1")
        }
        for page in pages.values():
            page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2]))
        cup.decide("U1.3", (2, 1))
        expect(pages["U1.3"].locator('[id="of-U1.3"]')).to_contain_text("2")
        # Who meets the winner next is told of them, and so is who may.
        expect(pages["U2.2"].locator('[id="of-U2.2"]')).to_contain_text("player2")
        expect(pages["U1.4"].locator('[id="leads-of-U1.4"]')).to_contain_text("player2")
        pages["U3.1"].wait_for_timeout(500)
        assert set(fetched) == {"U1.3", "U2.2", "U1.4"}


def test_the_profile_of_a_player_changes(browser: Browser, shared: Running, cup: Cup) -> None:
    with opened(browser, shared, f"/players/{id_of(cup.player(2))}") as page:
        cup.decide("U1.3", (2, 0))
        expect(page.locator("#last-results")).to_contain_text("player7")


def test_the_console_keeps_its_own_links(browser: Browser, shared: Running, cup: Cup) -> None:
    session = cup.people.write(lambda tx: open_session(tx, id_of(cup.boss), "", ""))[1]
    with opened(browser, shared, f"/tournaments/{cup.cup.id}/console", session) as page:
        card = page.locator('[id="match-U1.4"]')
        before = card.locator(".match-link").get_attribute("href")
        cup.decide("U1.4", (2, 0))
        expect(card.locator(".score").first).to_have_text("2")
        assert card.locator(".match-link").get_attribute("href") == before
