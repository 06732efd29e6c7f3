"""A release tried out on a copy of this site's own data, where nobody can reach it."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from clutch_ops import databases, durable, health, inspection, launch, member, shapes
from clutch_ops.databases import Store
from clutch_ops.environment import OPTIONAL
from clutch_ops.health import Unhealthy
from clutch_ops.layout import Binding, Layout, version_of
from clutch_ops.listening import Notify
from clutch_ops.refusals import Refused
from clutch_ops.shapes import Seen
from clutch_ops.talk import Address, get

LOAD_S = 60.0
JOURNEY_S = 120
END_S = 8.0
LINES = 20
# A page drawn again and again must not cost memory each time.
WARM_UP, DRAWN, LEAK_BYTES = 40, 200, 48 << 20
# What would reach beyond this machine, or into what the running site shares with others.
OFF = ("CLUTCH_MAIL_HOST", "REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD")
HIDDEN = """\
import sys


class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {packages!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Hidden())
"""
CUP = {
    "format": "double_elimination",
    "participants": ["Red", "Blue", "Green", "Gold"],
    "results": [
        {"opponents": ["Red", "Gold"], "scores": [1, 0]},
        {"opponents": ["Blue", "Green"], "scores": [0, 1]},
    ],
}


@dataclass
class Trial:
    """How a release did on the copy: seconds to copy, and to bring the copy to its schema."""

    copying: float = 0.0
    preparing: float = 0.0
    schema: str = ""


@dataclass
class Running:
    """A release that runs for nobody but us."""

    pid: int
    line: int
    output: Path
    notify: Notify
    address: Address
    notes: str = field(default="")

    def wait_for(self, note: str, seconds: float, what: str) -> None:
        """Until it has said so.

        Raises:
            Unhealthy: it ended or took too long.
        """
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.notify.socket, selectors.EVENT_READ)
            while note not in self.notes:
                selector.select(0.05)
                said = [text for pid, text in self.notify.received() if pid == self.pid]
                self.notes += "\n".join(said)
                ended, status = os.waitpid(self.pid, os.WNOHANG)
                if ended:
                    self.pid = 0
                    raise Unhealthy(f"it ended with {_status(status)} {what}: {self.last_line()}")
                if time.monotonic() > until:
                    raise Unhealthy(f"it hangs {what}: nothing within {seconds:g} s")

    def tell(self, word: bytes) -> None:
        """`p`: bring the database to its schema, then serve."""
        with suppress(OSError):
            os.write(self.line, word)

    def said(self) -> str:
        """The last lines that it wrote."""
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-LINES:])

    def last_line(self) -> str:
        """The last of them that says something."""
        lines = [line for line in self.said().splitlines() if line.strip()]
        told = [line for line in lines if not line.startswith(("The site did not start", "{"))]
        return (told or lines or ["it said nothing"])[-1].strip()

    def raised(self) -> str:
        """What its code raised last, in brackets; nothing when it raised nothing."""
        for line in reversed(self.output.read_text(errors="replace").splitlines()):
            with suppress(ValueError, TypeError, LookupError, AttributeError):
                return f" ({json.loads(line)['exception'].splitlines()[-1].rstrip('.')})"
        return ""

    def end(self) -> None:
        """Stop it, whatever it does."""
        os.close(self.line)
        until = time.monotonic() + END_S
        while self.pid and time.monotonic() < until:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.pid = 0
            time.sleep(0.02)
        if self.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.notify.close()


def rehearse(
    layout: Layout,
    release: Path,
    source: Store | None,
    accepts: str | None,
    *,
    phase: str,
    bare: bool,
) -> Trial:
    """Copy the data, let the release migrate the copy, and use it as people would.

    Without a `source` it begins with nothing, as at an installation. `phase` is what its migrations
    may do. `bare`: start it once more as on a machine that lacks every optional package. Nothing of
    it stays.

    Raises:
        Refused: what the release did wrong; its last lines are in the details.
    """
    binding = _scratch(layout, release, accepts)
    store = databases.store_of(layout, binding)
    discard(layout)
    layout.make_generation(binding.generation)
    trial = Trial()
    try:
        before = _copy(layout, source, binding, trial, phase)
        with _proving(layout, binding, "On a copy of this site's data") as running:
            _try_out(layout, binding, running, before, phase, trial)
        if bare:
            with _proving(layout, binding, f"Without {', '.join(OPTIONAL)}", OPTIONAL) as running:
                _see_start(running)
        trial.schema = store.value(databases.SCHEMA) or ""
    finally:
        discard(layout)
    return trial


def begin_on(layout: Layout, binding: Binding, before: Seen, phase: str) -> None:
    """Let a release prepare the data that it will have, and answer there; nobody else sees it.

    Raises:
        Refused: it does not get that far, or rows of `before` are gone.
    """
    with _started(layout, binding) as running:
        try:
            _see_start(running)
            check_migrated(layout, binding, before, phase)
            health.check(running.address, version_of(binding.release))
        except (Unhealthy, OSError) as error:
            what = f"The release does not work on the data: {error}."
            raise Refused(what, inspection.WAIT, running.said()) from None


def discard(layout: Layout) -> None:
    """Take the copy away, also one that a killed command left."""
    folder = layout.generations / "rehearsal"
    name = databases.beside(layout, "rehearsal")
    if name is not None:
        databases.store_at(layout, folder, name).drop()
    shutil.rmtree(folder, ignore_errors=True)


def _scratch(layout: Layout, release: Path, accepts: str | None) -> Binding:
    folder = layout.generations / "rehearsal"
    database = databases.beside(layout, "rehearsal")
    return Binding(layout.bindings / "0", release, folder, database, accepts)


def _copy(layout: Layout, source: Store | None, binding: Binding, trial: Trial, phase: str) -> Seen:
    store = databases.store_of(layout, binding)
    if source is None:
        store.create()
        return Seen()
    began = time.monotonic()
    source.copy_to(store)
    trial.copying = time.monotonic() - began
    binding.gate.touch(mode=0o600)
    databases.renew_epoch(store)
    return shapes.look(store, phase=phase)


@contextmanager
def _proving(
    layout: Layout, binding: Binding, where: str, absent: Sequence[str] = ()
) -> Iterator[Running]:
    """Start it; what it then does wrong is why it is refused."""
    with _started(layout, binding, absent) as running:
        try:
            yield running
        except (Unhealthy, OSError) as error:
            why = f"{error}{running.raised()}"
            raise Refused(
                f"{where} the release does not work: {why}.",
                inspection.WAIT,
                running.said(),
            ) from None


@contextmanager
def _started(layout: Layout, binding: Binding, absent: Sequence[str] = ()) -> Iterator[Running]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = int(listener.getsockname()[1])
    notify = Notify(layout.run / "canary.sock", upward=False)
    environment = environment_of(layout, binding, port)
    environment["NOTIFY_SOCKET"] = str(layout.run / "canary.sock")
    if absent:
        environment["PYTHONPATH"] = f"{_hiding(layout, absent)}:{environment['PYTHONPATH']}"
    output = layout.run / "canary.log"
    heard, line = os.pipe()
    with output.open("w") as log:
        command = launch.command_of(binding.release, "serve")
        sockets = {"check": listener}
        pid = launch.spawn(command, environment, layout.root, sockets, heard, log.fileno())
    os.close(heard)
    listener.close()
    running = Running(pid, line, output, notify, Address(port=port))
    try:
        yield running
    finally:
        running.end()


def environment_of(layout: Layout, binding: Binding, port: int) -> dict[str, str]:
    """The site's settings, but alone: no mail, no Redis, one process, a port of its own."""
    alone = dict.fromkeys(OFF, "") | {"CLUTCH_HOST": "127.0.0.1", "CLUTCH_PORT": str(port)}
    return launch.environment_of(layout, binding) | alone | {"CLUTCH_WORKERS": "1"}


