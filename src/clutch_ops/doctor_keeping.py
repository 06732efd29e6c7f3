"""What keeps the data: the database, the disk, who may read it, and the backups."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from clutch_ops import copies, databases, memory, preflight, terminal
from clutch_ops.databases import Sqlite
from clutch_ops.findings import BAD, DOUBTFUL, GOOD, Finding
from clutch_ops.place import Place
from clutch_ops.postgres import Postgres
from clutch_ops.refusals import Refused

LEAST_BYTES = 200 << 20
LEAST_FILES = 10_000
BACKUP_H = 26
TEST_DAYS = 90
OTHERS = 0o077


def database(place: Place) -> Iterator[Finding]:
    """Is it there, whole, and of a schema that the release knows?"""
    store = place.store
    if isinstance(store, Sqlite) and not store.path.exists():
        sentence = f"There is no database yet: the first start makes {store.path}."
        yield Finding("database", DOUBTFUL, sentence, f"{place.typed} serve")
        return
    facts = copies.facts_of(store)
    with copies.readable():
        fault = databases.fault(store)
    if fault:
        way = f"{place.typed} restore FILE (the newest of {place.backups})"
        yield Finding("database", BAD, f"The database is not whole: {fault}.", way)
    else:
        size = terminal.size(store.size())
        sentence = f"{place.kind}, {size}, {terminal.plural(facts.rows, 'row')}, whole"
        yield Finding("database", GOOD, sentence)
    yield _schema(place, facts.schema)
    if isinstance(store, Postgres):
        yield _rights(store)


def _schema(place: Place, schema: str) -> Finding:
    known = place.schemas
    if schema == known[-1]:
        return Finding("schema", GOOD, f"{schema}, the newest that the release knows")
    if schema in known:
        sentence = f"{schema}; the next start brings it to {known[-1]}."
        return Finding("schema", DOUBTFUL, sentence, f"{place.typed} backup")
    sentence = f"{schema} is newer than the release knows ({known[-1]})."
    return Finding("schema", BAD, sentence, f"{place.typed} update")


def _rights(store: Postgres) -> Finding:
    try:
        store.check_rights()
    except Refused as refused:
        return Finding("postgresql", BAD, refused.reason, refused.advice)
    return Finding("postgresql", GOOD, "its client programs are here, and its user may make copies")


def disk(place: Place) -> Iterator[Finding]:
    """Is there room to go on, to back up and to update?"""
    folder = place.root if place.binding or not place.home.exists() else place.home
    free, size = shutil.disk_usage(folder).free, _size(place)
    needed = preflight.needed(size) if place.binding else copies.needed(size)
    act = "an update" if place.binding else "a backup"
    said = f"{terminal.size(free)} are free under {folder}"
    if free < LEAST_BYTES:
        yield Finding("disk", BAD, f"Only {said}: writing will soon fail.", f"du -xsh {folder}/*")
    elif free < needed:
        sentence = f"{said}; {act} wants {terminal.size(needed)}."
        yield Finding("disk", DOUBTFUL, sentence, f"du -xsh {folder}/*")
    else:
        yield Finding("disk", GOOD, said)
    files = os.statvfs(folder).f_favail
    if 0 < files < LEAST_FILES:
        sentence = f"Only {files} more files can be made under {folder}."
        yield Finding("disk", BAD, sentence, f"df -i {folder}")


def _size(place: Place) -> int:
    try:
        return place.store.size()
    except (Refused, OSError):
        return 0


def permissions(place: Place) -> Iterator[Finding]:
    """The site's user may write; nobody else may read."""
    if not place.home.exists():
        return
    wrong = [*_not_ours(place), *_readable(place)]
    yield from wrong or [Finding("permissions", GOOD, f"{place.home} is this user's alone")]


def _kept(place: Place) -> list[Path]:
    kept = [place.home, *place.home.glob("clutch.db*"), place.backups, *place.backups.glob("*.gz")]
    return [path for path in kept if path.exists()]


def _not_ours(place: Place) -> Iterator[Finding]:
    for path in _kept(place):
        if path.stat().st_uid != os.geteuid():
            sentence = f"{path} belongs to another user than the one who types this."
            owner = f"chown -R $(id -un) {path}, or type this as its owner"
            yield Finding("permissions", BAD, sentence, owner)
        elif not os.access(path, os.W_OK):
            yield Finding("permissions", BAD, f"{path} can't be written.", f"chmod u+w {path}")


def _readable(place: Place) -> Iterator[Finding]:
    for path in _kept(place):
        if path.stat().st_mode & OTHERS:
            mode = 0o700 if path.is_dir() else 0o600
            sentence = f"Other users can get at {path}."
            yield Finding(
                "permissions", DOUBTFUL, sentence, f"chmod {mode:o} {path}", _closing(path, mode)
            )


def _closing(path: Path, mode: int) -> Callable[[], None]:
    return lambda: path.chmod(mode)


def backups(place: Place) -> Iterator[Finding]:
    """How old the last one is, whether it is still there, and when one was last restored."""
    last, test = memory.recall(place, memory.BACKUP), memory.recall(place, memory.TEST)
    type_backup = f"{place.typed} backup"
    if last is None:
        if _size(place):
            yield Finding("backup", BAD, "There is no backup of this site.", type_backup)
        return
    age = terminal.age(last.at)
    if not last.file.exists():
        yield Finding("backup", BAD, f"The last backup is gone: {last.file}.", type_backup)
    elif (datetime.now(UTC) - last.at).total_seconds() > BACKUP_H * 3600:
        yield Finding("backup", DOUBTFUL, f"The last backup was made {age}.", type_backup)
    else:
        yield Finding("backup", GOOD, f"the last one was made {age}")
    try_it = f"{place.typed} restore {last.file} --check"
    if test is None:
        yield Finding("restore test", DOUBTFUL, "No backup was restored for a test yet.", try_it)
    elif (datetime.now(UTC) - test.at).days > TEST_DAYS:
        sentence = f"The last restore test was {terminal.age(test.at)}."
        yield Finding("restore test", DOUBTFUL, sentence, try_it)
    else:
        yield Finding("restore test", GOOD, f"the last one was {terminal.age(test.at)}")
