"""Real sites: a git repository, `clutch install`, a holder, and updates by the real command."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from clutch_ops import environments
from clutch_ops.control import Control, HolderGone
from clutch_ops.layout import Binding, Layout
from clutch_ops.refusals import Refused
from tests.serve.running import wait_until
from tests.services.databases import Databases
from tests.services.ports import free_port
from tools.tracked import ROOT, tracked_files

PARTS = ("bin", "src", "pyproject.toml", "requirements.lock", ".env.example")
GIT = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]


def make_repository(folder: Path) -> None:
    """The project as it lies here, as one commit on `main`."""
    for path in tracked_files():
        if path.parts[0] in PARTS:
            to = folder / path
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, to)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "The first one")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*GIT, "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, subject: str) -> str:
    """Everything that has changed, as a commit; its id."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", subject)
    return git(folder, "rev-parse", "HEAD")


def lend_environment(layout: Layout, turn: str = "") -> Path:
    """The environment of this checkout, for a lock that is the same: made by pip from it, too."""
    lock = ROOT / "requirements.lock"
    folder = layout.environments / f"{environments.digest(lock)}{turn}"
    folder.mkdir(parents=True)
    for part in ("bin", "lib", "pyvenv.cfg"):
        (folder / part).symlink_to(ROOT / ".venv" / part)
    stamp = {"contents": environments._contents(folder), "lock": lock.read_text()}
    (folder / environments.STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    return folder


@dataclass
class Site:
    """A site that was installed, and the repository that its releases come from."""

    root: Path
    repository: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    holder: subprocess.Popen[bytes] | None = None

    @property
    def layout(self) -> Layout:
        return Layout(self.root)

    @property
    def current(self) -> Binding:
        return self.layout.current()

    def set(self, **settings: object) -> None:
        lines = [f"{name}={value}\n" for name, value in settings.items()]
        with (self.root / ".env").open("a", encoding="utf-8") as file:
            file.writelines(lines)

    def install(self, *arguments: str) -> Done:
        """`clutch install DIR ARGUMENTS`, typed in the repository: once more."""
        command = [sys.executable, str(self.repository / "bin" / "clutch"), "install"]
        done = subprocess.run(
            [*command, str(self.root), *arguments],
            cwd="/",
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Done(done.returncode, done.stdout + done.stderr)

    def begin(
        self, *arguments: str, environment: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start `DIR/bin/clutch ARGUMENTS`, as a terminal does: Ctrl-C is not ignored."""
        return subprocess.Popen(
            ["env", "--default-signal=INT", str(self.root / "bin" / "clutch"), *arguments],
            cwd="/",
            env={**os.environ, **self.environment, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def clutch(self, *arguments: str) -> Done:
        process = self.begin(*arguments)
        said, _ = process.communicate(timeout=600)
        return Done(process.returncode, said)

    def serve(self) -> None:
        with (self.root / "run" / "holder.log").open("ab") as log:
            self.holder = subprocess.Popen(
                [str(self.root / "bin" / "clutch"), "serve"],
                cwd="/",
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        holder = self.holder.pid
        wait_until(lambda: self.is_held_by(holder) and self.answers(), 120)

    def is_held_by(self, pid: int) -> bool:
        """Whether this process is the holder, with a release that answers it."""
        with suppress(Refused, HolderGone, OSError), Control(self.layout) as control:
            told = control.ask("status")
            return bool(told["pid"] == pid and told["ready"])
        return False

    def serving_again(self, before: int) -> None:
        """Wait until another release's process than this one answers."""
        holder = self.holder and self.holder.pid
        assert holder
        wait_until(lambda: self.is_held_by(holder) and self.parent != before, 60)

    @property
    def parent(self) -> int | None:
        """The process that the holder has started."""
        with Control(self.layout) as control:
            told: int | None = control.ask("status")["parent"]
        return told

    def said(self) -> str:
        return (self.root / "run" / "holder.log").read_text(encoding="utf-8", errors="replace")

    def answers(self) -> bool:
        with suppress(OSError, ValueError):
            return bool(self.get("/readyz", 5)["status"] == "ready")
        return False

    def get(self, path: str, seconds: float = 30) -> Any:
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=seconds) as answer:
            return json.loads(answer.read())

    @property
    def version(self) -> str:
        return str(self.get("/testdb")["version"])

    def release(self, changes: dict[str, str | None], subject: str = "Another one") -> str:
        """A commit with these files changed (None: deleted); its id."""
        for name, text in changes.items():
            path = self.repository / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return commit(self.repository, subject)

    def file(self, name: str) -> str:
        return (self.repository / name).read_text(encoding="utf-8")

    def newer(self, version: str, **more: str | None) -> str:
        """A commit that says it is this version."""
        init = f'f"""Clutch."""\n\n__version__ = "{version}"\n'[1:]
        return self.release({"src/clutch/__init__.py": init, **more}, version)

    def report(self) -> dict[str, Any]:
        newest = max((self.root / "reports").glob("*.json"))
        return dict(json.loads(newest.read_text(encoding="utf-8")))

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.holder is None:
            return
        self.holder.send_signal(number)
        self.holder.wait(20)
        self.holder = None


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    status: int
    said: str


def install(folder: Path, port: int, **settings: str) -> tuple[Site, Done]:
    """A repository and a site made from it, by the command that people type."""
    repository, root = folder / "origin", folder / "site"
    make_repository(repository)
    layout = Layout(root)
    lend_environment(layout)
    site = Site(root, repository, port)
    site.set(CLUTCH_PORT=port, **settings)
    return site, site.install()


@contextmanager
def copied(template: Path, folder: Path) -> Iterator[Site]:
    """A site of one's own: a copy of an installed one, with its own port and repository."""
    subprocess.run(["cp", "-a", f"{template}/.", str(folder)], check=True)
    site = Site(folder / "site", folder / "origin", free_port())
    facts = json.loads((site.root / "site.json").read_text(encoding="utf-8"))
    (site.root / "site.json").write_text(json.dumps({**facts, "source": str(site.repository)}))
    (site.root / ".env").write_text(f"CLUTCH_PORT={site.port}\n", encoding="utf-8")
    (site.root / ".env").chmod(0o600)
    try:
        yield site
    finally:
        if site.holder is not None:
            children = site.layout.run
            site.end(signal.SIGKILL)
            wait_until(lambda: not serving_from(children.parent), 20)


def serving_from(root: Path) -> list[int]:
    """Processes of releases under a site."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"CLUTCH_ENV_FILE={root}/".encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


class Visitors:
    """Asks a page again and again from a process of its own, and counts what comes."""

    def __init__(self, port: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ASK, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Visitors:
        # From the first answer on: some commands end before another process has begun.
        assert self._process.stdout is not None
        self._process.stdout.readline()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def counted(self) -> dict[str, Any]:
        """`asked`, `failed` (what), `slowest` in seconds."""
        said, _ = self._process.communicate(b"\n", timeout=60)
        return dict(json.loads(said))


_ASK = """
import json, select, sys, time, urllib.request
asked, failed, slowest = 0, [], 0.0
while not select.select([sys.stdin], [], [], 0.02)[0]:
    began = time.monotonic()
    try:
        address = f"http://127.0.0.1:{sys.argv[1]}/" + ("", "tournaments", "readyz")[asked % 3]
        with urllib.request.urlopen(address, timeout=30) as answer:
            answer.read()
    except Exception as error:
        failed.append(repr(error))
    asked += 1
    slowest = max(slowest, time.monotonic() - began)
    if asked == 1:
        print("asks", flush=True)
print(json.dumps({"asked": asked, "failed": failed, "slowest": slowest}))
"""


def wait_for_step(site: Site, step: str, state: str, seconds: float = 240) -> None:
    """Until the newest journal has this line."""
    until = time.monotonic() + seconds
    wanted = (f'"step": "{step}"', f'"state": "{state}"')
    while True:
        journal = max((site.root / "journal").glob("*.jsonl"))
        for line in journal.read_text(encoding="utf-8").splitlines():
            if all(part in line for part in wanted):
                return
        assert time.monotonic() < until, f"{step} {state} never came"
        time.sleep(0.002)


def databases_of(databases: Databases, name: str) -> list[str]:
    """The databases that a site with one of this name has made beside it."""
    listed = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1"
    with psycopg.connect(databases.url("postgres")) as conn:
        return [row[0] for row in conn.execute(listed, [f"{name}_"])]
