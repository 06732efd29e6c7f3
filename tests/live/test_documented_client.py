"""The clients in docs/live.md do what the page says."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection, serve

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


def test_what_comes_twice_after_a_heartbeat_that_overtook_it_is_printed_once(
    tmp_path: Path,
) -> None:
    """The client asks again for what was only on its way, so it gets it a second time."""

    def told(kind: str, **more: object) -> str:
        return json.dumps({"type": kind, "stream": "s", "epoch": "e", **more})

    def events(after: int, seq: int) -> str:
        happened = [{"seq": one} for one in range(after + 1, seq + 1)]
        return told("events", after=after, seq=seq, events=happened)

    lines = itertools.count()

    def speak(line: ServerConnection) -> None:
        line.send(told("hello"))
        line.recv()
        if next(lines) == 0:
            # For a moment the site can't read: that is no reason to give up.
            line.send(told("refused", code="storage-unavailable", message="Try again."))
            return
        line.send(told("subscribed", seq=0, head=0))
        line.send(told("heartbeat", heads={"s": 2}))
        line.send(events(0, 2))
        line.recv()
        line.send(told("subscribed", seq=0, head=2))
        line.send(events(0, 2))
        line.send(events(2, 3))
        line.recv()

    with serve(speak, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        with client(tmp_path, "python", address, "s") as output:
            wait_until(lambda: seqs(output)[-1:] == [3])
            assert seqs(output) == [1, 2, 3]
        server.shutdown()
        thread.join()
