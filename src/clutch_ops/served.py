"""One release under a holder: its process, its line, and what it says."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from clutch_ops import launch, settings
from clutch_ops.layout import Binding, Layout

LINES_KEPT = 60


@dataclass
class Served:
    """A release that was started. `status` is its exit status once it has ended."""

    binding: Binding
    pid: int
    line: int
    output: int
    check: socket.socket
    is_loaded: bool = False
    is_ready: bool = False
    is_open: bool = False
    status: int | None = None
    since: float = field(default_factory=time.monotonic)
    said: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))

    @classmethod
    def begin(cls, layout: Layout, binding: Binding, public: socket.socket) -> Served:
        """Start it; it waits for `tell`."""
        settings.note_started(layout)
        check = launch.listen_at(layout.run / f"check-{binding.number}.sock")
        heard, line = os.pipe()
        output, written = os.pipe()
        os.set_blocking(output, False)
        environment = launch.environment_of(layout, binding)
        environment["NOTIFY_SOCKET"] = str(layout.run / "notify.sock")
        if "WATCHDOG_USEC" in os.environ:
            environment["WATCHDOG_USEC"] = os.environ["WATCHDOG_USEC"]
        pid = launch.spawn(
            launch.command_of(binding.release, "serve"),
            environment,
            layout.root,
            {"held": public, "check": check},
            heard,
            written,
        )
        os.close(heard)
        os.close(written)
        return cls(binding, pid, line, output, check)

    def tell(self, word: bytes) -> None:
        """`p`: prepare and serve the check socket; `o`: take the public's connections too."""
        with suppress(OSError):
            os.write(self.line, word)

    def stop(self) -> None:
        """Ask it to end: requests in flight are finished, then it is gone, within 5 s."""
        if self.status is None:
            os.kill(self.pid, signal.SIGTERM)

    def hear(self) -> bytes:
        """What it wrote since the last time; its lines are kept for reports."""
        try:
            text = os.read(self.output, 65536)
        except BlockingIOError:
            return b""
        self.said.extend(text.decode(errors="replace").splitlines())
        return text

    def reap(self) -> bool:
        """Whether it has just ended."""
        if self.status is not None:
            return False
        found, status = os.waitpid(self.pid, os.WNOHANG)
        if found:
            self.status = os.waitstatus_to_exitcode(status)
        return bool(found)

    def close(self) -> None:
        """Give its ends of the lines back."""
        os.close(self.line)
        os.close(self.output)
        self.check.close()
