"""pm2 from npm, in the versions of its own lock, installed once a checkout; needs Node and npm.

It lies in `.venv`, which `make clean` removes, and is fetched over the network the first time only,
as the locked Python packages are.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services.keeper import locked

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).parent / "pm2_lock"
NO_NODE = "no Node here, so no pm2: install it (Debian: apt-get install nodejs npm)"


def find_pm2(cache: Path = ROOT / ".venv") -> Path:
    """The folder with the program `pm2`; skips the test where it can't be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip(NO_NODE)
    digest = hashlib.sha256((LOCK / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = cache / f"pm2-{digest}"
    with locked(cache / "pm2.lock"):
        if not folder.exists():
            _install(folder)
    return folder / "node_modules" / ".bin"


def _install(folder: Path) -> None:
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(LOCK, draft)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(
        ["npm", "ci", *quiet, f"--cache={draft / 'cache'}"],
        cwd=draft,
        env={**os.environ, "npm_config_update_notifier": "false"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"pm2 can't be installed by npm: {done.stderr.strip().splitlines()[-1:]}")
    shutil.rmtree(draft / "cache", ignore_errors=True)
    draft.rename(folder)
