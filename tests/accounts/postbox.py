"""A real SMTP server on a port of the system's choice, which keeps what it is given."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


@dataclass
class Postbox:
    """Letters as they arrived; while `is_open` is false each is turned away for now."""

    port: int = 0
    is_open: bool = True
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    """One connection: enough of RFC 5321 for a letter."""

    def handle(self) -> None:
        self._say("220 postbox")
        while line := self.rfile.readline():
            verb = line.split(b":")[0].strip().upper().split(b" ")[0]
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                self._take_letter()
            elif verb == b"RCPT":
                self._take_recipient(line)
            else:
                self._say("250 ok")

    def _take_recipient(self, line: bytes) -> None:
        box = cast("_Server", self.server).box
        if not box.is_open:
            self._say("451 come back later")
            return
        box.recipients.append(line.decode().partition("<")[2].partition(">")[0])
        self._say("250 ok")

    def _take_letter(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        cast("_Server", self.server).box.letters.append(letter)
        self._say("250 kept")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Postbox


@contextmanager
def serving() -> Iterator[Postbox]:
    """A postbox that is emptied by nobody until the block ends."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.box = Postbox(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.box
        server.shutdown()
        thread.join()
