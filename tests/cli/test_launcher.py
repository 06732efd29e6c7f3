"""`bin/clutch`: it starts when nothing else does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clutch import __version__

ROOT = Path(__file__).parents[2]
LAUNCHER = ROOT / "bin" / "clutch"


def run(
    *command: str | Path, cwd: Path, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path or os.environ["PATH"], "NO_COLOR": "1"}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def bare_release(tmp_path: Path) -> Path:
    """What a release is before its environment is made."""
    release = tmp_path / "release"
    for part in ("bin", "src/clutch_ops", "src/clutch"):
        shutil.copytree(ROOT / part, release / part, ignore=shutil.ignore_patterns("__pycache__"))
    return release


def test_operator_commands_need_nothing_but_python(bare_release: Path, tmp_path: Path) -> None:
    launcher = bare_release / "bin" / "clutch"
    for arguments in (["version"], ["--version"]):
        done = run(sys.executable, "-I", "-S", launcher, *arguments, cwd=tmp_path)
        python = ".".join(map(str, sys.version_info[:3]))
        assert done.stdout == f"Clutch {__version__}, Python {python}\n"
        assert done.returncode == 0


def test_without_the_environment_one_sentence_says_how_to_make_it(
    bare_release: Path, tmp_path: Path
) -> None:
    done = run(sys.executable, bare_release / "bin" / "clutch", "serve", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert f"run `make run` in {bare_release} once" in done.stderr


def test_a_package_that_is_missing_from_the_environment_is_named(
    bare_release: Path, tmp_path: Path
) -> None:
    code = (
        "import runpy, sys; sys.path.insert(0, sys.argv[1]); "
        "runpy.run_module('clutch', {}, '__main__')"
    )
    done = run(sys.executable, "-I", "-S", "-c", code, bare_release / "src", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(
        "The package typer is missing from the environment: run `make run`"
    )
    assert len(done.stderr.splitlines()) == 1


def test_the_link_in_the_environment_leads_to_the_same_launcher(tmp_path: Path) -> None:
    link = tmp_path / "clutch"
    link.symlink_to(LAUNCHER)
    (tmp_path / "json.py").write_text("raise SystemExit('a stranger was imported')\n")
    done = run(link, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for command in ("serve", "run", "simulate", "play", "user"):
        assert f" {command} " in done.stdout


def test_a_command_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = run(sys.executable, LAUNCHER, "srve", cwd=tmp_path)
    assert done.returncode == 2
    assert "There is no command srve.\nWhat to do: " in done.stderr


def test_version_takes_no_arguments(tmp_path: Path) -> None:
    done = run(sys.executable, LAUNCHER, "version", "please", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "clutch version takes no arguments.\n"
