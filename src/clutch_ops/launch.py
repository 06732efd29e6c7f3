"""Starting a release: its environment, and the sockets and the line that it is given."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, urlsplit, urlunsplit

from clutch_ops import settings
from clutch_ops.layout import Binding, Layout

FIRST_PASSED = 3
# Above what a holder has open; moved there first, so that no move overwrites another's source.
_PARKED = 512
BACKLOG = 2048


def python_of(release: Path) -> Path:
    """The Python of a release's own environment."""
    return release / ".venv" / "bin" / "python"


def command_of(release: Path, *arguments: str) -> list[str]:
    """`clutch ARGUMENTS` of that release."""
    return [str(python_of(release)), "-P", "-m", "clutch", *arguments]


def environment_of(layout: Layout, binding: Binding) -> dict[str, str]:
    """What a release finds in its environment when it runs on this binding."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LISTEN_", "WATCHDOG_", "PYTHON"))
        and name not in {"NOTIFY_SOCKET", "HOLDER_LINE", "CLUTCH_HOME"}
    }
    kept |= {
        "CLUTCH_HOME": str(binding.generation),
        "CLUTCH_ENV_FILE": str(layout.settings_file),
        "PYTHONPATH": str(binding.release / "src"),
    }
    url = settings.database_url(layout)
    if url is not None:
        kept["DATABASE_URL"] = url_for(url, binding.database)
    if binding.accepts is not None:
        kept["CLUTCH_ACCEPT_SCHEMA"] = binding.accepts
    return kept


def url_for(url: str, database: str | None) -> str:
    """The database's address, with another name in it."""
    if database is None:
        return url
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(database)}"))


def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, seconds: float
) -> subprocess.CompletedProcess[str]:
    """Let a release's own command do its work, and keep what it says.

    Raises:
        subprocess.TimeoutExpired: it does not end in time; it is killed.
    """
    return subprocess.run(
        command,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """Why it failed, as it said last, for the middle of a sentence."""
    lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
    return lines[-1].rstrip(".")


def spawn(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    sockets: Mapping[str, socket.socket],
    line: int,
    output: int,
) -> int:
    """Start a release that is to serve on these sockets (a name each); the process's number.

    It leads a session of its own, so that a Ctrl-C meets the holder alone, which then ends it.
    """
    pid = os.fork()
    if not pid:
        try:
            _become(command, dict(environment), folder, sockets, line, output)
        except OSError as error:
            os.write(2, f"{command[0]} can't be started: {error.strerror}\n".encode())
        os._exit(127)
    return pid


def _become(
    command: Sequence[str],
    environment: dict[str, str],
    folder: Path,
    sockets: Mapping[str, socket.socket],
    line: int,
    output: int,
) -> NoReturn:
    os.setsid()
    os.chdir(folder)
    sys.stdout.flush()
    os.dup2(output, 1)
    os.dup2(output, 2)
    passed = [*(one.fileno() for one in sockets.values()), line]
    parked = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _PARKED) for number in passed]
    for index, number in enumerate(parked):
        os.dup2(number, FIRST_PASSED + index)
    environment |= {
        "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDS": str(len(sockets)),
        "LISTEN_FDNAMES": ":".join(sockets),
        "HOLDER_LINE": str(FIRST_PASSED + len(sockets)),
    }
    os.execve(command[0], list(command), environment)  # noqa: S606 - that is the point


def listen_at(path: Path) -> socket.socket:
    """A Unix socket that only this user may connect to."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(mask)
    listener.listen(BACKLOG)
    return listener
