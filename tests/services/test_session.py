"""A whole test session seen from outside: what a skip means, and what stays behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.services.chromium import ADVICE

ROOT = Path(__file__).parents[2]
SKIPPING = """
import pytest

def test_fine():
    pass

def test_hole():
    pytest.skip("not today")
"""
SKIPPED_WHILE_COLLECTING = """
import pytest

pytest.importorskip("no_such_package")
"""
IN_NEED = """
def test_reads(test_data): ...
def test_reads_again(test_data): ...
def test_looks(page): ...
def test_looks_again(page): ...
"""
NEVER_ENDING = """
import time
from pathlib import Path

def test_hangs(postgres_url):
    Path(__file__).with_name("url").write_text(postgres_url)
    time.sleep(120)
"""


def command(folder: Path, *options: str) -> list[str]:
    """Pytest as `make test` runs it, on the files of the folder."""
    plain = ["-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    return [sys.executable, *plain, "-c", str(ROOT / "pyproject.toml"), *options, str(folder)]


def surroundings(**added: str) -> dict[str, str]:
    outer = {name: value for name, value in os.environ.items() if name != "CI"}
    return outer | {"PYTHONPATH": str(ROOT)} | added


def run(folder: Path, *options: str, **added: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *options),
        cwd=ROOT,
        env=surroundings(**added),
        capture_output=True,
        text=True,
        check=False,
    )


def test_in_ci_a_skip_is_a_failure_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_run.py").write_text(SKIPPING, encoding="utf-8")
    (tmp_path / "test_collected.py").write_text(SKIPPED_WHILE_COLLECTING, encoding="utf-8")
    done = run(tmp_path, "-n", "1", CI="true")
    assert done.returncode == 1, done.stdout + done.stderr
    named = done.stdout.partition("in CI a skip is a failure")[2]
    assert "test_run.py::test_hole" in named
    assert "test_collected.py" in named


def test_elsewhere_what_is_missing_is_said_in_one_line_and_the_summary_is_last(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_run.py").write_text(SKIPPING + IN_NEED, encoding="utf-8")
    done = run(tmp_path, PATH=str(tmp_path), CLUTCH_TEST_DATA=str(tmp_path / "none"))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert lines == [
        "SKIPPED 2: no real data here: CLUTCH_TEST_DATA names its folder",
        f"SKIPPED 2: {ADVICE}",
        "SKIPPED 1: not today",
    ]
    assert done.stdout.splitlines()[-1].startswith("1 passed, 5 skipped in ")


def wait_for(file: Path) -> str:
    until = time.monotonic() + 60
    while not (file.exists() and file.read_text(encoding="utf-8")):
        assert time.monotonic() < until, f"{file} never came"
        time.sleep(0.05)
    return file.read_text(encoding="utf-8")


def test_after_kill_9_no_server_and_no_file_of_it_stays(tmp_path: Path) -> None:
    (tmp_path / "test_run.py").write_text(NEVER_ENDING, encoding="utf-8")
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command(tmp_path), cwd=ROOT, env=surroundings(), stdout=quiet, stderr=quiet
    )
    url = wait_for(tmp_path / "url")
    session = Path(url.partition("?host=")[2]).parents[1]
    assert (session / "ready").exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 30
    while session.exists():
        assert time.monotonic() < until, f"{session} stays behind"
        time.sleep(0.05)
