"""What a request made is gone with it."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

from clutch.bootstrap import Site
from clutch.web.app import create_app
from tests.fixtures.site import on_sqlite

pytestmark = on_sqlite


def test_a_request_that_is_over_lies_in_no_ring(site: Site) -> None:
    """Else all that it made waits for the collector, and everybody for that."""
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/livez",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 5000),
    }
    app, statuses = create_app(site), list[int]()

    async def ask() -> weakref.ref[Any]:
        own = dict(scope)

        async def send(message: Any) -> None:
            assert own["type"] == "http"  # it knows what it answers, as the server's own does
            statuses.append(message.get("status", 0))

        async def receive() -> dict[str, str]:
            return {"type": "http.disconnect"}

        await app(own, receive, send)
        return weakref.ref(send)

    asyncio.run(ask())
    gc.disable()
    try:
        assert asyncio.run(ask())() is None
    finally:
        gc.enable()
    assert statuses[0] == 200
