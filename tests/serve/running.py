"""Starts real processes and sees to it that none of them stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0


@dataclass
class Running:
    """A started program: its process, the address it printed, what it says on stderr."""

    process: subprocess.Popen[str]
    errors: Path
    address: str = ""

    def get(self, path: str, timeout: float = 10) -> str:
        with urllib.request.urlopen(self.address + path, timeout=timeout) as answer:
            return str(answer.read().decode())

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def children(self) -> set[int]:
        return children_of(self.process.pid)

    def said(self) -> str:
        return self.errors.read_text(encoding="utf-8")

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send the signal; how many seconds the parent took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(15)
        return time.monotonic() - began


@contextmanager
def started(
    arguments: Sequence[str],
    folder: Path,
    environment: dict[str, str] | None = None,
    passed: Sequence[int] = (),
) -> Iterator[Running]:
    """`python ARGUMENTS` in a session of its own, all of which is gone at the end of the block."""
    errors = folder / "stderr"
    with errors.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
            pass_fds=passed,
        )
    try:
        yield Running(process, errors)
    finally:
        end_session(process)


@contextmanager
def serving(
    arguments: Sequence[str], folder: Path, environment: dict[str, str] | None = None
) -> Iterator[Running]:
    """The same, once it has printed the address at which it serves."""
    with started(arguments, folder, environment) as running:
        assert running.process.stdout is not None
        running.address = running.process.stdout.readline().strip()
        assert running.address, running.said()
        yield running


def end_session(process: subprocess.Popen[str]) -> None:
    """Kill the program and whatever it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


def children_of(pid: int) -> set[int]:
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(rest[1]) == pid and rest[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def is_there(pid: int) -> bool:
    """Whether the process lives (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that is about to happen; fail when it does not."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.02)
