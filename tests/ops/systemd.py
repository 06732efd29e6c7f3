"""systemd's side of a unit, played by a test: its sockets, its notifications, its hardening.

What systemd would do to start the service is done here by bash in a mount namespace of its own:
everything but the site is read-only, no capability is left, the environment is a clean one.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.serve.running import wait_until

CREDENTIALS = struct.Struct("3i")
START = """
set -e
site=$1; shift
mount --bind "$site" "$site"
mount -o remount,bind,ro /
[ "$passed" = 3 ] || exec 3<&"$passed"-
export LISTEN_PID=$$ WATCHDOG_PID=$$
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""


@dataclass
class Unit:
    """A unit file, as far as it is a list of settings."""

    path: Path
    settings: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        lines = re.findall(r"^(\w+)=(.*)$", self.path.read_text(encoding="utf-8"), re.MULTILINE)
        self.settings = dict(lines)


@dataclass
class Systemd:
    """A service that was started from its unit, and what it has said since."""

    process: subprocess.Popen[bytes]
    notes: socket.socket
    journal: Path
    heard: list[tuple[int, str]] = field(default_factory=list)

    def hear(self) -> list[str]:
        """All lines that the main process has said so far; systemd hears nobody else's."""
        while True:
            try:
                note, around, _, _ = self.notes.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
            except BlockingIOError:
                return [line for pid, line in self.heard if pid == self.process.pid]
            pid = CREDENTIALS.unpack(around[0][2])[0]
            self.heard += [(pid, line) for line in note.decode().splitlines()]

    def wait_for(self, line: str, seconds: float = 60) -> None:
        wait_until(lambda: line in self.hear() or self.process.poll() is not None, seconds)
        assert line in self.hear(), self.journal.read_text(encoding="utf-8")

    def feeds_within(self, seconds: float) -> bool:
        """Whether the watchdog is fed within this time from now."""
        self.hear()
        before = len(self.heard)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.hear()
            if any(line == "WATCHDOG=1" for _, line in self.heard[before:]):
                return True
            time.sleep(0.05)
        return False


@contextmanager
def started_by_systemd(
    unit: Unit, public: socket.socket, folder: Path, watchdog_seconds: float
) -> Iterator[Systemd]:
    """Start the unit's command with the socket that its socket unit would pass."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notes:
        notes.bind(str(folder / "notify"))
        notes.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        notes.setblocking(False)
        writable = unit.settings["ReadWritePaths"]
        with (folder / "journal").open("wb") as log:
            process = subprocess.Popen(
                [
                    *_confined(),
                    "bash",
                    "-c",
                    START,
                    "bash",
                    writable,
                    *unit.settings["ExecStart"].split(),
                ],
                cwd=unit.settings["WorkingDirectory"],
                env=_environment(folder / "notify", public.fileno(), watchdog_seconds),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[public.fileno()],
                start_new_session=True,
            )
        try:
            yield Systemd(process, notes, folder / "journal")
        finally:
            process.kill()
            process.wait(10)


def _environment(notify: Path, passed: int, watchdog_seconds: float) -> dict[str, str]:
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "INVOCATION_ID": "0" * 32,
        "NOTIFY_SOCKET": str(notify),
        "WATCHDOG_USEC": str(int(watchdog_seconds * 1_000_000)),
        "LISTEN_FDS": "1",
        "LISTEN_FDNAMES": "clutch.socket",
        "passed": str(passed),
    }


def _confined() -> list[str]:
    """A mount namespace of its own, by root's right or in a user namespace."""
    found = shutil.which("unshare")
    command = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "-r", "--mount"]
    if found is None or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("no mount namespace can be made here: run it as root, or allow user namespaces")
    return command
