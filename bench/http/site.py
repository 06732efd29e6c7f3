"""A site of its own to measure: SQLite, one serving process, gone afterwards."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clutch.cli.serving.state import read_state
from clutch.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


@dataclass(frozen=True)
class Running:
    """A serving site; `settings` are those that it runs by."""

    address: str
    settings: Settings

    def resident_mb(self) -> float:
        """Memory of the largest serving process, in MB (10^6 bytes), as it said last."""
        pids = [
            int(path.stem.removeprefix("process-"))
            for path in self.settings.run_folder.glob("process-*.json")
        ]
        states = [read_state(self.settings.run_folder, pid) or {} for pid in pids]
        return float(max(state.get("rss_bytes", 0) for state in states)) / 1e6


@contextmanager
def running(command: str, home: Path, **settings: str) -> Iterator[Running]:
    """`clutch COMMAND` with one process, on a free port, from its first answer on."""
    with launched(command, home, **settings) as address:
        wait_for_page(address)
        yield Running(address, Settings(home=home))


@contextmanager
def launched(command: str, home: Path, **settings: str) -> Iterator[str]:
    """The same from the moment at which it is started; the address where it is going to be."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not _is_ours(name)},
        "CLUTCH_HOME": str(home),
        "CLUTCH_PORT": str(port),
        **settings,
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [ROOT / "bin" / "clutch", command],
            cwd=home,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(15)


@contextmanager
def minimal() -> Iterator[str]:
    """The smallest Starlette app on the same server: what this machine can do at most."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.http.minimal"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(15)


def wait_for_page(address: str, path: str = "/") -> None:
    """Ask until there is a page; nothing is asked twice in the same hundredth of a second."""
    host, port = re.findall(r"//(.+):(\d+)", address)[0]
    until = time.perf_counter() + START_SECONDS
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
    while time.perf_counter() < until:
        try:
            with socket.create_connection((host, int(port)), timeout=START_SECONDS) as line:
                line.sendall(request)
                if line.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(0.01)
    raise TimeoutError(f"no page at {address}{path}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ours(name: str) -> bool:
    return name.startswith(("CLUTCH_", "DATABASE_", "REDIS_"))
