"""Static files: read once, served from memory under an address that changes with their content.

The hash is of the whole folder, so that modules may import each other by relative addresses.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from clutch.kernel.refusals import NotFound

FOLDER = Path(__file__).parent / "static"
FOREVER = b"public, max-age=31536000, immutable"
AGAIN = b"no-cache"
# All style sheets in one; layers.css, which comes first, says whose rules win.
STYLES = "css/clutch.css"
_TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".png": b"image/png",
    ".json": b"application/json",
    ".txt": b"text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class StaticFile:
    """One file as it goes out."""

    media_type: bytes
    plain: bytes
    zipped: bytes
    etag: bytes


class StaticFiles:
    """All static files of this release; an ASGI endpoint for `/static/{hash}/{path}`."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in _TYPES)
        self._files = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        self._files[STYLES] = _pack(_styles(folder), ".css")
        whole = hashlib.sha256()
        for name, file in self._files.items():
            whole.update(name.encode() + b"\0" + file.etag)
        self.hash = whole.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file, such as `css/base.css`; a name that is not there is a bug."""
        if name not in self._files:
            raise KeyError(f"there is no static file {name}")
        return f"/static/{self.hash}/{name}"

    def find(self, name: str) -> StaticFile | None:
        return self._files.get(name)

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        parameters = scope["path_params"]
        file = self.find(parameters["path"])
        if file is None:
            raise NotFound
        # An old page that asks for an old hash gets today's file, and is told not to keep it.
        lasting = FOREVER if parameters["hash"] == self.hash else AGAIN
        await send_file(file, lasting, scope, send)


async def send_file(file: StaticFile, lasting: bytes, scope: Scope, send: Send) -> None:
    """Answer with a file, or with 304 when the browser has it."""
    headers = Headers(scope=scope)
    zipped = "gzip" in headers.get("accept-encoding", "") and len(file.zipped) < len(file.plain)
    body = file.zipped if zipped else file.plain
    fields = [
        (b"content-type", file.media_type),
        (b"cache-control", lasting),
        (b"etag", file.etag),
        (b"vary", b"Accept-Encoding"),
    ]
    if zipped:
        fields.append((b"content-encoding", b"gzip"))
    known = file.etag.decode() in headers.get("if-none-match", "")
    fields.append((b"content-length", b"0" if known else str(len(body)).encode()))
    await send(
        {
            "type": "http.response.start",
            "status": 304 if known else 200,
            "headers": fields[:-1] if known else fields,
        }
    )
    await send(
        {"type": "http.response.body", "body": b"" if known or scope["method"] == "HEAD" else body}
    )


@lru_cache(maxsize=1)
def static_files() -> StaticFiles:
    """This release's static files."""
    return StaticFiles(FOLDER)


def _read(path: Path) -> StaticFile:
    return _pack(path.read_bytes(), path.suffix)


def _styles(folder: Path) -> bytes:
    sheets = sorted(
        (folder / "css").glob("*.css"), key=lambda path: (path.name != "layers.css", path.name)
    )
    return b"\n".join(path.read_bytes() for path in sheets)


def _pack(plain: bytes, suffix: str) -> StaticFile:
    digest = hashlib.sha256(plain).hexdigest()[:16]
    zipped = gzip.compress(plain, 6, mtime=0)
    return StaticFile(_TYPES[suffix], plain, zipped, f'W/"{digest}"'.encode())
