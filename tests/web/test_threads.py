"""Few threads draw, and who writes does not wait for them."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from starlette.types import ASGIApp

from clutch.bootstrap import Site
from clutch.kernel.database import Database
from clutch.kernel.shared import SharedBytes
from clutch.web import threads
from clutch.web.app import create_app
from clutch.web.threads import FEW, draw, drawers_on
from tests.fixtures.site import on_sqlite

MANY = 20


class Work:
    """Counts how many do it at once; nobody is done before so many are at it."""

    def __init__(self, awaited: int) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self._awaited = awaited
        self._all_are = threading.Event()
        self.most = 0

    def do(self, number: int) -> int:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now >= self._awaited:
                self._all_are.set()
        self._all_are.wait(5)
        time.sleep(0.1)
        with self._lock:
            self._now -= 1
        return number


def most_at_once(site: Site, awaited: int) -> int:
    """How many draw at once when many want to; all of them get their turn."""
    app, work = create_app(site), Work(awaited)

    async def all_of_them() -> list[int]:
        async with app.router.lifespan_context(app):
            return await asyncio.gather(*(draw(work.do, number) for number in range(MANY)))

    assert asyncio.run(all_of_them()) == list(range(MANY))
    return work.most


def test_few_threads_draw_and_all_get_their_turn(site: Site) -> None:
    most = drawers_on(site.database)
    assert most_at_once(site, most) == most


def test_fewer_draw_while_writers_stand_in_line(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "is_busy_writing", True)
    assert most_at_once(site, FEW) == FEW


@on_sqlite
def test_whose_turn_does_not_come_is_told_so_in_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "PATIENCE_S", 0.2)
    app, go_on = create_app(site), threading.Event()

    async def ask_twice() -> tuple[int, int]:
        async with app.router.lifespan_context(app):
            held = [asyncio.create_task(draw(go_on.wait, 10)) for _ in range(FEW)]
            await asyncio.sleep(0.05)
            refused = await ask(app, "GET", "/login")
            go_on.set()
            await asyncio.gather(*held)
            return refused, await ask(app, "GET", "/login")

    assert asyncio.run(ask_twice()) == (503, 200)


@on_sqlite
def test_who_waits_for_what_others_drew_keeps_nobody_from_drawing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, go_on = create_app(site), threading.Event()
    monkeypatch.setattr(SharedBytes, "is_there", True)
    monkeypatch.setattr(SharedBytes, "find", lambda *_: go_on.wait(10) and None)
    paths = [f"/tournaments/none{number:04}/bracket" for number in range(2 * FEW)]

    async def all_of_them() -> tuple[int, bool, list[int]]:
        async with app.router.lifespan_context(app):
            waiting = [asyncio.create_task(ask(app, "GET", path)) for path in paths]
            await asyncio.sleep(0.05)
            read = await ask(app, "GET", "/login")
            was_answered = any(one.done() for one in waiting)
            go_on.set()
            return read, was_answered, await asyncio.gather(*waiting)

    assert asyncio.run(all_of_them()) == (200, False, [404] * len(paths))


@on_sqlite
def test_who_writes_is_answered_while_all_who_draw_are_held_up(site: Site) -> None:
    app, go_on = create_app(site), threading.Event()

    async def both() -> tuple[int, bool, int]:
        async with app.router.lifespan_context(app):
            held = [asyncio.create_task(draw(go_on.wait, 10)) for _ in range(FEW)]
            await asyncio.sleep(0.05)
            reading = asyncio.create_task(ask(app, "GET", "/login"))
            written = await ask(app, "POST", "/login")
            was_read = reading.done()
            go_on.set()
            await asyncio.gather(*held)
            return written, was_read, await reading

    assert asyncio.run(both()) == (403, False, 200)


async def ask(app: ASGIApp, method: str, path: str) -> int:
    """The status of an answer."""
    statuses: list[int] = []
    form = (b"content-type", b"application/x-www-form-urlencoded")
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"testserver"), form],
        "client": ("127.0.0.1", 5000),
        "server": ("testserver", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    await app(scope, receive, send)
    return statuses[0]
