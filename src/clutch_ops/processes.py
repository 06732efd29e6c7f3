"""The site's processes, by what each says of itself in `run`.

Those that serve write `process-<pid>.json`; the one that follows the log `follower-<pid>.json`.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from clutch_ops import durable, services
from clutch_ops.layout import Layout
from clutch_ops.place import Place
from clutch_ops.refusals import Refused

# Each rewrites its file every second; one that is older was left by a process that was killed.
STALE_S = 30.0


def serving(place: Place) -> list[dict[str, Any]]:
    """What each living process that serves says, the oldest first."""
    return _living(place, "process-*.json")


def followers(place: Place) -> list[dict[str, Any]]:
    """What the process says that works out statistics and achievements; two during a restart."""
    return _living(place, "follower-*.json")


def _living(place: Place, names: str) -> list[dict[str, Any]]:
    found = [_state(path) for path in place.run.glob(names)]
    living = [one for one in found if one]
    return sorted(living, key=lambda one: (str(one.get("started_at")), one["pid"]))


def _state(path: Path) -> dict[str, Any] | None:
    said = durable.read_json(path)
    try:
        fresh = time.time() - path.stat().st_mtime < STALE_S
    except OSError:
        return None
    whole = isinstance(said, dict) and isinstance(said.get("pid"), int)
    return said if whole and fresh and is_alive(said["pid"]) else None


def is_alive(pid: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_held(place: Place) -> bool:
    """Whether the holder of an installed site runs, whatever its release does."""
    return place.binding is not None and holds(place.layout)


def holds(layout: Layout) -> bool:
    """Whether somebody answers where a holder does."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as line:
        line.settimeout(2)
        return line.connect_ex(str(layout.run / "holder.sock")) == 0


def check_standing_still(place: Place) -> None:
    """See that nobody serves the site.

    Raises:
        Refused: somebody does.
    """
    pids = [str(one["pid"]) for one in serving(place)]
    if pids:
        raise Refused(f"The site is running (process {', '.join(pids)}).", _stop(place))
    if is_held(place):
        raise Refused("The site is running: its holder answers.", _stop(place))


def _stop(place: Place) -> str:
    way = services.stop(place.layout) if place.binding else "Ctrl-C where `clutch serve` runs"
    return f"Stop it ({way}), then type this again."
