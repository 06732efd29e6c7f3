"""What the documents tell people to type works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.running import end_session, wait_until
from tests.services.ports import free_port

ROOT = Path(__file__).parents[2]
CURL = """#!{python}
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[-1], timeout=10).read().decode())
"""


def typed(document: str) -> list[str]:
    """The lines that begin with `$` in the console blocks of a document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def checkout(tmp_path: Path, port: int) -> Path:
    """A folder that looks like the checkout, in which nothing has been started yet."""
    for part in ("src", "bin", "tools", ".venv", "Makefile", "requirements.lock"):
        (tmp_path / part).symlink_to(ROOT / part)
    (tmp_path / ".env").write_text(f"CLUTCH_PORT={port}\n", encoding="utf-8")
    tools = tmp_path / "commands"
    tools.mkdir()
    (tools / "clutch").symlink_to(ROOT / "bin" / "clutch")
    (tools / "curl").write_text(CURL.format(python=sys.executable), encoding="utf-8")
    (tools / "curl").chmod(0o755)
    return tmp_path


class Terminal:
    """Types lines one after another; a server goes on running beside the next ones."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        path = f"{folder / 'commands'}:{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path}
        self.servers: list[subprocess.Popen[str]] = []

    def type(self, line: str) -> None:
        line = line.replace(":1337", f":{self._port}")
        if line.startswith("tools/bootstrap.sh"):
            assert (ROOT / shlex.split(line)[0]).is_file()
        elif re.match(r"clutch (serve|run)", line):
            self._serve(line)
        else:
            self._run(line)

    def _run(self, line: str) -> None:
        done = subprocess.run(
            ["sh", "-ec", line],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}{done.stderr}"

    def _serve(self, line: str) -> None:
        server = subprocess.Popen(
            shlex.split(line),
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.servers.append(server)
        wait_until(self._is_served, seconds=30)

    def _is_served(self) -> bool:
        assert self.servers[-1].poll() is None
        return any((self._folder / "var" / "run").glob("process-*.json"))


@pytest.fixture
def terminal(checkout: Path, port: int) -> Iterator[Terminal]:
    terminal = Terminal(checkout, port)
    yield terminal
    for server in terminal.servers:
        end_session(server)


def test_the_reference_can_be_typed_from_top_to_bottom(terminal: Terminal) -> None:
    lines = typed("docs/reference.md")
    assert len(lines) > 12
    for line in lines:
        terminal.type(line)
