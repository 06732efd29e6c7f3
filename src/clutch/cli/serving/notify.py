"""systemd's notification protocol: datagrams to the socket that `NOTIFY_SOCKET` names."""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping

PATIENCE_SECONDS = 1.0


class Notifier:
    """Tells the service manager how the start and the end go; without one it says nothing.

    `watchdog_seconds` is how often the manager wants to hear `alive()`, or None.
    """

    def __init__(self, environment: MutableMapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        self._path = environment.pop("NOTIFY_SOCKET", None)
        self.watchdog_seconds = _watchdog(environment)

    def loaded(self) -> None:
        """All is imported; a holder may now let the database be prepared."""
        self._send("STATUS=loaded")

    def ready(self, status: str) -> None:
        """The site answers."""
        self._send(f"READY=1\nSTATUS={status}\nMAINPID={os.getpid()}")

    def restarting(self) -> None:
        """A serving process has ended by itself and is about to be started again."""
        self._send("STATUS=a process ended")

    def stopping(self) -> None:
        """The site takes no new connections and is about to end."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Every serving process still turns its loop."""
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._path:
            return
        address = "\0" + self._path[1:] if self._path.startswith("@") else self._path
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(PATIENCE_SECONDS)
                line.connect(address)
                line.sendall(message.encode())
        except OSError:
            # A manager that has gone away, or does not listen, must not take the site with it.
            return


def _watchdog(environment: MutableMapping[str, str]) -> float | None:
    owner = environment.pop("WATCHDOG_PID", None)
    microseconds = environment.pop("WATCHDOG_USEC", "")
    if owner not in {None, str(os.getpid())} or not microseconds.isdecimal():
        return None
    return int(microseconds) / 1_000_000 or None
