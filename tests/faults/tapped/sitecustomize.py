"""Notes what the operator's tool does to the disk, and can break it in the middle of that.

Put in front of the real tool by `PYTHONPATH`; the tool knows nothing of it. Each *deed* (a file
opened for writing, renamed, linked, removed, synced; a folder made; a program started) is noted
before it happens, named by the last whole line of the act's journal: `copy done 3` is the third
deed after that line. At the one that is wished for, the tool is killed with whom it is said, or
stopped, or finds the disk full from then on. What SQLite does to its own files is not seen.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from typing import Any

WISH: dict[str, Any] = json.loads(os.environ.pop("TAP"))
# Programs that the tool starts are not looked at.
os.environ.pop("PYTHONPATH")
ROOT, OWN = f"{WISH['root']}/", os.getpid()
TRAIL = os.open(WISH["trail"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
MAKES = {"open", "os.mkdir", "os.symlink"}
ABOUT_PATHS = {
    *("os.rename", "os.symlink", "os.mkdir", "os.remove", "os.rmdir"),
    *("shutil.rmtree", "shutil.copyfile"),
}
PATHS = (str, bytes, os.PathLike)
PROGRAMS = {"subprocess.Popen", "os.fork"}


class Place:
    """Where in the act this is."""

    line = "start"
    count = 0
    is_full = False
    is_noting = False


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    """Python tells of each deed before it does it."""
    if Place.is_noting or os.getpid() != OWN:
        return
    if event in ABOUT_PATHS:
        note(event, *[os.fsdecode(one) for one in arguments[:2] if isinstance(one, PATHS)])
    elif event == "open" and isinstance(arguments[0], PATHS) and arguments[2] & WRITES:
        note("open", os.fsdecode(arguments[0]))
    elif event in PROGRAMS:
        note(event, str(arguments[1]) if event != "os.fork" else "")
    elif event == "socket.connect":
        note(event, str(arguments[1]))


def note(kind: str, path: str, to: str = "") -> None:
    """Write the deed down, and do to the tool what is wished for at this one."""
    about_files = kind not in PROGRAMS | {"socket.connect", "sync"}
    if about_files:
        path, to = inside(path), inside(to)
    if about_files and not (path or to):
        return
    Place.is_noting = True
    try:
        told = {"kind": kind, "path": path, "to": to}
        if kind != "socket.connect":
            Place.count += 1
        at = f"{Place.line} {Place.count}"
        os.write(TRAIL, (json.dumps({"at": at, **told}) + "\n").encode())
        if at == WISH.get("at") and kind != "socket.connect":
            act()
    finally:
        Place.is_noting = False
    if Place.is_full and kind in MAKES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def inside(path: str) -> str:
    """The path within the site; `.` is the site's own folder, and what lies elsewhere is empty."""
    if path.startswith(ROOT):
        return path[len(ROOT) :]
    return "." if f"{path}/" == ROOT else ""


def act() -> None:
    """Do what is wished for."""
    if WISH["does"] == "fill":
        Place.is_full = True
        return
    if WISH["does"] == "stop":
        os.kill(OWN, signal.SIGSTOP)
        return
    for pid in WISH["kills"]:
        os.kill(pid or OWN, signal.SIGKILL)


def sync(fd: Any) -> None:
    """`os.fsync`, noted; once a line of the journal is on the disk, it names what follows."""
    path = os.readlink(f"/proc/self/fd/{fd}")  # noqa: PTH115 - pathlib is not there yet
    note("fsync", path)
    really_sync(fd)
    if path.startswith(f"{ROOT}journal/") and path.endswith(".jsonl"):
        Place.is_noting = True
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is not there yet
            last = json.loads(file.read().rstrip("\n").rpartition("\n")[2])
        Place.is_noting = False
        Place.line, Place.count = f"{last['step']} {last.get('state', '')}".strip(), 0


def sync_all() -> None:
    """`os.sync`, noted."""
    note("sync", "")
    really_sync_all()


really_sync, os.fsync = os.fsync, sync
really_sync_all, os.sync = os.sync, sync_all
sys.addaudithook(hear)
