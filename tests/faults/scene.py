"""A site as operators run it: `clutch serve` with processes of its own, on a field to play on."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clutch.cli.serving.state import state_path
from clutch.kernel.settings import Settings
from tests.faults.asking import Client, NoAnswer
from tests.faults.field import Field, make_field
from tests.faults.storage import postgres
from tests.serve.running import Running, children_of, started
from tests.services.ports import free_port

BOOT_SECONDS = 30.0


@dataclass(frozen=True)
class Load:
    """How much is asked of the site: requests a second, live clients, tournaments, players."""

    rate: float = 100.0
    clients: int = 500
    cups: int = 20
    players: int = 32


FULL = Load()
SHORT = Load(rate=20.0, clients=30, cups=3, players=16)


@dataclass
class Scene:
    """A running site. `settings` are those of the same database for who looks from beside."""

    running: Running
    settings: Settings
    port: int
    field: Field
    booted_s: float = 0.0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pids(self) -> list[int]:
        """All processes under the parent: those that serve, and the follower."""
        return sorted(children_of(self.running.process.pid))

    def serving(self) -> list[int]:
        """The serving processes."""
        return [pid for pid in self.pids() if state_path(self.settings.run_folder, pid).exists()]

    def lines(self) -> list[dict[str, Any]]:
        """What the site has logged so far, line by line."""
        said = self.running.said().splitlines()
        return [json.loads(line) for line in said if line.startswith("{")]

    def memory_mb(self) -> float:
        """What the processes have in memory together; shared pages count by share."""
        return sum(_proportional_kb(pid) for pid in self.pids()) / 1000

    def descriptors(self) -> dict[int, int]:
        """Open files of each process, without visitors' lines and SQLite's spare ones.

        Who lost a line may have come back to another process.
        """
        lines = sockets_at(self.port)
        opened = {
            pid: [name for name in open_files(pid) if name not in lines] for pid in self.pids()
        }
        return {pid: len(names) - spare_of_sqlite(names) for pid, names in opened.items()}

    def tasks(self) -> dict[int, int]:
        """Threads of each process."""
        return {pid: count_in(f"/proc/{pid}/task") for pid in self.pids()}


@contextmanager
def serving(
    load: Load,
    *,
    database: str | None = None,
    environment: dict[str, str] | None = None,
    workers: int = 2,
) -> Iterator[Scene]:
    """A drawn field and a site that serves it, from its first answer on; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="clutch-faults-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        settings = Settings.model_validate({"home": home, "DATABASE_URL": database})
        field = make_field(settings, load.cups, load.players)
        with served(settings, field, Path(folder), environment or {}, workers) as scene:
            yield scene


@contextmanager
def staged(
    load: Load, database: str = "", environment: dict[str, str] | None = None
) -> Iterator[Scene]:
    """The same on the kind of database that is named: `postgres`, else SQLite."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres()).url if database == "postgres" else None
        yield stack.enter_context(serving(load, database=url, environment=environment))


@asynccontextmanager
async def beside(scene: AbstractContextManager[Scene]) -> AsyncIterator[Scene]:
    """Start and end a site without holding up this loop, in which its proxies live."""
    started_scene = await asyncio.to_thread(scene.__enter__)
    try:
        yield started_scene
    finally:
        await asyncio.to_thread(scene.__exit__, None, None, None)


@contextmanager
def served(
    settings: Settings,
    field: Field,
    folder: Path,
    environment: dict[str, str],
    workers: int = 2,
) -> Iterator[Scene]:
    """Start the site on what is there."""
    port = free_port()
    told = {
        "CLUTCH_HOME": str(settings.home),
        "CLUTCH_PORT": str(port),
        "CLUTCH_WORKERS": str(workers),
        **({"DATABASE_URL": settings.database_url} if settings.database_url else {}),
        **environment,
    }
    began = time.monotonic()
    with started(["-m", "clutch", "serve"], folder, told) as running:
        scene = Scene(running, settings, port, field)
        asyncio.run(_wait(scene))
        scene.booted_s = time.monotonic() - began
        try:
            yield scene
        finally:
            if running.process.poll() is None:
                running.end()


async def _wait(scene: Scene) -> None:
    until = time.monotonic() + BOOT_SECONDS
    client = Client(scene.port, 2.0)
    try:
        while time.monotonic() < until:
            assert scene.running.process.poll() is None, scene.running.said()
            try:
                if (await client.ask("GET", "/livez")).status == 200:
                    return
            except NoAnswer:
                await asyncio.sleep(0.02)
    finally:
        await client.close()
    raise AssertionError(f"no answer within {BOOT_SECONDS} s: {scene.running.said()}")


def open_files(pid: int) -> list[str]:
    """What a process has open, by the last part of the system's names for it."""
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.append(link.readlink().name)
    return found


def sockets_at(port: int) -> set[str]:
    """The sockets of this machine with that port on their own end, as `open_files` names them."""
    rows = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    sockets = [row.split() for row in rows]
    return {f"socket:[{one[9]}]" for one in sockets if int(one[1].partition(":")[2], 16) == port}


def spare_of_sqlite(names: list[str]) -> int:
    """Descriptors of closed connections that SQLite keeps for the next ones.

    Closing one would end the process's POSIX locks on the file, so it does not while any other
    connection reads (`unixClose` in os_unix.c); there are never more than were in use at once,
    which the pool bounds. A connection that is open has the write-ahead log open too.
    """
    return max(0, names.count("clutch.db") - names.count("clutch.db-wal"))


def count_in(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def _proportional_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
