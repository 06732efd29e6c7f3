"""The clients in docs/live.md do what the page says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clutch.bootstrap import Site
from tests.live.relay import relaying
from tests.live.things import score
from tests.serve.running import ROOT, Running, wait_until

PROGRAMS = {"python": (sys.executable, "follow.py"), "js": ("node", "follow.mjs")}


def seqs(output: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in output.read_text(encoding="utf-8").splitlines()]


@contextmanager
def client(folder: Path, language: str, address: str, stream: str) -> Iterator[Path]:
    """The client as a person would run it; gives the file with what it prints."""
    page = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 1
    program, name = PROGRAMS[language]
    (folder / name).write_text(blocks[0], encoding="utf-8")
    output = folder / "output"
    with output.open("w") as printed:
        command = [program, name, address, stream]
        process = subprocess.Popen(command, cwd=folder, stdout=printed, stderr=printed)
    try:
        yield output
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("language", PROGRAMS)
def test_the_documented_client_prints_every_event_once_through_broken_lines(
    shared: Running, shared_beside: Site, stream: str, tmp_path: Path, language: str
) -> None:
    if shutil.which(PROGRAMS[language][0]) is None:
        pytest.skip("needs node (Debian: apt install nodejs)")
    write = shared_beside.writer.write

    def hears() -> bool:
        write(score(stream, 0))
        return bool(seqs(output))

    with (
        relaying(shared.address) as relay,
        client(tmp_path, language, relay.address, stream) as output,
    ):
        # It begins with what happens once it follows: until then, things happen.
        wait_until(hears)
        for number in range(30):
            write(score(stream, number))
            if number % 10 == 5:
                relay.cut()
        last = write(lambda tx: tx.lock(stream))
        wait_until(lambda: seqs(output)[-1] == last)
        assert relay.opened > 1
        assert seqs(output) == list(range(seqs(output)[0], last + 1))
