"""Real service managers in folders of their own: supervisor, pm2; each is ended with its test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.ops.sites import Site, serving_from
from tests.serve.running import is_there, wait_until
from tests.services.pm2 import find_pm2

NAME = "1337-backend"
SUPERVISORD = """\
[unix_http_server]
file={folder}/supervisor.sock
[supervisord]
logfile={folder}/supervisord.log
pidfile={folder}/supervisord.pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{folder}/supervisor.sock
[include]
files = {folder}/conf.d/*.conf
"""


class Keeper:
    """A service manager that runs. Its programs are on the PATH of the site's commands."""

    kind: str
    folder: Path
    site: Site

    def type(self, command: str) -> str:
        """Type a line in a shell, as an operator would."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.site.root,
            env={**os.environ, **self.site.environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def install(self) -> None:
        """`clutch install --manager` once more, and then what it said to type."""
        done = self.site.install("--manager", self.kind, "--name", NAME)
        assert done.status == 0, done.said
        advised = re.search(r"^What to do: (.+)$", done.said, re.MULTILINE)
        assert advised is not None, done.said
        self.type(self.here(advised[1]))
        wait_until(self.site.answers, 60)

    def here(self, command: str) -> str:
        """The command, with the machine's folders replaced by those of this test."""
        return command

    def keep(self, word: str) -> None:
        """`start` or `stop` the site's program."""
        raise NotImplementedError

    def end(self) -> None:
        """End the manager itself and what it keeps."""
        raise NotImplementedError


class Supervisor(Keeper):
    """supervisord of the development environment."""

    kind = "supervisor"

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder / "supervisor"
        (self.folder / "conf.d").mkdir(parents=True)
        (self.folder / "supervisord.conf").write_text(SUPERVISORD.format(folder=self.folder))
        (self.folder / "bin").mkdir()
        program = self.folder / "bin" / "supervisorctl"
        own = f"{sys.executable} -m supervisor.supervisorctl -c {self.folder}/supervisord.conf"
        program.write_text(f'#!/bin/sh\nexec {own} "$@"\n')
        program.chmod(0o755)
        site.environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        command = [sys.executable, "-m", "supervisor.supervisord", "--nodaemon"]
        self._process = subprocess.Popen(
            [*command, "-c", f"{self.folder}/supervisord.conf"],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until((self.folder / "supervisor.sock").exists, 20)

    def here(self, command: str) -> str:
        return command.replace("/etc/supervisor/conf.d/", f"{self.folder}/conf.d/")

    def keep(self, word: str) -> None:
        self.type(f"supervisorctl {word} {NAME}")

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)


class Pm2(Keeper):
    """pm2's daemon, in a PM2_HOME of its own."""

    kind = "pm2"

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder / "pm2"
        self.folder.mkdir()
        site.environment = {
            "PATH": f"{find_pm2()}:{os.environ['PATH']}",
            "PM2_HOME": str(self.folder),
            "PM2_DISABLE_VERSION_CHECK": "true",
        }

    def keep(self, word: str) -> None:
        self.type(f"pm2 {word} {NAME}")

    def end(self) -> None:
        pid = self.folder / "pm2.pid"
        if not pid.exists():
            return
        with suppress(AssertionError, subprocess.TimeoutExpired):
            self.type("pm2 kill")
        if pid.exists() and is_there(int(pid.read_text())):
            os.kill(int(pid.read_text()), signal.SIGKILL)


KINDS = {one.kind: one for one in (Supervisor, Pm2)}


def end_all(keeper: Keeper) -> None:
    """End the manager, and see that nothing of the site outlives it."""
    keeper.end()
    wait_until(lambda: not serving_from(keeper.site.root), 20)
