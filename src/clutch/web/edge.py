"""The edge: the one middleware, outermost. Plain ASGI; it costs a request a few microseconds.

It knows who the client really is, numbers requests, guards the door (size, origin), puts the
security headers on every answer, and turns a bug into a plain page instead of a broken line.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import structlog
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from clutch.kernel import ids
from clutch.kernel.refusals import NotFound
from clutch.web import csrf
from clutch.web.errors import bug_answer, refusal_answer
from clutch.web.measuring import Meter
from clutch.web.refusals import REFUSALS, BodyTooLarge

if TYPE_CHECKING:
    from clutch.bootstrap import Site

_log = structlog.get_logger("web")

BODY_LIMIT = 1024 * 1024
# How much of a refused body is read and thrown away: most senders look for the answer only when
# they have sent all, and a line that is closed before takes the answer with it.
SWALLOWED = 32 * BODY_LIMIT
SWALLOW_SECONDS = 10

_POLICY = (
    b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    b"frame-ancestors 'none'"
)
_SECURITY = [
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
_OVER_TLS = (b"strict-transport-security", b"max-age=31536000")


class TooLargeWhileRead(HTTPException):
    """Raised out of `receive`; an HTTPException, because FastAPI swallows everything else there."""

    def __init__(self) -> None:
        super().__init__(413)


class Edge:
    """Wraps the whole app.

    `on_bug` is told of every exception that nobody expected (tests raise it again).
    """

    def __init__(
        self, app: ASGIApp, site: Site, on_bug: Callable[[Exception], None] | None = None
    ) -> None:
        self._app = app
        self._site = site
        self._on_bug = on_bug
        self._proxies = [ip_network(one, strict=False) for one in site.settings.proxies]
        self._numbers = itertools.count(1)
        self._prefix = ids.new_key(5)
        self._meter = Meter(site.metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if self._proxies:
            self._believe_proxies(scope)
        request_id = f"{self._prefix}-{next(self._numbers):x}"
        scope["clutch.request_id"] = request_id
        # Every line of the log that this request brings about has its number.
        bind_contextvars(request_id=request_id)
        if scope["type"] == "websocket":
            with self._meter.connected(scope["path"]):
                await self._app(scope, receive, send)
            return
        # For answers that go on for hours: once begun, they pass by whatever wraps `send`.
        scope["clutch.send_more"] = send
        answer = _Answer(send, request_id, over_tls=scope["scheme"] == "https")
        try:
            with self._meter.asked(scope["path"], answer):
                await self._http(scope, receive, answer)
        finally:
            # `send` knows the scope: left here, all that the request made would lie about until the
            # collector comes, for which everybody waits.
            del scope["clutch.send_more"]

    async def _http(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        request_id = scope["clutch.request_id"]
        try:
            if b"%00" in scope["query_string"] or "\0" in scope["path"]:
                raise NotFound  # no database can hold it, so it names nothing
            if scope["method"] not in csrf.SAFE_METHODS:
                receive = self._guard(scope, receive)
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            return
        except REFUSALS as refusal:
            said = refusal
            await _swallow(scope, receive)
            await self._say(
                scope, receive, answer, lambda request: refusal_answer(self._site, request, said)
            )
        except Exception as bug:  # noqa: BLE001 - the last place that can turn a bug into an answer
            self._note(bug, request_id, scope)
            await self._say(
                scope, receive, answer, lambda request: bug_answer(self._site, request, request_id)
            )

    def _guard(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        if "authorization" not in headers:
            csrf.refuse_other_origins(headers, self._site.settings.url)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 12 or int(length) > BODY_LIMIT:
            raise BodyTooLarge(limit_kib=BODY_LIMIT // 1024)
        return _Limited(scope, receive).receive

    async def _say(
        self, scope: Scope, receive: Receive, answer: _Answer, make: Callable[[Request], Response]
    ) -> None:
        if answer.started:
            raise ConnectionAbortedError(
                "the answer had begun; the line is cut so that nobody takes it for whole"
            )
        response = await to_thread.run_sync(make, Request(scope, receive))
        await response(scope, receive, answer.send)

    def _note(self, bug: Exception, request_id: str, scope: Scope) -> None:
        _log.error(
            "bug",
            request_id=request_id,
            method=scope["method"],
            path=_shown(scope["path"]),
            exc_info=bug,
        )
        if self._on_bug is not None:
            self._on_bug(bug)

    def _believe_proxies(self, scope: Scope) -> None:
        peer = scope.get("client")
        if peer is None or not self._is_proxy(peer[0]):
            return
        headers = Headers(scope=scope)
        proto = headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
        if proto in {"http", "https"}:
            is_socket = scope["type"] == "websocket"
            scope["scheme"] = {"http": "ws", "https": "wss"}[proto] if is_socket else proto
        scope["client"] = (self._client(headers, peer[0]), 0)

    def _client(self, headers: Headers, peer: str) -> str:
        # From the right: the first address that is no proxy of ours is the client; what is left
        # of it anybody can write.
        told = [
            part.strip() for line in headers.getlist("x-forwarded-for") for part in line.split(",")
        ]
        for address in reversed(told):
            if not self._is_proxy(address):
                return address if _is_address(address) else peer
        return peer

    def _is_proxy(self, address: str) -> bool:
        return _is_address(address) and any(
            ip_address(address) in network for network in self._proxies
        )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class _Answer:
    """The way out: puts our headers on whatever goes through."""

    __slots__ = ("_extra", "_send", "started", "status")

    def __init__(self, send: Send, request_id: str, *, over_tls: bool) -> None:
        self._send = send
        self._extra = [*_SECURITY, (b"x-request-id", request_id.encode())]
        if over_tls:
            self._extra.append(_OVER_TLS)
        self.started = False
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._extra]
        await self._send(message)


class _Limited:
    """The way in: counts the body."""

    __slots__ = ("_receive", "_scope", "_size")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._size = 0

    async def receive(self) -> Message:
        message: dict[str, Any] = dict(await self._receive())
        self._size += len(message.get("body", b""))
        if self._size > BODY_LIMIT:
            if message.get("more_body"):
                await _swallow(self._scope, self._receive)
            raise TooLargeWhileRead
        return message


async def _swallow(scope: Scope, receive: Receive) -> None:
    """Read the rest of a body that nobody wants; not of a sender who waits to be asked for it."""
    if scope["method"] in csrf.SAFE_METHODS or "expect" in Headers(scope=scope):
        return
    left = SWALLOWED
    with suppress(TimeoutError):
        async with asyncio.timeout(SWALLOW_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body"):
                    return


def _shown(path: str) -> str:
    """A path as it may stand in a log: the address of a reset link or an invitation is a secret."""
    _, word, rest = (*path.split("/", 2), "", "")[:3]
    return f"/{word}/***" if word in {"reset", "join"} and rest else path
