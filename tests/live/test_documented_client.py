"""The client in docs/live.md does what the page says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clutch.bootstrap import Site
from tests.live.relay import relaying
from tests.live.things import score
from tests.serve.running import ROOT, Running, wait_until


def seqs(output: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in output.read_text(encoding="utf-8").splitlines()]


@contextmanager
def client(folder: Path, address: str, stream: str) -> Iterator[Path]:
    """The client as a person would run it; gives the file with what it prints."""
    page = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 1
    (folder / "follow.py").write_text(blocks[0], encoding="utf-8")
    output = folder / "output"
    with output.open("w") as printed:
        command = [sys.executable, "follow.py", address, stream]
        process = subprocess.Popen(command, cwd=folder, stdout=printed, stderr=printed)
    try:
        yield output
    finally:
        process.kill()
        process.wait()


def test_the_documented_client_prints_every_event_once_through_broken_lines(
    shared: Running, shared_beside: Site, stream: str, tmp_path: Path
) -> None:
    write = shared_beside.writer.write

    def hears() -> bool:
        write(score(stream, 0))
        return bool(seqs(output))

    with relaying(shared.address) as relay, client(tmp_path, relay.address, stream) as output:
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
