"""`clutch run`, as `make run` starts it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.serve.running import Running, started


def banner(site: Running) -> str:
    """What it prints once it serves."""
    assert site.process.stdout is not None
    lines = []
    for line in site.process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


def test_it_tells_address_logins_and_files_and_the_next_start_tells_the_same(
    tmp_path: Path,
) -> None:
    settings = {"CLUTCH_HOME": str(tmp_path / "home"), "CLUTCH_PORT": "0"}
    told = []
    for _ in range(2):
        with started(["-m", "clutch", "run"], tmp_path, settings) as site:
            said = banner(site)
            found = re.search(r"is at (http://127\.0\.0\.1:\d+)", said)
            assert found, site.said()
            site.address = found[1]
            assert site.status("/") == 200
            assert f"files lie in {tmp_path / 'home'}" in said
            told.append(re.findall(r"log in as +(\S+) +(\S+)", said))
            assert site.end() < 5
            assert site.said() == ""
    assert told[0] == told[1]
    assert [name for name, _ in told[0]] == ["olga", "alice"]
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"home", "stderr"}
