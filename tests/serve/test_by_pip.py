"""`pip install .` as a stranger types it: without extras there is a site, and each comes by name.

Needs the package index, as installed sites do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clutch.kernel.optional import EXTRAS
from tests.serve.running import ROOT, START_SECONDS, Running, end_session, wait_until
from tests.serve.whole_site import answers, told
from tests.services.ports import free_port

pytestmark = pytest.mark.updates
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"')


def install(python: Path, extras: str = "") -> None:
    """What the lock pins, so that today's newest packages don't decide how this ends."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[^\s#].*?==[^\\\n]+", lock, re.MULTILINE)
    constraints = python.parents[1] / "constraints.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")
    command = [str(python), "-m", "pip", "install", "-q", "-c", str(constraints), f"{ROOT}{extras}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def served(clutch: Path, folder: Path) -> Iterator[Running]:
    """`clutch serve` in an empty folder of somebody who has set no more than the port."""
    folder.mkdir()
    port = free_port()
    known = {"PATH": os.environ["PATH"], "HOME": str(folder), "CLUTCH_PORT": str(port)}
    errors = folder / "stderr"
    with errors.open("w") as log:
        process = subprocess.Popen(
            [str(clutch), "serve"],
            cwd=folder,
            # Absent is what is not installed; a Redis that nobody asked for is off.
            env=known | {"REDIS_URL": "redis://127.0.0.1:1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        site = Running(process, errors, f"http://127.0.0.1:{port}")
        wait_until(lambda: process.poll() is not None or answers(site), START_SECONDS)
        assert process.poll() is None, site.said()
        yield site
    finally:
        end_session(process)


def absent(site: Running) -> set[str]:
    states = json.loads(told(site, "/testdb")[2])["capabilities"]
    return {name for name, state in states.items() if state == "absent"}


def test_without_extras_it_is_a_site_that_says_so_and_each_extra_comes_by_its_name(
    tmp_path: Path,
) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    install(python)
    with served(python.with_name("clutch"), tmp_path / "without") as site:
        status, kind, page = told(site, "/")
        assert (status, kind) == (200, "text/html; charset=utf-8")
        sheets = STYLE.findall(page)
        assert sheets
        for sheet in sheets:
            assert told(site, sheet)[:2] == (200, "text/css; charset=utf-8")
        assert absent(site) == set(EXTRAS.values())
        assert "Traceback" not in site.said()
        assert (tmp_path / "without" / "var" / "clutch.db").is_file()
    install(python, f"[{','.join(EXTRAS.values())}]")
    with served(python.with_name("clutch"), tmp_path / "with") as site:
        assert absent(site) == set()
