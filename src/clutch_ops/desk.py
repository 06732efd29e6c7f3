"""Where the holder is spoken to: connections on a Unix socket, a JSON object a line."""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clutch_ops import launch

LARGEST = 65536
Obey = Callable[["Line", str, dict[str, object]], dict[str, object] | None]


class Line:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.is_gone = False
        self._read = b""

    def answer(self, facts: dict[str, object]) -> None:
        """Say something to whoever is there."""
        try:
            self.connection.sendall((json.dumps(facts) + "\n").encode())
        except OSError:
            self.is_gone = True

    def hear(self) -> None:
        """Take in what came."""
        try:
            text = self.connection.recv(LARGEST)
        except OSError:
            text = b""
        self._read += text
        self.is_gone = self.is_gone or not text or len(self._read) > LARGEST

    def said(self) -> list[dict[str, Any]]:
        """Whole lines that came, as objects; whoever says something else is cut off."""
        *lines, self._read = self._read.split(b"\n")
        try:
            return [dict(json.loads(line)) for line in lines]
        except (ValueError, TypeError):
            self.is_gone = True
            return []


class Desk:
    """All connections."""

    def __init__(self, path: Path, selector: selectors.BaseSelector) -> None:
        self._path = path
        self._selector = selector
        self._listener = launch.listen_at(path)
        self._lines: list[Line] = []
        selector.register(self._listener, selectors.EVENT_READ, self._welcome)

    def serve(self, obey: Obey, left: Callable[[Line], None]) -> None:
        """Let `obey` do what was said, and tell `left` who is gone."""
        for line in self._lines:
            for facts in line.said():
                answer = obey(line, str(facts.pop("do", "")), facts)
                if answer is not None:
                    line.answer(answer)
        for line in [one for one in self._lines if one.is_gone]:
            self._lines.remove(line)
            self._selector.unregister(line.connection)
            line.connection.close()
            left(line)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listener.close()

    def _welcome(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(5)
        line = Line(connection)
        self._lines.append(line)
        self._selector.register(connection, selectors.EVENT_READ, line.hear)
