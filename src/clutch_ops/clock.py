"""Whether this machine's clock is right, by all that can be compared with it.

Something from the future means that the clock is behind now, or was ahead then: which of the two it
is, only a clock that is kept right by others can tell.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clutch_ops import source, terminal
from clutch_ops.databases import Sqlite
from clutch_ops.layout import release_facts
from clutch_ops.place import Place
from clutch_ops.postgres import Postgres

FAR_S = 300
LAST_AT = "SELECT max(at) FROM event"
SERVER_NOW = "SELECT extract(epoch FROM now())"
SYNCHRONIZED = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
SET = "timedatectl set-ntp true"


@dataclass(frozen=True, order=True)
class Mark:
    """A moment that has been: `at` in seconds of the epoch, `what` says where it stands."""

    at: float
    what: str


def trouble(place: Place) -> str | None:
    """What is wrong with the clock, in a sentence."""
    behind = _behind_server(place)
    if abs(behind) > FAR_S:
        how = "behind" if behind > 0 else "ahead of"
        far = terminal.duration(abs(behind))
        return f"The clock is wrong, or PostgreSQL's is: it is {far} {how} that one."
    future = from_future(place)
    if future is None or is_kept() is True:
        return None
    far = terminal.duration(future.at - time.time())
    return f"The clock is wrong, or was: {future.what} is {far} ahead of it."


def is_kept() -> bool | None:
    """Whether somebody keeps the clock right; None where nobody can be asked."""
    if shutil.which(SYNCHRONIZED[0]) is None:
        return None
    try:
        done = subprocess.run(SYNCHRONIZED, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip()) if done.returncode == 0 else None


def from_future(place: Place) -> Mark | None:
    """What is farthest ahead of the clock, when that is more than minutes."""
    last = max([*_files(place), *_releases(place), *_events(place)], default=None)
    return last if last and last.at - time.time() > FAR_S else None


def _behind_server(place: Place) -> float:
    try:
        store = place.store
        if isinstance(store, Postgres):
            return float(store.value(SERVER_NOW) or 0) - time.time()
    except Exception:  # noqa: BLE001 - what is wrong with the database is told where it is looked at
        return 0.0
    return 0.0


def _files(place: Place) -> Iterator[Mark]:
    paths: list[Path] = list(place.layout.journal.glob("*.jsonl")) if place.binding else []
    if isinstance(store := place.store, Sqlite):
        paths += store.path.parent.glob(f"{store.path.name}*")
    for path in paths:
        yield Mark(path.stat().st_mtime, str(path))


def _releases(place: Place) -> Iterator[Mark]:
    if place.binding is None:
        return
    made = release_facts(place.release).get("made_at")
    if made:
        where = str(place.release / "RELEASE.json")
        yield Mark(datetime.fromisoformat(made).timestamp(), where)
    at, name = source.newest(place.layout)
    yield Mark(at, f"the fetched commit of {name}")


def _events(place: Place) -> Iterator[Mark]:
    try:
        last = place.store.value(LAST_AT)
    except Exception:  # noqa: BLE001 - as above
        return
    if last:
        at = datetime.fromisoformat(last)
        moment = at if at.tzinfo else at.replace(tzinfo=UTC)
        yield Mark(moment.timestamp(), "the last event of the log")
