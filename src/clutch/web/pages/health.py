"""`/livez`, `/readyz` and `/testdb`: for proxies, service managers and people with `curl`.

They stand beside the pages, not among them: no session, no language, and an answer within two
seconds even when the database hangs.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clutch import migrations
from clutch.bootstrap import Site
from clutch.kernel.probe import Found
from clutch.kernel.refusals import StorageUnavailable

DEADLINE_S = 2.0
UNREADABLE = "The database can't be read."
UNWRITABLE = "The database can't be written."
HANGS = "The database does not answer."


class _Trouble(Exception):
    """Why the site is not well, in one sentence."""


async def livez(_: Request) -> Response:
    """The loop turns; nothing else is asked."""
    return _json(200, {"status": "alive"})


async def readyz(request: Request) -> Response:
    """Whether requests should come here: the database is readable, its schema ours."""
    needed = migrations.latest()
    try:
        found = await _read(request.app.state.site)
        if found.schema != needed:
            raise _Trouble(f"The database has schema {found.schema}; this release needs {needed}.")
    except _Trouble as trouble:
        return _json(503, {"status": "not-ready", "message": str(trouble)})
    return _json(200, {"status": "ready"})


async def testdb(request: Request) -> Response:
    """A real query's answer, and whether the database took a write in the last five seconds."""
    site: Site = request.app.state.site
    time = schema = trouble = None
    try:
        found = await _read(site)
        time, schema = found.time, found.schema
        await _see_writable(site)
    except _Trouble as met:
        trouble = str(met)
    answer = {
        "status": "success" if trouble is None else "error",
        "message": trouble,
        "time": time,
        "version": site.release,
        "schema": schema,
        "capabilities": site.capabilities.states(),
    }
    known = {name: value for name, value in answer.items() if value is not None}
    return _json(200 if trouble is None else 503, known)


routes = [Route("/livez", livez), Route("/readyz", readyz), Route("/testdb", testdb)]


async def _read(site: Site) -> Found:
    reading = asyncio.wrap_future(site.probe.ask())
    done, _ = await asyncio.wait({reading}, timeout=DEADLINE_S)
    if not done:
        raise _Trouble(HANGS)
    try:
        return reading.result()
    except StorageUnavailable:
        raise _Trouble(UNREADABLE) from None


async def _see_writable(site: Site) -> None:
    writable = site.probe.is_writable
    if writable is None:
        # Nothing was tried yet: the process has just begun, or nobody started its probe.
        trying = asyncio.wrap_future(site.probe.ask_to_write())
        done, _ = await asyncio.wait({trying}, timeout=DEADLINE_S)
        writable = bool(done) and trying.result()
    if not writable:
        raise _Trouble(UNWRITABLE)


def _json(status: int, answer: dict[str, Any]) -> Response:
    return Response(
        msgspec.json.encode(answer),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
