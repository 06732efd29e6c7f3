"""Few threads draw, and who writes does not wait for them."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from starlette.types import ASGIApp

from clutch.bootstrap import Site
from clutch.web.app import create_app
from clutch.web.threads import DRAWERS, draw, limit_drawers
from tests.fixtures.site import on_sqlite


def test_only_so_many_draw_at_once_and_all_get_their_turn() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work(number: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1
        return number

    async def all_of_them() -> list[int]:
        limit_drawers(DRAWERS)
        return await asyncio.gather(*(draw(work, number) for number in range(20)))

    assert asyncio.run(all_of_them()) == list(range(20))
    assert most == DRAWERS


@on_sqlite
def test_who_writes_is_answered_while_all_who_draw_are_held_up(site: Site) -> None:
    async def both() -> tuple[int, bool, int]:
        app, go_on = create_app(site), threading.Event()
        limit_drawers(DRAWERS)
        held = [asyncio.create_task(draw(go_on.wait, 10)) for _ in range(DRAWERS)]
        await asyncio.sleep(0.05)
        reading = asyncio.create_task(ask(app, "GET", "/login"))
        written = await ask(app, "POST", "/login")
        was_read = reading.done()
        go_on.set()
        await asyncio.gather(*held)
        return written, was_read, await reading

    written, was_read, read = asyncio.run(both())
    assert (written, was_read, read) == (403, False, 200)


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
