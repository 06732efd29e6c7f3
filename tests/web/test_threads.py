"""Few threads draw, and who writes does not wait for them."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from starlette.types import ASGIApp

from clutch.bootstrap import Site
from clutch.web.app import create_app
from clutch.web.threads import DRAWERS, draw
from tests.fixtures.site import on_sqlite

MANY = 20


class Work:
    """Counts how many do it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0

    def do(self, number: int) -> int:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.05)
        with self._lock:
            self._now -= 1
        return number


def test_a_site_on_sqlite_draws_with_few_threads_and_all_get_their_turn(
    site: Site,
) -> None:
    app, work = create_app(site), Work()

    async def all_of_them() -> list[int]:
        async with app.router.lifespan_context(app):
            return await asyncio.gather(*(draw(work.do, number) for number in range(MANY)))

    assert asyncio.run(all_of_them()) == list(range(MANY))
    assert (work.most == DRAWERS) is site.database.is_sqlite
    assert work.most >= DRAWERS


@on_sqlite
def test_who_writes_is_answered_while_all_who_draw_are_held_up(site: Site) -> None:
    app, go_on = create_app(site), threading.Event()

    async def both() -> tuple[int, bool, int]:
        async with app.router.lifespan_context(app):
            held = [asyncio.create_task(draw(go_on.wait, 10)) for _ in range(DRAWERS)]
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
