"""A real terminal of so many columns, and what stands on its screen in the end."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

_PART = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|(\r)|(\n)|(.)", re.DOTALL)


def typed(command: list[str], columns: int, folder: Path, **environment: str) -> str:
    """Run a command on a terminal; all that it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    surroundings = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**surroundings, "TERM": "xterm", **environment},
    ) as done:
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            said += part
    os.close(ours)
    assert done.returncode is not None
    return said.decode()


def screen(said: str, columns: int) -> list[str]:
    """The rows that stand there in the end, as a terminal of that width folds them."""
    rows, at = [""], 0
    for code, kind, back, down, sign in _PART.findall(said):
        if kind == "K":
            rows[-1] = rows[-1][:at]
        elif back:
            at = 0
        elif down or (sign and at == columns):
            rows, at = [*rows, ""], 0
        if sign:
            rows[-1] = rows[-1][:at].ljust(at) + sign + rows[-1][at + 1 :]
            at += 1
        assert kind in {"", "K", "m"}, (code, kind)
    return [row.rstrip() for row in rows if row.strip()]


def python(script: str) -> list[str]:
    """The command that runs a script by this Python."""
    return [sys.executable, "-c", script]
