"""`/livez`, `/readyz`, `/healthz` and `/testdb`: for proxies, service managers and people with
`curl`.

They stand beside the pages, not among them: no language, no thread that a page could have taken,
and an answer within 300 ms even when the database hangs (`/testdb`: two seconds, for it waits for a
real query's answer).
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
from clutch.kernel.capabilities import Capability, State
from clutch.kernel.probe import Found
from clutch.kernel.refusals import StorageUnavailable
from clutch.web.privileged import is_admin

SOON_S = 0.15
DEADLINE_S = 2.0
UNREADABLE = "The database can't be read."
UNWRITABLE = "The database can't be written."
HANGS = "The database does not answer."
WARNS = frozenset({State.ABSENT, State.DOWN, State.PROBING})


class _Trouble(Exception):
    """Why the site is not well, in one sentence."""


async def livez(_: Request) -> Response:
    """The loop turns; nothing else is asked."""
    return _json(200, {"status": "alive"})


async def readyz(request: Request) -> Response:
    """Whether requests should come here: the database is readable, its schema ours."""
    try:
        await _see_schema(request.app.state.site)
    except _Trouble as trouble:
        return _json(503, {"status": "not-ready", "message": str(trouble)})
    return _json(200, {"status": "ready"})


async def healthz(request: Request) -> Response:
    """All that can be said of the site's health, after draft-inadarei-api-health-check.

    Something optional that does not work is a warning, and no failure. What it is only admins read.
    """
    site: Site = request.app.state.site
    admin, (read, write) = await asyncio.gather(is_admin(site, request, SOON_S), _database(site))
    parts = site.capabilities.all()
    warns = write is not None or any(one.state in WARNS for one in parts)
    status = "fail" if read is not None else "warn" if warns else "pass"
    answer: dict[str, Any] = {"status": status}
    if admin:
        answer["releaseId"] = site.release
        answer["checks"] = _checks(parts, read, write)
    return _json(503 if status == "fail" else 200, answer, "application/health+json")


async def testdb(request: Request) -> Response:
    """A real query's answer, and whether the database took a write in the last five seconds."""
    site: Site = request.app.state.site
    time = schema = trouble = None
    try:
        found = await _read(site, DEADLINE_S)
        time, schema = found.time, found.schema
        await _see_writable(site, DEADLINE_S)
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


routes = [
    Route("/livez", livez),
    Route("/readyz", readyz),
    Route("/healthz", healthz),
    Route("/testdb", testdb),
]


async def _database(site: Site) -> tuple[str | None, str | None]:
    """What is wrong with reading and with writing, each in one sentence."""
    troubles: list[str | None] = []
    for see in (_see_schema(site), _see_writable(site, SOON_S / 2)):
        try:
            await see
            troubles.append(None)
        except _Trouble as trouble:
            troubles.append(str(trouble))
    return troubles[0], troubles[1]


async def _see_schema(site: Site) -> None:
    needed = migrations.latest()
    found = await _read(site, SOON_S / 2, recent=True)
    if found.schema not in {needed, site.settings.accept_schema}:
        raise _Trouble(f"The database has schema {found.schema}; this release needs {needed}.")


async def _read(site: Site, seconds: float, *, recent: bool = False) -> Found:
    """What a real query finds; with `recent`, one of the last five seconds will do if it is slow.

    A site under load is not to be taken out of service because one query waited for its turn.
    """
    reading = asyncio.wrap_future(site.probe.ask())
    if not await _came(reading, seconds):
        known = site.probe.found_lately if recent else None
        if known is None:
            raise _Trouble(HANGS)
        return known
    try:
        return reading.result()
    except StorageUnavailable:
        raise _Trouble(UNREADABLE) from None


async def _see_writable(site: Site, seconds: float) -> None:
    writable = site.probe.is_writable
    if writable is None:
        # Nothing was tried yet: the process has just begun, or nobody started its probe.
        trying = asyncio.wrap_future(site.probe.ask_to_write())
        writable = await _came(trying, seconds) and trying.result()
    if not writable:
        raise _Trouble(UNWRITABLE)


async def _came(asked: asyncio.Future[Any], seconds: float) -> bool:
    """Whether there was an answer in time; one that comes later is nobody's, also if it is bad."""
    asked.add_done_callback(lambda one: one.cancelled() or one.exception())
    done, _ = await asyncio.wait({asked}, timeout=seconds)
    return bool(done)


def _checks(parts: list[Capability], read: str | None, write: str | None) -> dict[str, Any]:
    checks: dict[str, Any] = {
        "database:read": [_database_check("fail", read)],
        "database:write": [_database_check("warn", write)],
    }
    for one in parts:
        status = "warn" if one.state in WARNS else "pass"
        check = {"componentType": "component", "status": status, "observedValue": one.state.value}
        told = {"output": one.reason, "time": one.since.isoformat(), "changes": one.changes}
        checks[one.name] = [check | told]
    return checks


def _database_check(bad: str, trouble: str | None) -> dict[str, Any]:
    well = {"componentType": "datastore", "status": "pass" if trouble is None else bad}
    return well if trouble is None else well | {"output": trouble}


def _json(status: int, answer: dict[str, Any], media_type: str = "application/json") -> Response:
    return Response(
        msgspec.json.encode(answer),
        status_code=status,
        media_type=media_type,
        headers={"Cache-Control": "no-store"},
    )
