"""Where a request comes from, for log-in and sign-up; and what a browser calls itself, in short."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from clutch.accounts.desk import Caller
from clutch.accounts.login import LoggedIn
from clutch.web import cookies
from clutch.web.visit import ApiVisit, Visit

DEVICE = "clutch-device"

# A password is taken to the letter: spaces around it belong to it.
Secret = Annotated[str, StringConstraints(strip_whitespace=False, max_length=4096)]

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex Browser"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("python-httpx", "Python"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def caller_of(visit: Visit | ApiVisit) -> Caller:
    """Who calls: the address, what the browser says it is, and its device cookie."""
    request = visit.request
    agent = request.headers.get("user-agent", "")
    return Caller(visit.address, agent[:200], _device(request))


def let_in(visit: Visit, response: Response, entered: LoggedIn) -> Response:
    """Give the browser its new session, and the mark by which it is a known device from now on."""
    cookies.set_secret(response, DEVICE, entered.device, visit.request)
    return visit.start_session(response, entered.secret)


def device_name(agent: str) -> str:
    """`Firefox, Linux` of a User-Agent header; empty when it says nothing that we know."""
    names = (
        next((name for sign, name in known if sign in agent), "") for known in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in names if name)


def _device(request: Request) -> str | None:
    secret = cookies.read_secret(DEVICE, request)
    return secret if secret is not None and 20 <= len(secret) <= 100 else None
