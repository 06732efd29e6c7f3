"""Who is logged in hears of their own matches on whatever page is open; nobody else does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from clutch.accounts.events import stream_of
from clutch.accounts.models import Role
from clutch.accounts.sessions import open_session
from clutch.achievements.catalogue import BY_KEY
from clutch.achievements.events import AchievementUnlocked
from clutch.bootstrap import Site, open_site
from clutch.kernel import log
from clutch.kernel.clock import FrozenClock
from clutch.kernel.log import read_stream
from clutch.kernel.projections import read_cursor
from clutch.kernel.settings import Settings
from clutch.tournaments.models import FormatSettings, Status
from tests.fixtures.browsing import Bugs
from tests.live.conftest import live_sites
from tests.live.reader import TRANSPORTS, Follower, following
from tests.live.test_open_pages import opened
from tests.play.conftest import Running as Cup
from tests.serve.running import Running, wait_until
from tests.tournaments.conftest import Community, id_of


@pytest.fixture(scope="module")
def shared_settings(tmp_path_factory: pytest.TempPathFactory, prepared_sqlite: Path) -> Settings:
    """A site of this module's own: other tests have players of the same names."""
    home = tmp_path_factory.mktemp("toasts")
    (home / "run").mkdir()
    shutil.copy(prepared_sqlite, home / "clutch.db")
    return Settings(home=home)


@pytest.fixture(scope="module")
def shared(shared_settings: Settings) -> Iterator[Running]:
    with live_sites(shared_settings, shared_settings.home, 1) as (running,):
        yield running


@pytest.fixture(scope="module")
def shared_beside(shared_settings: Settings) -> Iterator[Site]:
    opened_site = open_site(shared_settings)
    yield opened_site
    opened_site.close()


@pytest.fixture(scope="module")
def cup(shared: Running, shared_beside: Site) -> Cup:
    """Sixteen players; each test plays a match of its own."""
    clock = cast("FrozenClock", shared_beside.clock)
    people = Community(shared_beside, clock, FastAPI(), Bugs())
    people.person("boss", Role.ORGANIZER)
    settings = FormatSettings(best_of=3)
    made = people.cup(*people.players(16), format_settings=settings, max_participants=16)
    people.move(made, Status.SEEDING)
    started = Cup(people, people.start(made))
    # What is told of the draw, and of what was before it, must not come into a test's way.
    with shared_beside.database.read() as conn:
        position = log.last_position(conn)
    wait_until(lambda: is_followed(shared_beside, position))
    assert "player-match-opened" in kinds_told(shared_beside, started, 1)
    return started


def is_followed(site: Site, position: int) -> bool:
    """Whether all that follows from what happened so far is told."""
    with site.database.read() as conn:
        return min(read_cursor(conn, name) for name in site.projector.names) >= position


def kinds_told(site: Site, cup: Cup, seed: int) -> list[str]:
    with site.database.read() as conn:
        return [one.kind for one in read_stream(conn, stream_of(id_of(cup.player(seed))))]


def session_of(cup: Cup, seed: int) -> str:
    return cup.people.write(lambda tx: open_session(tx, id_of(cup.player(seed)), "", ""))[1]


def seeds_of(cup: Cup, match_id: str) -> tuple[int, int]:
    first, second = cup.match(match_id).participants
    seeds = {one.id: one.seed or 0 for one in cup.people.participants(cup.cup)}
    return seeds[first], seeds[second]


def toasts(page: Page) -> list[str]:
    return page.locator("#toasts .toast-text").all_inner_texts()


@pytest.mark.browser
def test_a_report_against_somebody_is_said_on_every_open_page_of_theirs(
    browser: Browser, shared: Running, cup: Cup
) -> None:
    one, other = seeds_of(cup, "U1.1")
    session = session_of(cup, other)
    with (
        opened(browser, shared, "/teams", session) as page,
        opened(browser, shared, "/", session) as second,
        opened(browser, shared, "/teams", session_of(cup, one)) as of_reporter,
        opened(browser, shared, f"/players/{id_of(cup.player(other))}") as of_guest,
    ):
        top = page.evaluate("document.querySelector('main').getBoundingClientRect().top")
        cup.report(one, "U1.1", (2, 1))
        for each in (page, second):
            expect(each.locator(".toast")).to_contain_text(f"player{one} reported match U1.1")
            expect(each.locator(".toast")).to_contain_text("you 1, they 2")
        link = page.locator(".toast a")
        href = f"/tournaments/{cup.cup.id}/matches/U1.1"
        expect(link).to_have_attribute("href", href)
        assert page.evaluate("document.querySelector('main').getBoundingClientRect().top") == top
        # It is sent away; the focus is not lost with it.
        page.get_by_role("button", name="Dismiss").press("Enter")
        expect(page.locator(".toast")).to_have_count(0)
        expect(page.locator("#main")).to_be_focused()
        expect(second.locator(".toast")).to_have_count(1)
        assert toasts(of_reporter) == toasts(of_guest) == []


