"""`clutch backup`: one file that was restored and found whole before it counts."""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from clutch_ops import archives, copies, memory, terminal
from clutch_ops import arguments as typed
from clutch_ops.archives import Manifest
from clutch_ops.databases import Sqlite, Store
from clutch_ops.place import Place, as_it_stands
from clutch_ops.refusals import DONE, Refused

KEPT = 7
# When it was made, and which one of that second it is.
NAME = re.compile(r"clutch-(\d{4}-\d\d-\d\d-\d{6})(?:-(\d+))?\.tar\.gz")


def backup(root: Path, arguments: Sequence[str]) -> int:
    """Take a backup of the site's database, while it runs or not."""
    words = typed.Words("backup", backup.__doc__)
    words.add_argument("--to", type=Path, metavar="DIR", help="where to (default: backups)")
    words.add_argument(
        "--keep", type=_count, default=KEPT, metavar="N", help=f"how many stay there ({KEPT})"
    )
    wanted = words.parse_args(arguments)
    place = as_it_stands(root)
    if place.fault:
        print(terminal.row("current", place.fault.reason, "bad", "bad"))
        print(terminal.advice(place.fault.advice))
    store = there(place)
    folder = (wanted.to or place.backups).absolute()
    with _only_one(folder):
        path, manifest = _take(place, store, folder)
        gone = prune(folder, wanted.keep)
    memory.remember(place, memory.BACKUP, path)
    _tell(path, manifest, len(gone), wanted.keep)
    return DONE


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def there(place: Place) -> Store:
    """The site's database.

    Raises:
        Refused: there is none yet.
    """
    store = place.store
    if isinstance(store, Sqlite) and not store.path.exists():
        raise Refused(f"There is no database {store.path} yet.", f"{place.typed} serve")
    return store


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / ".lock").open("a")
    except OSError as error:
        raise Refused(
            f"{folder} can't be written ({error.strerror}).",
            f"{typed.clutch()} backup --to ANOTHER_DIR",
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"Another backup to {folder} is under way.", "Wait for it.") from None
        for left in folder.glob(".taking-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _take(place: Place, store: Store, folder: Path) -> tuple[Path, Manifest]:
    """Copy, pack, unpack, restore and check; only then does the file get its name."""
    copies.check_room(folder, store.size())
    work = folder / f".taking-{os.getpid()}"
    work.mkdir(mode=0o700)
    try:
        began = time.monotonic()
        manifest = _copy(place, store, work / "copy")
        draft = work / "draft"
        archives.write(draft, manifest, work / "copy")
        (work / "copy").unlink()
        print(_said("copied", f"{terminal.size(manifest.size)} of {place.kind}", began))
        began = time.monotonic()
        try_restore(place, store, draft, work)
        print(_said("restored", "beside the site, and found whole", began))
        path = _free_name(folder, manifest.made_at)
        draft.rename(path)
        return path, manifest
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _copy(place: Place, store: Store, to: Path) -> Manifest:
    made_at = datetime.now(UTC).replace(microsecond=0)
    facts = copies.take(store, to)
    size, digest = to.stat().st_size, archives.digest(to)
    return Manifest(made_at, place.version, place.kind, facts, size, digest)


def try_restore(place: Place, store: Store, path: Path, work: Path) -> Manifest:
    """Restore a backup beside the site's own database, look at it, and take it away again.

    Raises:
        Refused: it can't be restored, or holds something else than it says.
    """
    copy = work / "restored"
    try:
        manifest = archives.unpack(path, copy)
        with copies.scratch(store, work / "scratch") as apart:
            copies.pour(copy, apart)
            copies.check(apart, manifest.facts, place.schemas)
    finally:
        copy.unlink(missing_ok=True)
    return manifest


def _free_name(folder: Path, made_at: datetime) -> Path:
    stem = f"clutch-{made_at:%Y-%m-%d-%H%M%S}"
    names = [f"{stem}.tar.gz", *(f"{stem}-{number}.tar.gz" for number in range(2, 100))]
    return next(folder / name for name in names if not (folder / name).exists())


def prune(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest backups; what was deleted. Other files are left alone."""
    named = ((NAME.fullmatch(path.name), path) for path in folder.iterdir())
    ours = sorted((name[1], int(name[2] or 1), path) for name, path in named if name)
    gone = [path for _, _, path in ours[:-keep]]
    for path in gone:
        path.unlink()
    return gone


def _said(label: str, text: str, began: float) -> str:
    return terminal.row(label, f"{text}, {time.monotonic() - began:.1f} s")


def _tell(path: Path, manifest: Manifest, gone: int, keep: int) -> None:
    facts = manifest.facts
    held = (
        f"{terminal.plural(facts.rows, 'row')}, log up to {terminal.number(facts.head)}, "
        f"schema {facts.schema}, epoch {facts.epoch}"
    )
    print(terminal.row("holds", held))
    if gone:
        print(terminal.row("deleted", f"{terminal.plural(gone, 'older one')}; {keep} are kept"))
    print(f"\n{path}  ({terminal.size(path.stat().st_size)})")
