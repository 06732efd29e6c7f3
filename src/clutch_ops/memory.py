"""What is remembered of backups between commands, in `backups/remembered.json`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clutch_ops import durable
from clutch_ops.place import Place

BACKUP, TEST = "backup", "restore_test"


@dataclass(frozen=True)
class Remembered:
    """When something was last done, and with which file."""

    at: datetime
    file: Path


def remember(place: Place, what: str, file: Path) -> None:
    """Note that a backup was taken, or that one was restored and found whole, just now."""
    place.backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = durable.read_json(_path(place)) or {}
    known[what] = {"at": datetime.now(UTC).isoformat(), "file": str(file)}
    durable.write_json(_path(place), known)


def recall(place: Place, what: str) -> Remembered | None:
    """The last time; None when there was none."""
    known = durable.read_json(_path(place))
    try:
        one = known[what]
        return Remembered(datetime.fromisoformat(one["at"]), Path(one["file"]))
    except (KeyError, TypeError, ValueError):
        return None


def _path(place: Place) -> Path:
    return place.backups / "remembered.json"
