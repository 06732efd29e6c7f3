"""Kept views: what many guests read at once is drawn once and sent as bytes.

What is kept is named by everything it depends on: the code that draws, epoch, the heads of the
streams it shows, language, zone, theme. So it is never wrong and never expires; old ones fall out
when room is needed. It holds no visitor's name or token and no relative time.
What is not on this process's shelf may have been drawn by another one: then Redis has it, under the
same name and the era. What belongs to a visitor goes neither here nor there.

```python
@pages.get("/tournaments/{id}/bracket", kept=Keep("bracket", lambda at: [f"tournament-{at['id']}"]))
def bracket_page(visit: Visit, id: str) -> Response: ...
```
A guest's request costs one look at the streams' heads, in the event loop, and no thread. A visitor
with a session, a flash or a query gets the same page function the slow way; there `visit.piece`
keeps the part of the page that is everybody's.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from anyio import to_thread
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clutch.accounts.models import GUEST
from clutch.bootstrap import Site
from clutch.kernel.metrics import KEPT
from clutch.kernel.points import Point
from clutch.web import cookies, notice
from clutch.web.reader import Reader
from clutch.web.threads import draw
from clutch.web.visitor import reader_of

# Instead of streams: any event changes the view. For pages that show a little of everything.
WHOLE_LOG = "*"
BYTES_KEPT = 48 * 1024 * 1024
_WORTH_ZIPPING = 1400
_PERSONAL = frozenset({cookies.SESSION, f"__Host-{cookies.SESSION}", cookies.FLASH})
_DRAWING = {".py", ".html", ".svg", ".css", ".js", ".po"}

Key = tuple[Any, ...]
Streams = Callable[[Mapping[str, Any]], Iterable[str]]


def _always(_: Site) -> str:
    return ""


@dataclass(frozen=True)
class Keep:
    """What is kept.

    A name for the view, and the streams whose events can change it, from the address's parameters.
    `state` says what else of the site it depends on, such as how a capability stands. An answer
    with `Cache-Control: no-store` is not kept: it shows less than it should.
    """

    view: str
    streams: Streams
    state: Callable[[Site], str] = _always


HeaderList = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """An answer as it goes out, plain and zipped, with its headers."""

    plain: bytes
    zipped: bytes
    etag: bytes
    headers: HeaderList
    plain_headers: HeaderList
    zipped_headers: HeaderList

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.zipped) + 2000


@dataclass(frozen=True, slots=True)
class KeptPiece:
    """A part of pages that is the same for everybody of a language and a zone."""

    html: Markup

    @property
    def size(self) -> int:
        return len(self.html) + 500


Kept = TypeVar("Kept", KeptBytes, KeptPiece)


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """What one process tells the others of kept bytes; the key tells the rest."""

    media_type: str
    plain: bytes
    zipped: bytes


_READ_PACKED = msgspec.msgpack.Decoder(Packed)


class Shelf:
    """The newest kept bytes, up to a number of bytes; what was not asked for longest goes first."""

    def __init__(self, most_bytes: int = BYTES_KEPT) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, KeptBytes | KeptPiece] = OrderedDict()
        self._size = 0

    def find(self, key: Key, kind: type[Kept]) -> Kept | None:
        with self._lock:
            found = self._kept.get(key)
            if not isinstance(found, kind):
                return None
            self._kept.move_to_end(key)
            return found

    def put(self, key: Key, kept: KeptBytes | KeptPiece) -> None:
        """Keep an answer; one that is larger than a quarter of the shelf is not kept."""
        if kept.size > self._most // 4:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = kept
            self._size += kept.size
            while self._size > self._most:
                self._drop(next(iter(self._kept)))

    @property
    def size(self) -> int:
        """Bytes on the shelf."""
        return self._size

    def _drop(self, key: Key) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._size -= dropped.size


class SingleFlight:
    """While one request draws a view, others that want the same wait for it."""

    def __init__(self) -> None:
        self._under_way: dict[Key, asyncio.Future[Any]] = {}

    async def do(self, key: Key, work: Callable[[], Awaitable[Any]]) -> Any:
        waiting = self._under_way.get(key)
        if waiting is not None:
            return await asyncio.shield(waiting)
        mine = asyncio.ensure_future(work())
        self._under_way[key] = mine
        mine.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(mine)


def keep_piece(
    shelf: Shelf,
    site: Site,
    view: str,
    at: tuple[str, Point],
    reader: Reader,
    draw: Callable[[], str],
) -> Markup:
    """A piece of a page as of `at` (a stream and its point), drawn when nobody has drawn it yet.

    `draw` must see the same snapshot as whoever read the point, and nothing of the visitor.
    """
    key = (view, *at, reader.language, reader.zone.key, site.era.value, build())
    kept = shelf.find(key, KeptPiece)
    if kept is None:
        kept = KeptPiece(Markup(draw()))  # noqa: S704 - what a template drew
        shelf.put(key, kept)
    return kept.html


def pack(body: bytes, media_type: str) -> Packed:
    """A drawn answer, plain and zipped."""
    zipped = gzip.compress(body, 5, mtime=0) if len(body) > _WORTH_ZIPPING else b""
    return Packed(media_type, body, zipped)


def unpack(packed: Packed, key: Key) -> KeptBytes:
    """An answer ready to be sent; its ETag is the name of what it depends on."""
    body, zipped, media_type = packed.plain, packed.zipped, packed.media_type
    digest = hashlib.sha256(repr(key).encode()).hexdigest()[:20]
    etag = f'W/"{digest}"'.encode()
    headers = [
        (b"etag", etag),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Cookie, Accept-Language, Accept-Encoding"),
    ]
    full = [*headers, (b"content-type", media_type.encode())]
    plain_headers = [*full, _length(body)]
    zipped_headers = [*full, _length(zipped), (b"content-encoding", b"gzip")]
    return KeptBytes(body, zipped, etag, headers, plain_headers, zipped_headers)


def _length(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", str(len(body)).encode())


class KeptPage:
    """The fast lane of one address, for guests; everybody else goes the slow way."""

    def __init__(
        self, site: Site, keep: Keep, draw: Callable[[Request], Response], slow: ASGIApp
    ) -> None:
        self._site = site
        self._keep = keep
        self._draw = draw
        self._slow = slow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if scope["query_string"] or is_personal(request):
            await self._slow(scope, receive, send)
            return
        key = await self._key(request)
        shelf: Shelf = scope["app"].state.shelf
        kept = shelf.find(key, KeptBytes)
        if kept is not None:
            self._site.metrics.count(KEPT, "shelf")
        else:
            flight: SingleFlight = scope["app"].state.flight
            kept = await flight.do(key, lambda: self._make(request, key, shelf))
        if isinstance(kept, Response):
            await kept(scope, receive, send)
        else:
            await send_kept(kept, request, send)

    async def _key(self, request: Request) -> Key:
        site = self._site
        streams = tuple(self._keep.streams(request.path_params))
        points = tuple([await self._point(stream) for stream in streams])
        reader = reader_of(site, request, GUEST)
        theme = request.cookies.get(cookies.THEME, "")
        variant = (reader.language, reader.zone.key, theme if theme in {"light", "auto"} else "")
        address = request.scope["path"]
        # What visitors are told stands on the page, too: drawn with it, kept under it.
        told = notice.settle(request)
        seen = (streams, points, self._keep.state(site))
        where = (self._keep.view, address, *seen)
        return (*where, *variant, told, site.era.value, build())

    async def _point(self, stream: str) -> Point:
        heads = self._site.heads
        return await (heads.last() if stream == WHOLE_LOG else heads.point(stream))

    async def _make(self, request: Request, key: Key, shelf: Shelf) -> KeptBytes | Response:
        made: Packed | Response | None = await self._find(key)
        if made is None:
            made = await draw(self._draw_anew, request, key)
        if isinstance(made, Response):
            return made
        kept = unpack(made, key)
        shelf.put(key, kept)
        return kept

    async def _find(self, key: Key) -> Packed | None:
        """What another process has drawn. Who waits for it keeps nobody from drawing."""
        shared = self._site.shared
        found = await to_thread.run_sync(shared.find, key) if shared.is_there else None
        if found is not None:
            with suppress(msgspec.MsgspecError):
                packed = _READ_PACKED.decode(found)
                self._site.metrics.count(KEPT, "shared")
                return packed
        return None

    def _draw_anew(self, request: Request, key: Key) -> Packed | Response:
        """Our own drawing. Runs in a drawing thread."""
        self._site.metrics.count(KEPT, "drawn")
        response = self._draw(request)
        if not is_worth_keeping(response):
            return response
        packed = pack(bytes(response.body), response.headers["content-type"])
        self._site.shared.put(key, msgspec.msgpack.encode(packed))
        return packed


@lru_cache(maxsize=1)
def build() -> str:
    """What draws the pages, by its content: a checkout may change without a new release number."""
    parts = [path for path in Path(__file__).parents[1].rglob("*") if path.suffix in _DRAWING]
    whole = hashlib.sha256()
    for path in sorted(parts):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def is_worth_keeping(response: Response) -> bool:
    """Whether an answer is whole, and everybody's."""
    headers = response.headers
    if response.status_code != 200 or "set-cookie" in headers:
        return False
    return headers.get("cache-control") != "no-store"


def whole(shown: Response, *, is_degraded: bool) -> Response:
    """What shows less than it should is kept by nobody."""
    if is_degraded:
        shown.headers["Cache-Control"] = "no-store"
    return shown


def is_personal(request: Request) -> bool:
    """Whether the answer may depend on more than language, zone and theme."""
    headers = request.headers
    if "authorization" in headers:
        return True
    return "cookie" in headers and not _PERSONAL.isdisjoint(request.cookies)


async def send_kept(kept: KeptBytes, request: Request, send: Send) -> None:
    """Answer with kept bytes, or with 304 when the reader has them."""
    headers = request.headers
    if kept.etag in headers.get("if-none-match", "").encode():
        await send({"type": "http.response.start", "status": 304, "headers": kept.headers})
        await send({"type": "http.response.body", "body": b""})
        return
    zipped = kept.zipped and "gzip" in headers.get("accept-encoding", "")
    body = kept.zipped if zipped else kept.plain
    fields = kept.zipped_headers if zipped else kept.plain_headers
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    is_head = request.scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if is_head else body})