def _hiding(layout: Layout, packages: Sequence[str]) -> Path:
    """A folder that, in front of Python's path, makes these packages absent."""
    folder = layout.run / "absent"
    folder.mkdir(exist_ok=True, mode=0o700)
    durable.write_text(folder / "sitecustomize.py", HIDDEN.format(packages=tuple(packages)))
    return folder


def _see_start(running: Running) -> float:
    """Let it bring the data to its schema and serve; how long that took."""
    running.wait_for("STATUS=loaded", LOAD_S, "while it imports itself")
    began = time.monotonic()
    running.tell(b"p")
    running.wait_for("READY=1", JOURNEY_S, "while it migrates the data or starts")
    return time.monotonic() - began


def _try_out(
    layout: Layout,
    binding: Binding,
    running: Running,
    before: Seen,
    phase: str,
    trial: Trial,
) -> None:
    trial.preparing = _see_start(running)
    check_migrated(layout, binding, before, phase)
    binding.gate.unlink(missing_ok=True)
    health.check(running.address, version_of(binding.release))
    _play(layout, binding, running.address.port)
    clutch = launch.command_of(binding.release)
    surroundings = environment_of(layout, binding, running.address.port)
    member.look_around(running.address, clutch, surroundings, layout.root)
    _see_leak(running)
    failed = health.errors(binding.generation, running.pid)
    if failed:
        raise Unhealthy(f"{failed} answers had a status of 500 or above")


def check_migrated(layout: Layout, binding: Binding, before: Seen, phase: str) -> None:
    """Nothing that people did may be lost, nor what the phase leaves alone; the log has no gap.

    Raises:
        Unhealthy: what is missing.
    """
    store = databases.store_of(layout, binding)
    fault = shapes.damage(before, store, phase) or databases.fault(store)
    if fault:
        raise Unhealthy(f"its migration damages the data: {fault}")


def _play(layout: Layout, binding: Binding, port: int) -> None:
    """The release's own `clutch play`: accounts, sign-up, draw, reports, a correction."""
    script = layout.run / "canary.json"
    durable.write_text(script, json.dumps(CUP))
    command = launch.command_of(binding.release, "play", str(script), "--wrong", "1")
    surroundings = environment_of(layout, binding, port)
    try:
        played = launch.run(command, surroundings, layout.root, JOURNEY_S)
    except subprocess.TimeoutExpired:
        why = f"it takes more than {JOURNEY_S:g} s"
        raise Unhealthy(f"a tournament can't be played on it ({why})") from None
    if played.returncode:
        raise Unhealthy(f"a tournament can't be played on it ({launch.last_words(played)})")


def _see_leak(running: Running) -> None:
    for _ in range(WARM_UP):
        get(running.address, "/")
    before = _resident(running.pid)
    for _ in range(DRAWN):
        get(running.address, "/")
    grown = _resident(running.pid) - before
    if grown > LEAK_BYTES:
        raise Unhealthy(f"{DRAWN} requests cost {grown >> 20} MB of memory that is not given back")


def _resident(parent: int) -> int:
    """Bytes of RAM of a parent's processes; 0 where the system does not tell."""
    pages = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError, ValueError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                pages += int(path.with_name("statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _status(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"status {code}"
