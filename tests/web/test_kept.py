"""Kept pages: what guests read at once is drawn once, and never wrong."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response

from clutch.accounts.models import Language
from clutch.bootstrap import Site
from clutch.kernel.epoch import renew
from clutch.kernel.log import Body
from clutch.kernel.refusals import NotFound
from clutch.web.app import create_app
from clutch.web.kept import Keep, KeptBytes, Shelf, keep_piece, pack, unpack
from clutch.web.reader import Reader
from clutch.web.routing import Pages
from clutch.web.visit import Visit
from tests.fixtures.browsing import Browser, Bugs
from tests.fixtures.site import on_sqlite

pytestmark = on_sqlite
STREAM = "tournament-keptpage"


class Drawings:
    """A kept page that counts how often it is drawn."""

    def __init__(self) -> None:
        self.count = 0
        self.hold = threading.Event()
        self.hold.set()
        self.pages = Pages()
        keep = Keep("drawing", lambda at: [f"tournament-{at['key']}"])
        self.pages.get("/kept/{key}", kept=keep)(self.draw)

    def draw(self, visit: Visit, key: str) -> Response:
        if key == "nothing":
            raise NotFound
        self.hold.wait(5)
        self.count += 1
        when = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
        who = visit.actor.name or "guest"
        text = f"{visit.language} {visit.reader.clock(when)} {visit.theme} {who} {self.count} "
        return HTMLResponse(text + "x" * 5000)


@pytest.fixture
def drawings() -> Drawings:
    return Drawings()


@pytest.fixture
def app(site: Site, bugs: Bugs, drawings: Drawings) -> FastAPI:
    made = create_app(site, on_bug=bugs.append)
    made.router.routes[:0] = drawings.pages.routes(site)
    return made


def something_happens(site: Site, stream: str = STREAM) -> None:
    site.writer.write(lambda tx: tx.append(stream, Body("noted", 1, "{}"), actor_id=None))


def test_a_page_is_drawn_once_until_something_happens(
    client: Browser, site: Site, drawings: Drawings
) -> None:
    pages = [client.http.get("/kept/keptpage") for _ in range(3)]
    assert (drawings.count, {page.text for page in pages}) == (1, {pages[0].text})
    something_happens(site, "tournament-another")
    client.http.get("/kept/keptpage")
    assert drawings.count == 1
    something_happens(site)
    assert client.http.get("/kept/keptpage").text.startswith("en 15:00 dark guest 2 ")


def test_nothing_is_kept_from_one_epoch_to_the_next(client: Browser, site: Site) -> None:
    """As after a restore beside a running process: the same heads belong to another history."""
    before = client.http.get("/kept/keptpage")
    home = client.get("/").html
    renewed = site.writer.write(renew)
    known = {"if-none-match": before.headers["etag"]}
    again = client.http.get("/kept/keptpage", headers=known)
    assert (again.status_code, again.text[:21]) == (200, "en 15:00 dark guest 2")
    assert f'data-epoch="{renewed}"' in client.get("/").html
    assert f'data-epoch="{renewed}"' not in home


def test_who_has_the_page_gets_nothing_anew(client: Browser, site: Site) -> None:
    first = client.http.get("/kept/keptpage")
    known = {"if-none-match": first.headers["etag"]}
    again = client.http.get("/kept/keptpage", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"]
    something_happens(site)
    assert client.http.get("/kept/keptpage", headers=known).status_code == 200


def test_language_zone_and_theme_have_pages_of_their_own(
    client: Browser, drawings: Drawings
) -> None:
    assert client.http.get("/kept/keptpage").text.startswith("en 15:00 dark")
    client.http.cookies.set("zone", "Europe/Moscow")
    assert client.http.get("/kept/keptpage").text.startswith("en 18:00 dark")
    client.http.cookies.set("language", "ru")
    client.http.cookies.set("theme", "light")
    assert client.http.get("/kept/keptpage").text.startswith("ru 18:00 light")
    client.http.cookies.set("theme", "no such theme")
    assert client.http.get("/kept/keptpage").text.startswith("ru 18:00 dark")
    assert drawings.count == 4


@pytest.mark.parametrize("cookie", ["clutch-session", "__Host-clutch-session", "flash"])
def test_visitors_of_whom_something_is_known_get_their_own_page(
    client: Browser, drawings: Drawings, cookie: str
) -> None:
    client.http.get("/kept/keptpage")
    client.http.cookies.set(cookie, "anything")
    client.http.get("/kept/keptpage")
    client.http.get("/kept/keptpage")
    assert drawings.count == 3


def test_plain_and_zipped_are_the_same_page(client: Browser) -> None:
    zipped = client.http.get("/kept/keptpage", headers={"accept-encoding": "gzip"})
    plain = client.http.get("/kept/keptpage", headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < int(plain.headers["content-length"]) // 10
    assert zipped.text == plain.text


def test_head_has_no_body(client: Browser) -> None:
    answer = client.http.head("/kept/keptpage")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


def test_a_refusal_is_not_kept(client: Browser) -> None:
    for _ in range(2):
        page = client.get("/kept/nothing")
        assert (page.status, "etag" in page.response.headers) == (404, False)


def test_a_crowd_waits_for_one_drawing(client: Browser, drawings: Drawings) -> None:
    drawings.hold.clear()
    with client.http, ThreadPoolExecutor(8) as crowd:
        asked = [crowd.submit(client.http.get, "/kept/keptpage") for _ in range(8)]
        threading.Timer(0.3, drawings.hold.set).start()
        texts = {one.result().text for one in asked}
    assert (len(texts), drawings.count) == (1, 1)


def kept(size: int) -> KeptBytes:
    return unpack(pack(b"x" * size, "text/html"), ("a key",))


def test_the_shelf_drops_what_was_not_asked_for_longest() -> None:
    shelf = Shelf(most_bytes=40_000)
    for name in "abcd":
        shelf.put((name,), kept(7_000))
    assert shelf.find(("a",), KeptBytes) is not None
    shelf.put(("e",), kept(7_000))
    there = [name for name in "abcde" if shelf.find((name,), KeptBytes) is not None]
    assert (there, shelf.size <= 40_000) == (["a", "c", "d", "e"], True)


def test_what_would_fill_the_shelf_is_not_kept() -> None:
    shelf = Shelf(most_bytes=40_000)
    shelf.put(("small",), kept(5_000))
    shelf.put(("huge",), kept(30_000))
    assert shelf.find(("huge",), KeptBytes) is None
    assert shelf.find(("small",), KeptBytes) is not None


def test_a_piece_is_drawn_once_for_all_readers_of_a_language_and_zone(site: Site) -> None:
    drawn: list[str] = []

    def piece(language: Language, zone: str, at: tuple[str, int]) -> str:
        reader = Reader(language, ZoneInfo(zone))
        return keep_piece(shelf, site, "table", (STREAM, at), reader, lambda: draw(reader))

    def draw(reader: Reader) -> str:
        drawn.append(f"<p>{reader.language} {reader.zone.key} {len(drawn)}</p>")
        return drawn[-1]

    shelf = Shelf()
    first = piece("en", "UTC", ("e", 1))
    assert piece("en", "UTC", ("e", 1)) == first == "<p>en UTC 0</p>"
    assert piece("ru", "UTC", ("e", 1)) == "<p>ru UTC 1</p>"
    assert piece("en", "Asia/Tokyo", ("e", 1)) == "<p>en Asia/Tokyo 2</p>"
    assert piece("en", "UTC", ("e", 2)) == "<p>en UTC 3</p>"
    assert piece("en", "UTC", ("f", 2)) == "<p>en UTC 4</p>"
    assert len(drawn) == 5
