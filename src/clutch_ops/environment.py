"""Asking a release's own environment what it has; None where it can't be asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from clutch_ops import launch, packages
from clutch_ops.place import Place

SECONDS = 120
OPTIONAL = ("openskill", "prometheus_client", "redis", "websockets")


@dataclass(frozen=True)
class Found:
    """What an environment is: its Python, its packages, and which optional modules it has.

    `damaged` has what is wrong with the files of a package.
    """

    version: tuple[int, int, int]
    packages: dict[str, str]
    modules: frozenset[str]
    damaged: dict[str, str]


def python_of(place: Place) -> Path:
    """The Python of the release's environment."""
    return Path(sys.executable) if place.is_by_pip else launch.python_of(place.release)


def run(place: Place, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """Run that Python as the site would; None when it can't be started or does not end."""
    surroundings = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    surroundings |= {"PYTHONPATH": str(place.sources), "CLUTCH_HOME": str(place.home)}
    surroundings["CLUTCH_ENV_FILE"] = str(place.settings_file)
    try:
        return subprocess.run(
            [str(python_of(place)), "-P", *arguments],
            env=surroundings,
            cwd=place.settings_file.parent,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def ask(place: Place) -> Found | str:
    """What the environment is, or in half a sentence why it can't be asked."""
    done = run(place, str(packages.__file__), *OPTIONAL)
    if done is None:
        return "it is not there, or does not end"
    if done.returncode:
        return " ".join(done.stderr.strip().splitlines()[-1:])
    told = json.loads(done.stdout)
    major, minor, patch = told["version"]
    modules = frozenset(told["modules"])
    return Found((major, minor, patch), told["packages"], modules, told["damaged"])


def lacks(place: Place, module: str) -> bool:
    """Whether an optional module is missing for certain."""
    found = ask(place)
    return isinstance(found, Found) and module not in found.modules


def remedy(place: Place) -> str:
    """What makes the environment whole again."""
    if place.binding:
        return f"{place.typed} restart"
    if place.is_by_pip:
        return f"In the checkout that it came from: {sys.executable} -m pip install '.[redis]'"
    return f"{place.root / 'tools' / 'bootstrap.sh'} run"
