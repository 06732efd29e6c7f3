"""An open page changes in place, in every browser, and whoever uses it is not disturbed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from clutch.bootstrap import Site
from clutch.kernel.epoch import get_epoch
from tests.live.things import score
from tests.serve.running import Running

pytestmark = pytest.mark.browser

PLACE = "[scrollY, document.querySelector('#score').getBoundingClientRect().y]"


@pytest.fixture
def opened(page: Page, shared: Running, stream: str) -> Page:
    """A page that follows the stream, and is live."""
    page.goto(f"{shared.address}/try/page?stream={stream}")
    expect(page.locator("#live-state")).to_have_text("Live")
    return page


@pytest.fixture
def other(browser: Browser, shared: Running, stream: str) -> Iterator[Page]:
    """The same page in somebody else's browser."""
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto(f"{shared.address}/try/page?stream={stream}")
        expect(opened.locator("#live-state")).to_have_text("Live")
        yield opened


def test_a_page_changes_in_every_browser_within_a_second(
    opened: Page, other: Page, shared_beside: Site, stream: str
) -> None:
    took = []
    for points in (1, 2):
        shared_beside.writer.write(score(stream, points))
        began = time.monotonic()
        for page in (opened, other):
            expect(page.locator("#points")).to_have_text(str(points))
            expect(page.locator("#mine")).to_have_text(f"{points} for me")
            expect(page.locator("#table p")).to_have_text("0 in the table")
        took.append(time.monotonic() - began)
    expect(opened.locator("#live-said")).to_have_text("1:0")
    # The better of two: a machine that is busy with other things proves nothing.
    assert min(took) < 1


def test_focus_scroll_and_open_details_stay(opened: Page, shared_beside: Site, stream: str) -> None:
    opened.locator("#more summary").click()
    opened.locator("#link").focus()
    opened.evaluate("scrollTo(0, 1500)")
    before = opened.evaluate(
        "[scrollY, document.querySelector('#score').getBoundingClientRect().y]"
    )
    shared_beside.writer.write(score(stream, 1))
    expect(opened.locator("#points")).to_have_text("1")
    assert opened.evaluate("document.activeElement.id") == "link"
    assert opened.evaluate("document.querySelector('#more').open")
    assert opened.evaluate(PLACE) == before


def test_what_is_being_typed_stays_and_the_region_follows_afterwards(
    opened: Page, shared_beside: Site, stream: str
) -> None:
    opened.locator("#typed").fill("half a word")
    shared_beside.writer.write(score(stream, 1, 2, 3))
    expect(opened.locator("#mine")).to_have_text("3 for me")
    assert opened.locator("#typed").input_value() == "half a word"
    expect(opened.locator("#table p")).to_have_text("0 in the table")
    opened.locator("#typed").fill("")
    opened.locator("#link").focus()
    expect(opened.locator("#table p")).to_have_text("3 in the table")


def test_only_what_differs_is_marked_and_only_for_a_moment(
    opened: Page, shared_beside: Site, stream: str
) -> None:
    opened.evaluate(
        """() => {
            window.marked = new Set();
            const note = ({ target }) =>
                target.classList.contains("just-changed") && window.marked.add(target.id);
            new MutationObserver((changes) => changes.forEach(note)).observe(
                document.querySelector("#score"), { subtree: true, attributeFilter: ["class"] });
        }"""
    )
    shared_beside.writer.write(score(stream, 1))
    expect(opened.locator("#points")).to_have_text("1")
    assert opened.evaluate("[...window.marked]") == ["points"]
    expect(opened.locator(".just-changed")).to_have_count(0)


