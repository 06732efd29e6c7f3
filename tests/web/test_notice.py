"""What visitors and admins are told while something optional is down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clutch.accounts.models import Role
from clutch.bootstrap import Site
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.clock import SystemClock
from clutch.kernel.optional import MISSING
from clutch.kernel.projector import FAILED, REBUILDING
from clutch.web import capability_words
from clutch.web.capability_words import NAMES, advice_of, effect_of
from clutch.web.catalogue import catalogue
from clutch.web.notice import code_of
from tests.accounts.conftest import People
from tests.fixtures.browsing import Browser
from tests.fixtures.site import on_sqlite

pytestmark = on_sqlite
SLOWER = "Live updates are slower than usual; results are safe."


def down(site: Site, name: str = "redis") -> None:
    site.capabilities.set(name, State.DOWN, "It hangs.")


def up(site: Site, name: str = "redis") -> None:
    site.capabilities.set(name, State.UP)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ({}, ""),
        ({"redis": State.UP, "live": State.ABSENT, "mail": State.OFF}, ""),
        ({"redis": State.DOWN}, "redis"),
        ({"statistics": State.DOWN}, "statistics"),
        ({"redis": State.DOWN, "live": State.DOWN}, "live"),
        ({"redis": State.DOWN, "statistics": State.DOWN}, "several"),
    ],
)
def test_one_sentence_is_due_at_most(states: dict[str, State], code: str) -> None:
    known = Capabilities(SystemClock())
    for name, state in states.items():
        known.set(name, state)
    assert code_of(known.all()) == code


def test_what_has_not_answered_yet_is_missed_by_nobody_and_what_is_checked_again_is() -> None:
    known = Capabilities(SystemClock())
    known.set("redis", State.PROBING)
    first = code_of(known.all())
    known.set("redis", State.DOWN)
    known.set("redis", State.PROBING)
    assert (first, code_of(known.all())) == ("", "redis")


def test_every_page_says_it_once_and_no_longer_than_it_is_so(client: Browser, site: Site) -> None:
    for path in ("/", "/tournaments", "/teams", "/no-such-page", "/login"):
        assert SLOWER not in client.get(path).html
        down(site)
        assert client.get(path).html.count(SLOWER) == 1
        up(site)
        assert SLOWER not in client.get(path).html


def test_a_kept_page_is_not_drawn_anew_when_all_is_well_again(client: Browser, site: Site) -> None:
    before = client.http.get("/tournaments")
    down(site)
    during = client.http.get("/tournaments")
    up(site)
    after = client.http.get("/tournaments")
    assert before.headers["etag"] == after.headers["etag"] != during.headers["etag"]
    found = site.metrics.figures().numbers["clutch_kept"]
    assert found == {"drawn": 2, "shelf": 1}


def test_it_is_said_in_the_readers_language(
    make_client: Callable[..., Browser], site: Site
) -> None:
    down(site)
    page = make_client("ru").get("/tournaments")
    assert "Живые обновления идут медленнее обычного" in page.html
    answer = make_client().http.get("/notice?language=ru").json()
    assert answer["text"].startswith("Живые обновления")
    assert make_client().http.get("/notice?language=xx").json()["text"] == SLOWER
    up(site)
    assert make_client().http.get("/notice").json() == {"code": "", "text": ""}


def test_an_open_page_hears_of_it_and_nothing_moves(page: Page, address: str, site: Site) -> None:
    down(site)
    page.goto(f"{address}/tournaments")
    bar = page.locator("#site-notice > p")
    expect(bar).to_have_text(SLOWER)
    assert bar.bounding_box() is not None
    heading = page.locator("h1")
    where = heading.bounding_box()
    up(site)
    expect(bar).to_have_count(0, timeout=6_000)
    assert heading.bounding_box() == where


def test_without_a_script_it_is_there_at_the_next_load(client: Browser, site: Site) -> None:
    down(site, "statistics")
    assert "Statistics are behind at the moment" in client.get("/").piece("site-notice")


# The states that each capability comes into.
STATES = {
    "redis": set(State),
    "live": {State.ABSENT, State.DOWN, State.UP},
    "statistics": set(State),
    "achievements": set(State) - {State.ABSENT},
    "notices": {State.DOWN, State.PROBING, State.UP},
    "mail": set(State) - {State.ABSENT},
    "metrics": {State.ABSENT, State.UP},
}


def test_every_capability_in_every_state_has_words_in_both_languages_and_no_others() -> None:
    known = Capabilities(SystemClock())
    reached = {(name, state) for name, states in STATES.items() for state in states}
    assert set(NAMES) == set(STATES)
    assert set(capability_words._EFFECTS) | set(capability_words._ADVICE) <= reached
    for name in NAMES:
        for state in STATES[name]:
            known.set(name, state)
            one = known.get(name)
            advice, facts = advice_of(one)
            for text in (effect_of(one), advice, NAMES[name]):
                said = catalogue("ru").gettext(text)
                assert said != text or text == "Redis"
            assert all(facts.values()), (name, state)
            advice.format(**facts)


def test_the_admin_reads_what_since_when_what_it_means_and_what_to_do(
    client: Browser, site: Site
) -> None:
    people = People(site)
    client.log_in(people.session(people.person("Olga", Role.ADMIN)))
    failed = "Redis at {address} refuses a command."
    site.capabilities.set("redis", State.DOWN, failed, address="c", detail="ERR x")
    page = client.get("/admin/services")
    piece = page.piece("service-redis")
    for words in (
        "Down",
        "Redis at c refuses a command.",
        "ERR x",
        "Since",
        "looks for news five times",
        "See that",
    ):
        assert words in piece
    assert "1 service does not work" in page.html


def test_what_is_set_up_and_not_installed_is_not_said_to_work(client: Browser, site: Site) -> None:
    people = People(site)
    client.log_in(people.session(people.person("Olga", Role.ADMIN)))
    assert "All that was set up works." in client.get("/admin/services").html
    site.capabilities.set("redis", State.ABSENT, MISSING, package="redis")
    page = client.get("/admin/services")
    assert "All that is installed works." in page.html
    assert "install the extra redis" in page.piece("service-redis")
    assert "if you want it so" not in page.piece("service-redis")


def test_what_a_library_says_is_no_part_of_the_sentence(
    make_client: Callable[..., Browser], site: Site
) -> None:
    client = make_client("ru")
    people = People(site)
    client.log_in(people.session(people.person("Olga", Role.ADMIN)))
    site.capabilities.set("statistics", State.DOWN, FAILED, detail="KeyError: 'x'")
    piece = client.get("/admin/services").piece("service-statistics")
    assert "Сбой на одном из событий" in piece
    assert "projection failed" in piece
    assert "KeyError" in piece.partition("В журнале")[2]
    site.capabilities.set("statistics", State.PROBING, REBUILDING)
    piece = client.get("/admin/services").piece("service-statistics")
    assert "projection failed" not in piece
    assert "заново по журналу" in piece


def test_others_do_not_read_it(client: Browser) -> None:
    assert client.get("/admin/services").path.startswith("/login")
