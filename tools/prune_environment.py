"""Remove from this environment what the lock does not name, so that it holds nothing else.

Run by tools/bootstrap.sh before it installs (of two packages with the same files, the one that goes
would take the other's along), with the environment's own Python: ``prune_environment.py LOCK``.
"""

import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

KEPT = {"pip", "setuptools"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_names(lock: Path) -> set[str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {canonical(name) for name in pins}


def main() -> None:
    installed = {canonical(each.metadata["Name"]) for each in distributions()}
    surplus = sorted(installed - locked_names(Path(sys.argv[1])) - KEPT)
    if surplus:
        command = [sys.executable, "-m", "pip", "uninstall", "--quiet", "--yes", *surplus]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
