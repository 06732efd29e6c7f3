"""A release's packages: one environment a lock, made afresh from the lock and never changed.

Releases with the same lock share one; a lock that changes gets a new one. What somebody installed
into one by hand, or took away, makes it unfit, and so does another Python than it was made for:
another is made from the wheels that are kept.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from clutch_ops import durable
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused

SECONDS = 900
STARTS_S = 60
STAMP = "clutch-environment.json"
# What venv makes without ever being asked for it, and what a run leaves behind.
_NOT_COUNTED = {"__pycache__"}
_NO_VERSION = re.compile(r"No matching distribution found for (\S+)")
_NEEDS = re.compile(r">=\s*(\d+)\.(\d+)")


def ensure(layout: Layout, release: Path) -> Path:
    """The environment of the release's lock, made when there is none; `.venv` leads to it.

    Raises:
        Refused: a package can't be had, or is not the one that the lock means.
    """
    _refuse_python(release)
    lock = release / "requirements.lock"
    if not lock.is_file():
        raise Refused("The release has no requirements.lock.", "Tell whoever made it.")
    base = f"{digest(lock)}"
    for turn in range(100):
        folder = layout.environments / (f"{base}-{turn}" if turn else base)
        if not folder.exists():
            _make(layout, lock, folder)
        if is_untouched(folder):
            break
    else:
        raise Refused(f"{layout.environments} holds a hundred changed environments.", "Delete it.")
    durable.point(release / ".venv", f"../../environments/{folder.name}")
    return folder


def renew(layout: Layout, release: Path) -> bool:
    """See that the release's environment is whole; whether another had to be made or taken.

    Raises:
        Refused: there is none, and none can be made.
    """
    before = (release / ".venv").resolve()
    was_there = before.is_dir()
    return ensure(layout, release).resolve() != before or not was_there


def digest(lock: Path) -> str:
    """Names an environment: the lock and the Python that it is for."""
    python = f"{sys.implementation.cache_tag}-{sys.platform}"
    return hashlib.sha256(lock.read_bytes() + python.encode()).hexdigest()[:16]


def is_untouched(folder: Path) -> bool:
    """Whether its Python starts, and exactly what was installed is there.

    That goes by names, by what packages record, and by the sizes of the files that they record.
    """
    told = durable.read_json(folder / STAMP)
    same = told is not None and told.get("contents") == _contents(folder)
    return same and _is_whole(folder) and _starts(folder)


def _is_whole(folder: Path) -> bool:
    for record in folder.glob("lib/python*/site-packages/*.dist-info/RECORD"):
        place = record.parent.parent
        with record.open(encoding="utf-8", newline="") as file:
            for name, _, size in csv.reader(file):
                if size and not _has_size(place / name, int(size)):
                    return False
    return True


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _starts(folder: Path) -> bool:
    """Whether its Python is still of the version that its packages were installed for."""
    asked = "import sys; print(sys.implementation.cache_tag)"
    try:
        told = subprocess.run(
            [str(folder / "bin" / "python"), "-I", "-c", asked],
            capture_output=True,
            text=True,
            timeout=STARTS_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.stdout.strip() == sys.implementation.cache_tag


def _contents(folder: Path) -> str:
    seen = hashlib.sha256()
    for place in sorted(folder.glob("lib/python*/site-packages")):
        for path in sorted(place.iterdir()):
            if path.name not in _NOT_COUNTED:
                seen.update(path.name.encode())
                record = path / "RECORD"
                seen.update(record.read_bytes() if record.is_file() else b"")
    return seen.hexdigest()


def _make(layout: Layout, lock: Path, folder: Path) -> None:
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run(
        [base, "-m", "venv", str(draft)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise Refused(
            f"Python's venv module does not work: {_last(made.stdout + made.stderr)}",
            "apt-get install python3-venv",
        )
    try:
        _fill(draft / "bin" / "python", layout.wheels, lock)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    durable.write_json(draft / STAMP, {"contents": _contents(draft), "lock": lock.read_text()})
    os.sync()
    draft.rename(folder)
    durable.sync(layout.environments)


def _fill(python: Path, wheels: Path, lock: Path) -> None:
    """From the wheels that are here; what is missing is fetched first, and kept."""
    install = ["install", "--no-index", "--find-links", str(wheels), "--require-hashes"]
    done = _pip(python, [*install, "-r", str(lock)])
    if done.returncode:
        fetched = _pip(
            python,
            ["download", f"--find-links={wheels}", f"-d{wheels}", "--require-hashes", f"-r{lock}"],
        )
        if fetched.returncode:
            raise _why(fetched.stderr)
        done = _pip(python, [*install, "-r", str(lock)])
    if done.returncode:
        raise _why(done.stderr)


def _pip(python: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    always = ["--no-deps", "--only-binary", ":all:", "--quiet", "--no-input"]
    return subprocess.run(
        [str(python), "-I", "-m", "pip", "--disable-pip-version-check", *arguments, *always],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _why(said: str) -> Refused:
    missing = _NO_VERSION.search(said)
    if "DO NOT MATCH THE HASHES" in said:
        about = re.search(r"^\s+(\S+==\S+)", said, re.MULTILINE)
        return Refused(
            f"A package is not the one that the lock means (wrong hash): {about and about[1]}.",
            "Don't install it. Tell whoever made the release, or look at your package index.",
            said,
        )
    if missing:
        return Refused(
            f"The package {missing[1]} can't be had for this Python and machine.",
            "See that the package index can be reached; else tell whoever made the release.",
            said,
        )
    return Refused(f"The packages can't be installed: {_last(said)}", "See the details.", said)


def _refuse_python(release: Path) -> None:
    try:
        project = tomllib.loads((release / "pyproject.toml").read_text(encoding="utf-8"))
        needs = str(project["project"]["requires-python"])
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise Refused(
            f"The release's pyproject.toml can't be read: {error}.", "Tell whoever made it."
        ) from None
    least = _NEEDS.search(needs)
    if least and (int(least[1]), int(least[2])) > sys.version_info[:2]:
        here = ".".join(map(str, sys.version_info[:3]))
        raise Refused(
            f"The release needs Python {needs}; this is {here}.",
            "Install a newer Python, then run the launcher by it.",
        )


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["no reason given"])[-1]
