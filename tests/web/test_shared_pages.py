"""Pages that another process has drawn: shared by Redis, never a visitor's own, never stale."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response

from clutch.bootstrap import Site, open_site
from clutch.kernel import redis_link, redis_pool
from clutch.kernel.log import Body
from clutch.kernel.settings import Settings
from clutch.web.app import create_app
from clutch.web.kept import Keep
from clutch.web.routing import Pages
from clutch.web.visit import Visit
from tests.fixtures.browsing import Browser, Bugs
from tests.kernel.redis_room import until
from tests.services.redis import RedisServer, running

STREAM = "team-1"


class Process:
    """One serving process of a site, with a kept page that says how often it drew it."""

    def __init__(self, settings: Settings, bugs: Bugs, name: str) -> None:
        self.name = name
        self.drawn = 0
        self.site: Site = open_site(settings)
        self.app: FastAPI = create_app(self.site, on_bug=bugs.append)
        pages = Pages()
        pages.get("/drawn", kept=Keep("drawn", lambda _: [STREAM]))(self.draw)
        self.app.router.routes[:0] = pages.routes(self.site)
        self.browser = Browser(self.app, bugs)
        self.site.wakes.start()

    def draw(self, visit: Visit) -> Response:
        self.drawn += 1
        who = visit.actor.name or "guest"
        return HTMLResponse(f"{self.name} {self.drawn} {who} " + "x" * 3000)

    def get(self) -> str:
        return self.browser.http.get("/drawn").text.split(" x")[0]

    def is_up(self) -> bool:
        return self.site.capabilities.is_up("redis")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_link, "CHECK_EVERY_S", 0.1)
    monkeypatch.setattr(redis_link, "FIRST_PAUSE_S", 0.2)
    monkeypatch.setattr(redis_link, "LONGEST_PAUSE_S", 0.3)
    # What is asked here is who draws, not how long anybody waits on a machine with much to do.
    monkeypatch.setattr(redis_link, "DEADLINE_S", 2.0)
    monkeypatch.setattr(redis_pool, "DEADLINE_S", 2.0)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running() as started:
        yield started


@pytest.fixture
def shared_settings(sqlite_settings: Settings, server: RedisServer) -> Settings:
    return sqlite_settings.model_copy(update={"redis_host": "localhost", "redis_port": server.port})


@pytest.fixture
def pair(shared_settings: Settings, bugs: Bugs) -> Iterator[tuple[Process, Process]]:
    both = Process(shared_settings, bugs, "one"), Process(shared_settings, bugs, "other")
    until(lambda: all(each.is_up() for each in both))
    yield both
    for each in both:
        each.site.close()


def kept_in(server: RedisServer) -> int:
    return server.run("KEYS", "clutch:*:kept:*").count(b"kept:")


def put(server: RedisServer, count: int) -> None:
    until(lambda: kept_in(server) == count)


def test_what_nobody_asks_for_any_more_does_not_fill_the_server(
    pair: tuple[Process, Process], server: RedisServer
) -> None:
    pair[0].get()
    until(lambda: kept_in(server) == 1)
    name = re.search(rb"clutch:\S+:kept:\w+", server.run("KEYS", "clutch:*:kept:*"))
    assert name is not None
    left = re.search(rb":(-?\d+)", server.run("TTL", name[0].decode()))
    assert left is not None
    assert 0 < int(left[1]) <= 300


def test_what_one_process_drew_the_other_does_not_draw(
    pair: tuple[Process, Process], server: RedisServer
) -> None:
    one, other = pair
    assert one.get() == "one 1 guest"
    put(server, 1)
    assert other.get() == "one 1 guest"
    assert (one.drawn, other.drawn) == (1, 0)


def test_what_happened_meanwhile_is_on_every_page(
    pair: tuple[Process, Process], server: RedisServer
) -> None:
    one, other = pair
    one.get()
    put(server, 1)
    one.site.writer.write(lambda tx: tx.append(STREAM, Body("noted", 1, "{}"), actor_id=None))
    assert other.get() == "other 1 guest"
    put(server, 2)
    assert one.get() == "other 1 guest"


@pytest.mark.parametrize("cookie", ["clutch-session", "__Host-clutch-session", "flash"])
def test_a_visitors_own_page_is_never_shared(
    pair: tuple[Process, Process], server: RedisServer, cookie: str
) -> None:
    one, other = pair
    one.browser.http.cookies.set(cookie, "anything")
    assert one.get() == "one 1 guest"
    other.browser.http.get("/drawn", headers={"authorization": "Bearer x"})
    other.browser.http.get("/drawn?page=2")
    assert kept_in(server) == 0


def test_what_was_kept_before_an_outage_is_not_read_after_it(
    pair: tuple[Process, Process], server: RedisServer
) -> None:
    one, other = pair
    one.get()
    put(server, 1)
    # The server stays as it is; only the line to one of the two breaks.
    server.run("CLIENT", "KILL", "TYPE", "normal")
    server.run("CLIENT", "KILL", "TYPE", "pubsub")
    until(lambda: not any(each.is_up() for each in pair), 3)
    until(lambda: all(each.is_up() for each in pair), 5)
    until(lambda: one.site.era.value == other.site.era.value, 5)
    assert kept_in(server) == 1
    assert other.get() == "other 1 guest"


def test_without_redis_each_draws_for_itself(
    pair: tuple[Process, Process], server: RedisServer
) -> None:
    one, other = pair
    server.kill()
    assert (one.get(), other.get()) == ("one 1 guest", "other 1 guest")
    until(lambda: not any(each.is_up() for each in pair), 5)
    # Once more where what visitors are told was not on the first page yet; then it is kept.
    told = one.get(), other.get()
    assert (one.get(), other.get()) == told
    assert one.drawn <= 2
    assert other.drawn <= 2


def test_bytes_that_are_no_page_are_drawn_anew(
    pair: tuple[Process, Process], server: RedisServer
) -> None:
    one, other = pair
    one.get()
    put(server, 1)
    keys = server.run("KEYS", "clutch:*:kept:*").split(b"\r\n")
    server.run("SET", next(key for key in keys if b"kept:" in key), b"\xc1nonsense")
    assert other.get() == "other 1 guest"


def test_another_name_of_the_site_is_another_page(
    shared_settings: Settings, server: RedisServer, bugs: Bugs
) -> None:
    one = Process(shared_settings, bugs, "one")
    renamed = shared_settings.model_copy(update={"site_name": "Another"})
    other = Process(renamed, bugs, "other")
    until(lambda: one.is_up() and other.is_up())
    one.get()
    put(server, 1)
    assert other.get() == "other 1 guest"
    for each in (one, other):
        each.site.close()
