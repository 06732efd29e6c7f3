"""A page finds the transport that gets through, and the way back up, and loses nothing by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from clutch.bootstrap import Site
from tests.live.relay import Relay, relaying
from tests.live.things import score
from tests.serve.running import Running

pytestmark = pytest.mark.browser

WITHIN_S = 10
UP_WITHIN_MS = 76_000
# Notes every number that the page shows, in the order in which it shows them.
NOTE = """() => {
    window.shown = [Number(document.querySelector("#points").textContent)];
    new MutationObserver(() => {
        const now = Number(document.querySelector("#points").textContent);
        if (now !== window.shown.at(-1)) window.shown.push(now);
    }).observe(document.querySelector("#score"),
        {subtree: true, childList: true, characterData: true});
}"""
KEPT = "JSON.parse(sessionStorage.getItem('live-rung'))"


@pytest.fixture
def relay(shared: Running) -> Iterator[Relay]:
    with relaying(shared.address) as made:
        yield made


def opened(page: Page, relay: Relay, stream: str) -> None:
    page.goto(f"{relay.address}/try/page?stream={stream}")


def expect_on(page: Page, transport: str, seconds: float = WITHIN_S) -> None:
    """The page is live, on this transport."""
    state = page.locator("#live-state")
    expect(state).to_have_attribute("data-transport", transport, timeout=seconds * 1000)
    expect(state).to_have_text("Live")


def test_behind_a_proxy_that_drops_upgrade_a_page_follows_by_events(
    page: Page, relay: Relay, shared_beside: Site, stream: str
) -> None:
    relay.drops_upgrade = True
    began = time.time()
    opened(page, relay, stream)
    expect_on(page, "events")
    shared_beside.writer.write(score(stream, 1))
    expect(page.locator("#points")).to_have_text("1")
    # Another page of this visit begins where this one stood.
    rung, up_at = page.evaluate(KEPT)
    assert rung == 1
    assert up_at - began * 1000 >= 60_000
    assert up_at - time.time() * 1000 <= 75_000
    asked: list[str] = []
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.reload()
    expect_on(page, "events")
    assert not asked


def test_where_events_are_kept_back_too_a_page_polls(
    page: Page, relay: Relay, shared_beside: Site, stream: str
) -> None:
    relay.drops_upgrade = relay.keeps_events = True
    opened(page, relay, stream)
    expect_on(page, "poll")
    for points in (1, 2):
        shared_beside.writer.write(score(stream, points))
        expect(page.locator("#points")).to_have_text(str(points), timeout=9_000)


def test_a_page_goes_down_and_up_again_while_things_happen_and_shows_each_once(
    page: Page, relay: Relay, shared_beside: Site, stream: str
) -> None:
    page.clock.install()
    opened(page, relay, stream)
    expect_on(page, "websocket")
    page.evaluate(NOTE)
    ended = threading.Event()

    def happen() -> None:
        while not ended.wait(0.1):
            shared_beside.writer.write(score(stream, 1))

    writer = threading.Thread(target=happen)
    writer.start()
    relay.drops_upgrade = True
    relay.cut()
    expect_on(page, "events")
    relay.drops_upgrade = False
    page.clock.fast_forward(UP_WITHIN_MS)
    expect_on(page, "websocket")
    ended.set()
    writer.join()
    last = shared_beside.writer.write(lambda tx: tx.lock(stream))
    expect(page.locator("#points")).to_have_text(str(last))
    shown = page.evaluate("window.shown")
    assert shown == sorted(set(shown))


def test_a_page_that_is_woken_while_it_looks_whether_the_site_is_there_stays_where_it_is(
    page: Page, relay: Relay, shared_beside: Site, stream: str
) -> None:
    relay.drops_upgrade = True
    asked = threading.Event()

    def wake_up(route: Route) -> None:
        # The way is free again, and the page is woken, before it has heard that the site is there.
        if not asked.is_set():
            asked.set()
            relay.drops_upgrade = False
            page.evaluate("dispatchEvent(new Event('online'))")
            expect_on(page, "websocket")
        route.continue_()

    page.route("**/livez", wake_up)
    opened(page, relay, stream)
    expect_on(page, "websocket")
    assert asked.is_set()
    page.wait_for_timeout(500)
    assert page.evaluate("sessionStorage.getItem('live-rung')") in (None, "[0,0]")
    shared_beside.writer.write(score(stream, 1))
    expect(page.locator("#points")).to_have_text("1")


def test_when_it_is_time_a_page_tries_the_way_up_beside_the_line_that_works(
    page: Page, relay: Relay, shared_beside: Site, stream: str
) -> None:
    relay.drops_upgrade = relay.keeps_events = True
    opened(page, relay, stream)
    expect_on(page, "poll")
    soon = "sessionStorage.setItem('live-rung', JSON.stringify([2, Date.now() + 500]))"
    for transport in ("events", "websocket"):
        # What stood in the way goes away, and it is time.
        relay.keeps_events = False
        relay.drops_upgrade = transport == "events"
        page.evaluate(soon)
        page.reload()
        page.evaluate(NOTE)
        expect_on(page, transport)
        shared_beside.writer.write(score(stream, 1))
        points = shared_beside.writer.write(lambda tx: tx.lock(stream))
        expect(page.locator("#points")).to_have_text(str(points))
        shown = page.evaluate("window.shown")
        assert shown == sorted(set(shown))
