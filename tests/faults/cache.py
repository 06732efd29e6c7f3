"""A Redis of our own behind a proxy, and the ways in which it can be gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.faults.history import Said
from tests.faults.proxy import Mode, Proxy
from tests.faults.scene import Scene
from tests.serve.running import ROOT
from tests.services.redis import RedisServer, running

PASSWORD, OTHER = "as agreed", "changed"
SLOW_S = 2.0
ABSENT = "package absent"
# What can begin in the middle; a package is only ever absent from the start.
MODES = ("refused", "reset", "black hole", "2 s slow", "wrong password", "read-only")
_OF_THE_LINE = {
    "refused": Mode.REFUSE,
    "reset": Mode.RESET,
    "black hole": Mode.BLACK_HOLE,
    "2 s slow": Mode.LATENCY,
}
_WITHOUT = """
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == {package!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
        return None


sys.meta_path.insert(0, Absent())
"""


@dataclass
class Cache:
    """The server and the proxy in front of it; `lay` and `lift` a fault."""

    server: RedisServer
    proxy: Proxy

    @property
    def environment(self) -> dict[str, str]:
        """How the site is told where it is."""
        return {
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(self.proxy.port),
            "REDIS_PASSWORD": PASSWORD,
        }

    async def lay(self, mode: str) -> None:
        """From now on it is gone in this way."""
        if mode in _OF_THE_LINE:
            delay_s = SLOW_S if mode == "2 s slow" else 0.0
            await self.proxy.lay(_OF_THE_LINE[mode], delay_s=delay_s)
        elif mode == "wrong password":
            await self._run("CONFIG", "SET", "requirepass", OTHER)
            for kind in ("normal", "pubsub"):
                await self._run("CLIENT", "KILL", "TYPE", kind, password=OTHER)
        elif mode == "read-only":
            await self._run("REPLICAOF", "127.0.0.1", "1")

    async def lift(self, mode: str) -> None:
        """It is well again."""
        if mode in _OF_THE_LINE:
            await self.proxy.lay(Mode.PASS)
        elif mode == "wrong password":
            await self._run("CONFIG", "SET", "requirepass", PASSWORD, password=OTHER)
        elif mode == "read-only":
            await self._run("REPLICAOF", "NO", "ONE")

    async def calls(self) -> int:
        """How many values were asked for, ever; looks at whether it is back only put some."""
        told = (await self._run("INFO", "commandstats")).decode()
        asked = (line.partition(":calls=") for line in told.splitlines())
        return sum(int(rest.partition(",")[0]) for name, _, rest in asked if name == "cmdstat_get")

    async def _run(self, *words: str, password: str = PASSWORD) -> bytes:
        return await asyncio.to_thread(self.server.run, *words, password=password)


@asynccontextmanager
async def caching() -> AsyncIterator[Cache]:
    """A server for one round, gone afterwards."""
    with running("--requirepass", PASSWORD) as server:
        async with Proxy(server.port) as proxy:
            yield Cache(server, proxy)


def without_package(folder: Path, package: str) -> dict[str, str]:
    """The environment of a site whose installation lacks a package."""
    text = _WITHOUT.format(package=package)
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    return {"PYTHONPATH": f"{folder}:{ROOT / 'src'}:{ROOT}"}


def said_of(scene: Scene, capability: str) -> list[Said]:
    """The log's lines about a capability."""
    return [
        Said(datetime.fromisoformat(line["timestamp"]).timestamp(), line["pid"], capability, state)
        for line in scene.lines()
        if line.get("capability") == capability and (state := line.get("state"))
    ]


def downs(scene: Scene, capability: str) -> list[int]:
    """How often each serving process has said so far that it is down."""
    said = [line.process for line in said_of(scene, capability) if line.state == "down"]
    return [said.count(pid) for pid in scene.serving()]


def states(scene: Scene, capability: str) -> list[str]:
    """How it stands in each serving process, by what the process said last."""
    last = {line.process: line.state for line in said_of(scene, capability)}
    return [last.get(pid, "") for pid in scene.serving()]
