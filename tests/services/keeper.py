"""One PostgreSQL for all processes of a test session, started by the first that needs it.

The session's first process (xdist's controller) owns a folder and holds a lock on a file in it.
Whoever needs the server starts the keeper, a process apart, which starts it and waits for that
lock: the kernel hands it over when the owner is gone, however it went. Then the keeper stops the
server and removes the folder, so nothing stays behind, not even after kill -9.
"""

import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.postgres import START_SECONDS, PostgresServer

ROOT = Path(__file__).parents[2]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def session_folder() -> Iterator[Path]:
    """Own the folder of a test session; on the way out wait until the keeper has cleaned up."""
    folder = Path(tempfile.mkdtemp(prefix="clutch-tests-"))
    folder.chmod(0o711)
    with locked(folder / "owner"):
        yield folder
    if (folder / "keeper").exists():
        with locked(folder / "keeper"):
            pass
    shutil.rmtree(folder, ignore_errors=True)


def shared_socket(folder: Path) -> Path:
    """Where the session's server listens; starts it if this is the first process to ask."""
    with locked(folder / "start"):
        if not (folder / "ready").exists():
            start_keeper(folder)
    return folder / "postgres" / "socket"


def start_keeper(folder: Path) -> None:
    log = folder / "keeper.log"
    keeper = spawn([sys.executable, "-m", "tests.services.keeper", str(folder)], log)
    until = time.monotonic() + START_SECONDS
    while not (folder / "ready").exists():
        ended, _ = os.waitpid(keeper, os.WNOHANG)
        if ended or time.monotonic() > until:
            raise RuntimeError(log.read_text(encoding="utf-8"))
        time.sleep(0.02)


def spawn(command: list[str], log: Path) -> int:
    """Start a process that outlives this one and that no Ctrl-C at the terminal reaches."""
    with log.open("wb") as output:
        return os.posix_spawn(
            command[0],
            command,
            {**os.environ, "PYTHONPATH": str(ROOT)},
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), stream) for stream in (1, 2)],
            setsid=True,
        )


def keep(folder: Path) -> None:
    """Run the server until the owner of the folder is gone."""
    with locked(folder / "keeper"):
        (folder / "postgres").mkdir()
        (folder / "postgres").chmod(0o711)
        try:
            with PostgresServer.start(folder / "postgres"):
                (folder / "ready").touch()
                with locked(folder / "owner"):
                    pass
        finally:
            shutil.rmtree(folder / "postgres", ignore_errors=True)


if __name__ == "__main__":
    session = Path(sys.argv[1])
    keep(session)
    shutil.rmtree(session, ignore_errors=True)