class Line:
    """The line between a page and the site: it can be cut, and lose frames."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.is_down = False
        self.loses = ""
        self.passed: list[str] = []
        self._ends: list[WebSocketRoute] = []
        page.route_web_socket("**/live", self._open)
        page.route("**/livez", self._answer)

    def cut(self) -> None:
        """Nothing goes through any more, until it is mended."""
        self.is_down = True
        for end in self._ends:
            end.close()
        self._ends.clear()

    def mend(self) -> None:
        self.is_down = False

    def wait_for(self, kind: str, times: int) -> None:
        """Wait until so many frames of this kind came by, lost ones too."""
        late = time.monotonic() + 10
        while self.passed.count(kind) < times:
            assert time.monotonic() < late, self.passed
            self._page.wait_for_timeout(20)

    def tell(self, frame: dict[str, Any]) -> None:
        """Send the page a frame."""
        self._ends[-1].send(json.dumps(frame))

    def _answer(self, route: Route) -> None:
        # Where the whole site is away, a page does not look for another transport.
        if self.is_down:
            route.abort()
        else:
            route.continue_()

    def _open(self, end: WebSocketRoute) -> None:
        if self.is_down:
            end.close()
            return
        self._ends.append(end)
        site = end.connect_to_server()
        site.on_message(lambda text: self._pass(end, str(text)))
        end.on_message(lambda text: self._pass(site, str(text)))

    def _pass(self, end: WebSocketRoute, text: str) -> None:
        kind = json.loads(text)["type"]
        self.passed.append(kind)
        if kind != self.loses:
            end.send(text)


def test_a_cut_line_is_said_and_mended_and_what_was_missed_comes(
    page: Page, shared: Running, shared_beside: Site, stream: str
) -> None:
    line = Line(page)
    page.goto(f"{shared.address}/try/page?stream={stream}")
    expect(page.locator("#live-state")).to_have_text("Live")
    line.cut()
    shared_beside.writer.write(score(stream, 1))
    expect(page.locator("#live-state")).to_have_text("Reconnecting")
    line.mend()
    expect(page.locator("#points")).to_have_text("1", timeout=10_000)
    state = page.locator("#live-state")
    expect(state).to_have_text("Live")
    # Where the line was mended late the page has stepped down meanwhile, and climbs up again.
    expect(state).to_have_attribute("data-transport", "websocket", timeout=90_000)


def test_a_frame_that_was_silently_lost_is_noticed_by_the_heartbeat(
    page: Page, shared: Running, shared_beside: Site, stream: str
) -> None:
    line = Line(page)
    page.goto(f"{shared.address}/try/page?stream={stream}")
    expect(page.locator("#live-state")).to_have_text("Live")
    line.loses = "events"
    shared_beside.writer.write(score(stream, 1))
    line.wait_for("events", 1)
    line.loses = ""
    expect(page.locator("#points")).to_have_text("0")
    with shared_beside.database.read() as conn:
        epoch = get_epoch(conn)
    line.tell({"type": "heartbeat", "epoch": epoch, "heads": {stream: 1}})
    expect(page.locator("#points")).to_have_text("1")


@pytest.mark.parametrize("lost", ["subscribe", "subscribed"])
def test_a_page_whose_subscription_was_lost_notices_that_the_heartbeat_does_not_name_its_stream(
    page: Page, shared: Running, shared_beside: Site, stream: str, lost: str
) -> None:
    line = Line(page)
    line.loses = lost
    page.goto(f"{shared.address}/try/page?stream={stream}")
    expect(page.locator("#live-state")).to_have_text("Live")
    line.loses = ""
    shared_beside.writer.write(score(stream, 1))
    expect(page.locator("#points")).to_have_text("1")


def test_a_page_of_an_abandoned_history_fetches_though_the_snapshot_was_lost(
    page: Page, shared: Running, shared_beside: Site, stream: str
) -> None:
    line = Line(page)
    line.loses = "snapshot"
    page.goto(f"{shared.address}/try/page?stream={stream}&seq=7&epoch=abandoned")
    expect(page.locator("#live-state")).to_have_text("Live")
    line.loses = ""
    shared_beside.writer.write(score(stream, 1))
    expect(page.locator("#points")).to_have_text("1")
    expect(page.locator("#table p")).to_have_text("1 in the table")


def test_a_gap_is_asked_for_once_however_many_frames_come_after_it(
    page: Page, shared: Running, shared_beside: Site, stream: str
) -> None:
    line = Line(page)
    page.goto(f"{shared.address}/try/page?stream={stream}")
    expect(page.locator("#live-state")).to_have_text("Live")
    line.loses = "events"
    shared_beside.writer.write(score(stream, 1))
    line.wait_for("events", 1)
    # The answer is on its way for a while, and meanwhile more happens.
    line.loses = "subscribe"
    began = time.monotonic()
    for number in range(2, 8):
        shared_beside.writer.write(score(stream, number))
        line.wait_for("events", number)
    page.wait_for_timeout(100)
    # When no answer comes it asks again, but not before two seconds are over.
    again = int((time.monotonic() - began) / 2)
    assert 2 <= line.passed.count("subscribe") <= 2 + again


def test_a_gap_is_filled_before_what_comes_after_it(
    page: Page, shared: Running, shared_beside: Site, stream: str
) -> None:
    line = Line(page)
    page.goto(f"{shared.address}/try/page?stream={stream}")
    expect(page.locator("#live-state")).to_have_text("Live")
    line.loses = "events"
    shared_beside.writer.write(score(stream, 1, 2, 3))
    line.wait_for("events", 1)
    line.loses = ""
    shared_beside.writer.write(score(stream, 4))
    expect(page.locator("#points")).to_have_text("4")
    expect(page.locator("#table p")).to_have_text("4 in the table")


def test_a_page_that_comes_back_from_the_past_fetches_itself_anew(
    page: Page, shared: Running, shared_beside: Site, stream: str
) -> None:
    page.goto(f"{shared.address}/try/page?stream={stream}&seq=7")
    expect(page.locator("#live-state")).to_have_text("Live")
    for points in (1, 2):
        shared_beside.writer.write(score(stream, points))
        expect(page.locator("#points")).to_have_text(str(points))
