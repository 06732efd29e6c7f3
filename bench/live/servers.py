"""The servers that are measured: ours with people who are logged in, and the two peers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.live.crowd import Crowd, Door
from clutch.accounts.models import SITE, Role
from clutch.accounts.sessions import open_session
from clutch.accounts.signup import NewAccount, create_account
from clutch.bootstrap import open_site, prepare
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Transaction
from clutch.live.limits import CONNECTIONS_AN_ACCOUNT

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PEER_PACKAGES = ("ws@8.23.0", "socket.io@4.8.4")
# Bytes of one event as it travels, in our frame and in the peers'.
EVENT = 500
OUR_BODY = len('{"seq":100,"kind":"site-measured","at":"2026-11-23T04:06:03.123456Z","facts":}')
FACT_BODY = len('{"made_ns":123456789012345,"text":""}')
SUBSCRIBE = b'{"type":"subscribe","streams":[{"stream":"site"}]}'


@dataclass
class Server:
    """A serving process and who is connected to it."""

    name: str
    door: Door
    pid: int
    crowd: Crowd = field(init=False)

    def resident_kb(self) -> float:
        """Memory that the process holds."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return float(line.split()[1])

    def cpu_us(self) -> float:
        """Time that the process has computed so far, for itself and in the kernel."""
        fields = (
            Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) * 1e6 / os.sysconf("SC_CLK_TCK")


@contextmanager
def our_site(number: int, *, by_events: bool = False) -> Iterator[Server]:
    """Clutch with one serving process; its readers are accounts, ten connections each.

    `by_events`: they follow by Server-Sent Events instead of WebSockets.
    """
    with tempfile.TemporaryDirectory(prefix="clutch-bench-") as folder:
        settings = Settings(home=Path(folder))
        prepare(settings)
        secrets = _sessions(settings, -(-number // CONNECTIONS_AN_ACCOUNT))
        weight = EVENT - OUR_BODY - FACT_BODY
        command = [sys.executable, "-m", "bench.live.served", folder, str(weight)]
        with _started(command, dict(os.environ)) as (process, address):
            cookies = [
                f"Origin: {address}\r\nCookie: clutch-session={secret}\r\n" for secret in secrets
            ]
            # `hello` is read before, `subscribed` after it.
            door = Door(address, "/live", cookies, says=(SUBSCRIBE,), greets=True)
            if by_events:
                door = Door(address, "/live/events?follow=site", cookies, upgrades=False)
            yield Server("clutch", door, _child_of(process.pid))


@contextmanager
def peer(name: str, modules: Path) -> Iterator[Server]:
    """A peer in Node."""
    environment = {**os.environ, "NODE_PATH": str(modules)}
    command = ["node", str(HERE / f"{name}.cjs"), str(EVENT - FACT_BODY)]
    with _started(command, environment) as (process, port):
        address = f"http://127.0.0.1:{port}"
        if name == "ws":
            yield Server(name, Door(address, "/"), process.pid)
        else:
            path = "/socket.io/?EIO=4&transport=websocket"
            door = Door(address, path, says=(b"40",), greets=True)
            yield Server("socket.io", door, process.pid)


def peer_modules() -> Path | None:
    """The folder with the peers' packages, installed when they are not there; None without npm."""
    folder = Path(os.environ.get("CLUTCH_HOME", "var")) / "bench" / "live"
    modules = (folder / "node_modules").resolve()
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("Live's peers are left out: they need node and npm (Debian: apt install npm).")
        return None
    if not all((modules / name.rpartition("@")[0]).is_dir() for name in PEER_PACKAGES):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"private": True}), encoding="utf-8")
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", *PEER_PACKAGES],
            cwd=folder,
            check=True,
        )
    return modules


@contextmanager
def _started(
    command: Sequence[str], environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(15)


def _child_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return int(children[-1])


def _sessions(settings: Settings, number: int) -> list[str]:
    site = open_site(settings)

    def work(tx: Transaction) -> list[str]:
        secrets = []
        for each in range(number):
            wish = NewAccount(name=f"reader{each}", password="never used here")
            account = create_account(tx, SITE, wish, None, Role.PLAYER)
            secrets.append(open_session(tx, account.id, "bench", "127.0.0.1")[1])
        return secrets

    try:
        return site.writer.write(work)
    finally:
        site.close()
