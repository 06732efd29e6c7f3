"""The holder's own ends: the public's socket, and systemd's notification protocol both ways."""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from clutch_ops import processes, settings
from clutch_ops.launch import BACKLOG, FIRST_PASSED
from clutch_ops.layout import Layout
from clutch_ops.place import at

# What the processes of a holder that was killed get to end and let go of the address.
LETTING_GO_S = 8.0
_CREDENTIALS = struct.Struct("3i")


class CannotListen(Exception):
    """The public's socket can't be had; one sentence."""


def take(layout: Layout) -> socket.socket:
    """The socket that a service manager passes, or one by `CLUTCH_HOST` and `CLUTCH_PORT`.

    Raises:
        CannotListen: the address is taken, not ours, or what was passed does not listen.
    """
    owner = os.environ.pop("LISTEN_PID", "")
    count = os.environ.pop("LISTEN_FDS", "")
    if owner == str(os.getpid()) and count == "1":
        return _passed()
    host, port = settings.address(layout)
    until = time.monotonic() + (LETTING_GO_S if _is_ours(layout) else 0.0)
    while True:
        try:
            return _listening_at(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= until:
                raise CannotListen(_why(host, port, error)) from None
        time.sleep(0.1)


def _is_ours(layout: Layout) -> bool:
    """Whether processes of a holder that was killed still end: of whichever release and data."""
    every = (at(layout.root, binding) for binding in layout.bindings_made())
    return any(processes.serving(one) for one in every)


def _listening_at(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _passed() -> socket.socket:
    listener = socket.socket(fileno=FIRST_PASSED)
    if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        raise CannotListen("What LISTEN_FDS passes does not listen: look at the socket unit.")
    os.set_inheritable(FIRST_PASSED, False)
    return listener


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program: "
            "stop that one, or set CLUTCH_PORT to a free port."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has: set CLUTCH_PORT to 1024 or more."
    return f"Can't listen on {host}, port {port} ({error.strerror}): check CLUTCH_HOST."


class Notify:
    """Hears what releases say of themselves, and tells the service manager what it should know."""

    def __init__(self, path: Path, *, upward: bool = True) -> None:
        self._upward = os.environ.pop("NOTIFY_SOCKET", None) if upward else None
        self._path = path
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.setblocking(False)
        self.socket.bind(str(path))
        path.chmod(0o600)

    def close(self) -> None:
        """Hear nobody any more."""
        self.socket.close()
        self._path.unlink(missing_ok=True)

    def received(self) -> Iterator[tuple[int, str]]:
        """Who said what since the last time."""
        while True:
            try:
                note, around, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(_CREDENTIALS.size))
            except BlockingIOError:
                return
            for level, kind, value in around:
                if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                    yield _CREDENTIALS.unpack(value)[0], note.decode(errors="replace")

    def ready(self) -> None:
        self._send(f"READY=1\nSTATUS=serving\nMAINPID={os.getpid()}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog; the manager does not mind to hear it more often."""
        self._send("WATCHDOG=1", patience_s=0.0)

    def _send(self, message: str, patience_s: float = 1.0) -> None:
        if not self._upward:
            return
        path = "\0" + self._upward[1:] if self._upward.startswith("@") else self._upward
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.settimeout(patience_s)
                line.connect(path)
                line.sendall(message.encode())
        except OSError:
            return  # a manager that is gone, or does not listen, must not take the site with it
