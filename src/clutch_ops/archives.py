"""A backup's file: one compressed tar of `manifest.json` and the database.

The manifest says what the database held when it was taken, so that whoever restores it can tell
whether all of it is there.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from clutch_ops import durable
from clutch_ops.arguments import clutch
from clutch_ops.refusals import Refused

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
LARGEST_MANIFEST = 1 << 20
CHUNK = 1 << 20
# The fastest: the database is mostly text, and a stronger one takes five times as long for a tenth.
STRENGTH = 1
BROKEN = (OSError, EOFError, zlib.error, tarfile.TarError, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class Facts:
    """What a database holds: its schema, its epoch, the log's last position, rows by table."""

    schema: str
    epoch: str
    head: int
    counts: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `kind` is `SQLite` or `PostgreSQL`."""

    made_at: datetime
    version: str
    kind: str
    facts: Facts
    size: int
    sha256: str

    def to_json(self) -> str:
        told = {**asdict(self), "format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(told, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Read it back.

        Raises:
            ValueError, KeyError, TypeError: it is none of ours.
        """
        told: dict[str, Any] = json.loads(text)
        if told.pop("format") != FORMAT:
            raise ValueError("made by a newer Clutch, in another form")
        made_at = datetime.fromisoformat(told.pop("made_at"))
        return cls(made_at=made_at, facts=Facts(**told.pop("facts")), **told)


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, manifest: Manifest, database: Path) -> None:
    """Write a backup, for this user only; it is on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "wb") as file,
        gzip.GzipFile("", "wb", STRENGTH, file, 0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
        database.open("rb") as content,
    ):
        text = manifest.to_json().encode()
        tar.addfile(_member(MANIFEST, len(text), manifest), BytesIO(text))
        tar.addfile(_member(DATABASE, manifest.size, manifest), content)
    durable.sync(path)
    durable.sync(path.parent)


def _member(name: str, length: int, manifest: Manifest) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = length, 0o600, int(manifest.made_at.timestamp())
    return member


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        Refused: it is not there, or no backup of ours, or damaged at its very beginning.
    """
    with _opened(path) as (_, tar):
        return _manifest_in(tar)


def unpack(path: Path, database: Path) -> Manifest:
    """Write the backup's database to a file, once all of it was read and found right.

    Raises:
        Refused: the backup is cut off or damaged; there is no such file then.
    """
    try:
        with _opened(path) as (packed, tar):
            manifest = _manifest_in(tar)
            _copy_member(tar, database)
            while packed.read(CHUNK):
                pass
            if digest(database) != manifest.sha256:
                raise ValueError("its SHA-256 is not the one in its manifest")
    except Refused:
        database.unlink(missing_ok=True)
        raise
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[tuple[gzip.GzipFile, tarfile.TarFile]]:
    if not path.is_file():
        raise Refused(f"There is no file {path}.", f"ls {path.parent}")
    try:
        with gzip.open(path, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            yield packed, tar
    except BROKEN as error:
        raise Refused(
            f"{path.name} is no whole backup: {_said(error)}.",
            f"Take another one: {clutch()} backup",
        ) from None


def _said(error: BaseException) -> str:
    if isinstance(error, EOFError) or "unexpected end" in str(error):
        return "its end is missing"
    return str(error).rstrip(".") or type(error).__name__


def _manifest_in(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    if member is None or member.name != MANIFEST or member.size > LARGEST_MANIFEST:
        raise ValueError("it does not begin with a manifest")
    content = tar.extractfile(member)
    return Manifest.from_json(content.read() if content else b"")


def _copy_member(tar: tarfile.TarFile, path: Path) -> None:
    member = tar.next()
    content = tar.extractfile(member) if member and member.name == DATABASE else None
    if content is None:
        raise ValueError("the database is missing")
    with suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := content.read(CHUNK):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