@pytest.mark.browser
def test_a_toast_goes_by_itself_but_not_while_somebody_is_at_it(
    browser: Browser, shared: Running, cup: Cup
) -> None:
    one, other = seeds_of(cup, "U1.2")
    with opened(browser, shared, "/teams", session_of(cup, other)) as page:
        cup.report(one, "U1.2", (2, 0))
        expect(page.locator(".toast")).to_have_count(1)
        page.locator(".toast a").focus()
        page.evaluate("document.querySelector('.toast').dataset.left = 1")
        page.wait_for_timeout(2_200)
        expect(page.locator(".toast")).to_have_count(1)
        page.locator("#main").focus()
        page.evaluate("document.querySelector('.toast').dataset.left = 1")
        expect(page.locator(".toast")).to_have_count(0)


@pytest.mark.browser
def test_what_is_said_between_two_pages_is_not_lost_and_nothing_is_said_twice(
    browser: Browser, shared: Running, shared_beside: Site, cup: Cup
) -> None:
    one, other = seeds_of(cup, "U1.3")
    stream = stream_of(id_of(cup.player(other)))
    with opened(browser, shared, "/teams", session_of(cup, other)) as page:
        head = shared_beside.writer.write(lambda tx: tx.lock(stream))
        page.goto("about:blank")
        cup.report(one, "U1.3", (2, 0))
        told(shared, stream, head + 1)
        page.goto(f"{shared.address}/players")
        expect(page.locator(".toast")).to_have_count(1)
        page.goto(f"{shared.address}/teams")
        expect(page.locator("#live-state")).to_have_text("Live")
        page.wait_for_timeout(500)
        assert toasts(page) == []


def told(shared: Running, stream: str, seq: int) -> None:
    """Wait until the stream has the event."""
    with following("websocket", shared.address, [stream]) as reader:
        reader.next("subscribed")
        while reader.ledger.last[stream] < seq:
            reader.next("events")


@pytest.fixture(scope="module")
def wireless(shared_settings: Settings, cup: Cup) -> Iterator[Running]:
    """The same site on a server whose WebSockets get frames the public way."""
    home = shared_settings.home
    with live_sites(shared_settings, home, 1, module="tests.live.wireless") as (running,):
        yield running


def test_the_public_way_tells_an_owner_what_their_stream_says(wireless: Running, cup: Cup) -> None:
    check_that_only_the_owner_is_told(wireless, cup, "websocket", "U1.8")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_only_its_owner_gets_what_a_stream_says_to_them(
    shared: Running, cup: Cup, transport: str
) -> None:
    check_that_only_the_owner_is_told(
        shared, cup, transport, f"U1.{4 + TRANSPORTS.index(transport)}"
    )


def check_that_only_the_owner_is_told(
    shared: Running, cup: Cup, transport: str, match_id: str
) -> None:
    one, other = seeds_of(cup, match_id)
    stream = stream_of(id_of(cup.player(other)))
    own = {"Cookie": f"clutch-session={session_of(cup, other)}", "Origin": shared.address}
    another = {"Cookie": f"clutch-session={session_of(cup, one)}", "Origin": shared.address}
    with (
        following(transport, shared.address, [stream], headers=own) as owner,
        following(transport, shared.address, [stream], headers=another) as stranger,
        following(transport, shared.address, [stream]) as guest,
    ):
        for reader in (owner, stranger, guest):
            reader.next("subscribed")
        cup.report(one, match_id, (2, 0))
        toast = toast_of(owner, tone="wait")
        for reader in (stranger, guest):
            while reader.ledger.last[stream] < toast["seq"]:
                frame = reader.next("events")
                assert frame["toasts"] == []
                assert match_id not in str(frame)


def toast_of(owner: Follower, tone: str) -> dict[str, Any]:
    """The next note of this tone; other events and notes may come before it."""
    while True:
        for toast in owner.next("events")["toasts"]:
            if toast["tone"] == tone:
                return dict(toast)


def test_an_achievement_is_said_to_who_unlocked_it(
    shared: Running, shared_beside: Site, cup: Cup
) -> None:
    stream = stream_of(id_of(cup.player(16)))
    own = {"Cookie": f"clutch-session={session_of(cup, 16)}", "Origin": shared.address}
    fact = AchievementUnlocked(
        key=next(iter(BY_KEY)),
        tier=1,
        period="",
        points=5,
        cause=1,
        tournament_id=None,
        match_id=None,
        team_id=None,
    )
    with following("websocket", shared.address, [stream], headers=own) as owner:
        owner.next("subscribed")
        shared_beside.writer.write(lambda tx: tx.append(stream, fact, actor_id=None))
        toast = toast_of(owner, tone="good")
    assert toast["text"].startswith("Unlocked: ")
    assert toast["href"].startswith(f"/players/{id_of(cup.player(16))}")


@pytest.mark.browser
def test_a_page_for_guests_has_no_place_for_notes(browser: Browser, shared: Running) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{shared.address}/teams")
        expect(page.locator("#toasts")).to_have_count(0)
        assert page.evaluate("document.body.dataset.own") is None
