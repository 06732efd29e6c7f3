"""`clutch serve` as an operator starts it, on an empty home."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.serve.running import ROOT, START_SECONDS, Running, started, wait_until
from tests.services.ports import free_port


def answers(site: Running) -> bool:
    try:
        return site.status("/readyz") == 200
    except OSError:
        return False


@contextmanager
def site_running(
    folder: Path, environment: dict[str, str] | None = None, workers: int = 2
) -> Iterator[Running]:
    """A site with two processes, once it answers; its home is `folder / "home"`."""
    port = free_port()
    own = {
        "CLUTCH_HOME": str(folder / "home"),
        "CLUTCH_PORT": str(port),
        "CLUTCH_WORKERS": str(workers),
        **(environment or {}),
    }
    with started(["-m", "clutch", "serve"], folder, own) as site:
        site.address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(site), START_SECONDS)
        yield site


def told(site: Running, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, media type and body, over a connection of its own: any of the processes answers."""
    line = http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10)
    try:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()
    finally:
        line.close()


def states(site: Running, name: str) -> set[str]:
    """How the processes say that a capability stands, in their state files."""
    home = site.errors.parent / "home" / "run"
    found = set()
    for path in home.glob("process-*.json"):
        try:
            told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        found.add(told["capabilities"][name])
    return found


def make_admin(folder: Path, name: str = "olga") -> None:
    subprocess.run(
        [sys.executable, "-m", "clutch", "user", "create", name, "--admin"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "CLUTCH_HOME": str(folder / "home")},
        check=True,
        capture_output=True,
    )
