"""Somebody with empty machines and nothing but docs/operating.md, for `tools/transcript.py`.

Machines are folders of one scratch folder, each with a port of its own; the project's repository
is a bare one beside them. What is typed is changed only in its addresses and paths, and what comes
back is told in the page's own.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from clutch_ops.layout import Layout
from tests.ops.sites import Site, commit, git, lend_environment, make_repository
from tests.serve.running import wait_until
from tests.services.ports import free_port
from tests.services.redis import RedisServer
from tools.steady import Steadier

SECONDS = 600
END_S = 30
# Whoever looks does so a moment after something was started: by then all of it has said how it is.
LOOKS = re.compile(r"clutch (status|doctor)")
PAUSE_S = 3.0
VERSION = "src/clutch/__init__.py"


@dataclass
class Machine:
    """A folder that stands for a machine; `served` is what was left running on it."""

    folder: Path
    port: int
    served: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def end(self) -> None:
        """Switch it off."""
        for process in self.served:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(END_S)
        self.served.clear()


class Stranger:
    """Types commands on the machine of the moment."""

    def __init__(self, folder: Path, *, lend: bool) -> None:
        self._folder = folder
        self._lend = lend
        self._machines: list[Machine] = []
        self._redis: RedisServer | None = None
        self._steadier = Steadier()
        self._project = folder / "project"
        self._project.mkdir()
        make_repository(self._project)
        git(folder, "clone", "--quiet", "--bare", str(self._project), str(self._remote))
        git(self._project, "remote", "add", "origin", str(self._remote))
        self._new_machine()

    @property
    def _remote(self) -> Path:
        return self._folder / "clutch.git"

    @property
    def _machine(self) -> Machine:
        return self._machines[-1]

    def _new_machine(self) -> None:
        machine = Machine(self._folder / f"machine-{len(self._machines) + 1}", free_port())
        machine.site.mkdir(parents=True)
        if self._lend:
            lend_environment(Layout(machine.site))
        self._machines.append(machine)

    def happens(self, mark: str) -> None:
        """What the page's comment says goes on beside the commands."""
        if mark == "newer":
            self._publish()
        elif mark == "another machine":
            self._machine.end()
            self._new_machine()
        elif mark == "redis":
            self._redis = RedisServer()
            self._redis.start()

    def _publish(self) -> None:
        path = self._project / VERSION
        text = path.read_text(encoding="utf-8")
        newer = re.sub(r'(\d+)"', lambda last: f'{int(last[1]) + 1}"', text)
        path.write_text(newer, encoding="utf-8")
        commit(self._project, "A newer one")
        git(self._project, "push", "--quiet", "origin", "main")

    def type(self, command: str) -> tuple[int, str]:
        """The exit status, and what was said, in the page's words."""
        line = command
        for told, here in self._names():
            line = line.replace(told, here)
        if LOOKS.search(line):
            time.sleep(PAUSE_S)
        if line.endswith(" &"):
            return 0, self._leave_running(line.removesuffix(" &"))
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self._machine.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, self._told(done.stdout)

    def _leave_running(self, line: str) -> str:
        with (self._machine.folder / "served").open("ab") as log:
            process = subprocess.Popen(
                ["sh", "-c", f"exec {line}"],
                cwd=self._machine.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._machine.served.append(process)
        wait_until(Site(self._machine.site, self._project, self._machine.port).answers, END_S)
        return ""

    def _names(self) -> list[tuple[str, str]]:
        """What the page calls it, what it is here; the most particular first."""
        redis = [("127.0.0.1:6379", f"127.0.0.1:{self._redis.port}")] if self._redis else []
        return [
            *redis,
            ("https://example.org/clutch.git", str(self._remote)),
            ("/srv/clutch", str(self._machine.site)),
            ("/mnt/backups", str(self._folder / "backups")),
            ("127.0.0.1:1337", f"127.0.0.1:{self._machine.port}"),
        ]

    def _told(self, said: str) -> str:
        for told, here in self._names():
            said = said.replace(here, told)
        return self._steadier.steady(said)

    def _environment(self) -> dict[str, str]:
        # The Python that this checkout's environment is made of, so that a lent one fits.
        python = Path(getattr(sys, "_base_executable", sys.executable)).parent
        who = dict(zip(("NAME", "EMAIL"), ("Olga", "olga@example.org"), strict=True))
        return {
            "PATH": f"{python}:{os.environ['PATH']}",
            "HOME": str(self._machine.folder),
            "LANG": "C.UTF-8",
            "CLUTCH_PORT": str(self._machine.port),
            **{f"GIT_{role}_{key}": who[key] for role in ("AUTHOR", "COMMITTER") for key in who},
        }

    def leave(self) -> None:
        """Nothing stays behind."""
        for machine in self._machines:
            machine.end()
        if self._redis is not None:
            self._redis.kill()


@contextmanager
def empty_world(*, lend: bool) -> Iterator[Stranger]:
    """A stranger at an empty machine; all of it is gone afterwards."""
    # Its path is short, for sockets lie in it.
    folder = Path(tempfile.mkdtemp(prefix="clutch-stranger-"))
    try:
        stranger = Stranger(folder, lend=lend)
        try:
            yield stranger
        finally:
            stranger.leave()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
