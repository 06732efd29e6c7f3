"""The health gate: what a release must answer before the public is let in.

Each check raises `Unhealthy` with half a sentence that a report can quote.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from clutch_ops import durable
from clutch_ops.talk import NOTHING, Address, WebSocket, get

HELLO = b'"hello"'
READY_TIMES = 5
READY_PAUSE_S, QUICK_PAUSE_S = 0.2, 0.04
PUBLIC_S = 5.0
PAGES = 24
FIRST_PAGES = ("/", "/tournaments", "/teams", "/login", "/signup")
# A page that is well in English may not be in another language.
OTHER_LANGUAGES = ("ru",)
# It takes long to draw.
DESCRIPTION = "/api/openapi.json"
_HREF = re.compile(rb'(?:href|src)="(/[^"#]*)"')


class Unhealthy(Exception):
    """What the release got wrong."""


def check(address: Address, version: str, *, quickly: bool = False) -> None:
    """All of it: ready five times in a row, the database, pages, a live frame.

    `quickly`: visitors wait meanwhile, and a rehearsal has asked for all of it.

    Raises:
        Unhealthy: the first thing that is wrong.
    """
    try:
        ready(address, pause_s=QUICK_PAUSE_S if quickly else READY_PAUSE_S)
        database(address, version)
        pages(address, FIRST_PAGES if quickly else (*FIRST_PAGES, DESCRIPTION))
        for language in () if quickly else OTHER_LANGUAGES:
            pages(address, FIRST_PAGES, headers={"Accept-Language": language})
        live(address)
    except OSError as error:
        raise Unhealthy(f"it does not answer ({error})") from None


def ready(address: Address, times: int = READY_TIMES, pause_s: float = READY_PAUSE_S) -> None:
    """`/readyz` says ready, several times in a row."""
    for turn in range(times):
        time.sleep(pause_s if turn else 0)
        answer = get(address, "/readyz")
        told = answer.json()
        if answer.status != 200 or not told or told.get("status") != "ready":
            raise Unhealthy(f"/readyz answers {answer.status} {_why(answer.body)}")


def database(address: Address, version: str) -> None:
    """`/testdb` is ours, of this version, and well; a proxy's HTML with status 200 is not."""
    answer = get(address, "/testdb")
    told = answer.json()
    if told is None:
        raise Unhealthy(f"/testdb answers {answer.status} with {answer.kind or 'no kind'}, no JSON")
    if answer.status != 200 or told.get("status") != "success":
        raise Unhealthy(f"/testdb answers {answer.status}: {told.get('message')}")
    if told.get("version") != version:
        raise Unhealthy(f"/testdb tells version {told.get('version')} instead of {version}")


def public(address: Address, version: str, seconds: float = PUBLIC_S) -> None:
    """`/testdb` at the public's own address; what is just starting there has some seconds.

    Raises:
        Unhealthy: it never is ours, of this version, and well.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            return database(address, version)
        except OSError as error:
            trouble = Unhealthy(f"it does not answer ({error})")
        except Unhealthy as error:
            trouble = error
        if time.monotonic() > until:
            raise trouble
        time.sleep(READY_PAUSE_S)


def pages(
    address: Address,
    first: Sequence[str],
    count: int = PAGES,
    headers: Mapping[str, str] = NOTHING,
) -> None:
    """Pages and files as a visitor meets them, from the first page on, following its links."""
    waiting, seen = deque(first), set(first)
    for _ in range(count):
        if not waiting:
            return
        path = waiting.popleft()
        answer = get(address, path, headers=headers)
        # What people have written may link to anything; what the site is made of is there.
        is_own = path in first or path.startswith("/static/")
        if answer.status >= 500 or (is_own and answer.status != 200):
            raise Unhealthy(_answers(path, answer.status, headers.get("Accept-Language")))
        if path.startswith("/static/") and not answer.body:
            raise Unhealthy(f"{path} is empty")
        if not answer.kind.startswith("text/html"):
            continue
        for found in _HREF.findall(answer.body):
            link = urlsplit(urljoin(path, found.decode(errors="replace"))).path
            if link not in seen:
                seen.add(link)
                waiting.append(link)


def _answers(path: str, status: int, language: str | None) -> str:
    if language is None:
        return f"{path} answers {status}"
    return f"{path} answers {status} in the language {language}"


def live(address: Address) -> None:
    """A frame on each transport: WebSocket, Server-Sent Events, polling. No release has fewer."""
    _see_socket(address)
    for path in ("/live/events?follow=site", "/live/poll?follow=site"):
        answer = get(address, path, until=HELLO)
        if answer.status != 200 or HELLO not in answer.body:
            raise Unhealthy(f"{path} answers {answer.status} without a hello")


def _see_socket(address: Address) -> None:
    line = WebSocket(address, "/live")
    try:
        hello = line.receive()
        line.send({"type": "subscribe", "streams": [{"stream": "site"}]})
        answer = line.receive()
    except TimeoutError:
        raise Unhealthy("the WebSocket at /live opens and says nothing") from None
    except ValueError:
        raise Unhealthy("/live sends frames that are no JSON") from None
    finally:
        line.close()
    if hello.get("type") != "hello" or answer.get("type") not in {"subscribed", "snapshot"}:
        raise Unhealthy(f"/live answers {hello.get('type')}, then {answer.get('type')}")


def errors(generation: Path, parent: int) -> int:
    """Answers of 500 and above of a release's processes, as they count them."""
    states = [durable.read_json(path) for path in (generation / "run").glob("process-*.json")]
    return sum(int(one["errors"]) for one in states if one and one.get("parent") == parent)


def _why(body: bytes) -> str:
    text = body.decode(errors="replace")
    found = re.search(r'"message":"([^"]*)"', text)
    return f"({found[1]})" if found else ""
