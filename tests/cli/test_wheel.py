"""What pip installs: all of the product and nothing else, with a `clutch` that works anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from clutch import __version__
from clutch.cli.app import COMMANDS
from clutch_ops.commands import EVERYWHERE, NOT_BY_PIP
from tests.serve.environments import environment_without
from tools.tracked import ROOT, tracked_files

OURS = ("CLUTCH_", "DATABASE_URL", "REDIS_", "PYTHON", "TYPED_AS")
CUP = (
    '{"format": "single_elimination", "participants": ["Red", "Blue"], '
    '"results": [{"opponents": ["Red", "Blue"], "scores": [1, 0]}]}'
)


def pip(python: str | Path, *arguments: str | Path) -> None:
    """Let pip do something without a network."""
    command = [str(python), "-m", "pip", "--quiet", *map(str, arguments)]
    always = ["--no-deps", "--no-index", "--disable-pip-version-check"]
    done = subprocess.run([*command, *always], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `pip install .` builds it, by the backend that the lock pins."""
    folder = tmp_path_factory.mktemp("wheel")
    how = ("--no-build-isolation", "--check-build-dependencies")
    pip(sys.executable, "wheel", *how, "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def clutch(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command that pip has made of the wheel, in an environment of its own."""
    python = environment_without(tmp_path_factory.mktemp("pip") / "env", set())
    pip(python, "install", wheel)
    return python.with_name("clutch")


def typed(clutch: Path, arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The command as somebody types it in a folder, who has set nothing."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [str(clutch), *arguments],
        cwd=folder,
        env={**known, "HOME": str(folder), "NO_COLOR": "1"},
        input=CUP,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_holds_every_file_of_the_product(wheel: Path) -> None:
    ours = {path.relative_to("src") for path in tracked_files() if path.parts[0] == "src"}
    assert {path.suffix for path in ours} > {".html", ".css", ".js", ".svg", ".po", ".txt", ".mako"}
    assert sorted(ours - set(map(Path, zipfile.ZipFile(wheel).namelist()))) == []


def test_the_wheel_holds_nothing_but_the_product(wheel: Path) -> None:
    held = [Path(name).parts for name in zipfile.ZipFile(wheel).namelist()]
    facts = f"clutch-{__version__}.dist-info"
    assert {parts[0] for parts in held} == {"clutch", "clutch_ops", facts}
    assert not [parts for parts in held if "__pycache__" in parts]


@pytest.mark.parametrize("command", sorted(NOT_BY_PIP))
def test_a_command_that_needs_a_checkout_or_a_site_says_so(
    clutch: Path, tmp_path: Path, command: str
) -> None:
    for more in ([], ["--help"]):
        done = typed(clutch, [command, *more], tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines() == [
            f"clutch {command} does not work on a Clutch that pip installed.",
            "Make a site: git clone its repository, then type bin/clutch install DIR there.",
        ]


def test_every_other_command_is_listed_and_explains_itself(clutch: Path, tmp_path: Path) -> None:
    listed = typed(clutch, ["--help"], tmp_path).stdout
    for command in [*COMMANDS, *(EVERYWHERE.keys() - {"doctor"})]:
        assert command in listed
        done = typed(clutch, [command, "--help"], tmp_path)
        assert done.returncode == 0, done.stderr
        assert "usage" in done.stdout.lower()
    assert "doctor" not in listed


def test_commands_work_from_any_folder_and_leave_their_files_there(
    clutch: Path, tmp_path: Path
) -> None:
    # A module of a stranger, which must not be taken for the library.
    (tmp_path / "json.py").write_text("raise SystemExit('a stranger was imported')\n")
    for arguments in (["check"], ["user", "create", "olga", "--admin"], ["backup"]):
        done = typed(clutch, arguments, tmp_path)
        assert done.returncode == 0, done.stderr
    (backup,) = (tmp_path / "var" / "backups").glob("*.tar.gz")
    assert "found whole" in typed(clutch, ["restore", "--check", str(backup)], tmp_path).stdout
    assert '"Red"' in typed(clutch, ["simulate", "-"], tmp_path).stdout
    down = typed(clutch, ["status"], tmp_path)
    assert (down.returncode, down.stdout.split(":")[0]) == (4, f"Clutch {__version__} does not run")


def test_its_version_is_not_that_of_a_repository_around_it(clutch: Path, tmp_path: Path) -> None:
    around = clutch.parents[2]
    for line in (["init"], ["commit", "--allow-empty", "--message", "A stranger's"]):
        who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *who, "-C", around, *line], check=True, capture_output=True)
    python = ".".join(map(str, sys.version_info[:3]))
    said = typed(clutch, ["version"], tmp_path).stdout
    assert said == f"Clutch {__version__}, Python {python}\n"


def test_a_package_that_is_missing_is_named_with_what_pip_does_about_it(wheel: Path) -> None:
    code = (
        "import runpy, sys; sys.path.insert(0, sys.argv[1]); "
        "runpy.run_module('clutch', {}, '__main__')"
    )
    unpacked = wheel.parent / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    command = [sys.executable, "-I", "-S", "-c", code, str(unpacked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"typer is missing from the environment: {sys.executable} -m pip check" in done.stderr
