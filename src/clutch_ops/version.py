"""`clutch version`: which release lies here, asked of its files and not of its packages."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from clutch_ops.layout import release_facts


def version(root: Path, arguments: Sequence[str]) -> int:
    """Print the release, its commit where there is one, and the Python that looked."""
    if arguments:
        print("clutch version takes no arguments.", file=sys.stderr)
        return 2
    commit = str(release_facts(root).get("commit", ""))[:7] or commit_of(root)
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"Clutch {release_of(root)}{f' (commit {commit})' if commit else ''}, Python {python}")
    return 0


def release_of(root: Path) -> str:
    """The release's number, read from the source without running it."""
    source = (sources_of(root) / "clutch" / "__init__.py").read_text(encoding="utf-8")
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__version__":
            return str(ast.literal_eval(statement.value))
    raise LookupError("src/clutch/__init__.py says no __version__")


def sources_of(root: Path) -> Path:
    """The folder with a release's packages: its `src`, or where pip has put them, that itself."""
    return root if is_by_pip(root) else root / "src"


def is_by_pip(root: Path) -> bool:
    """Whether this is a folder that pip installs into, and no checkout or release."""
    return (root / "clutch_ops").is_dir()


def commit_of(root: Path) -> str | None:
    """The short commit of a git checkout; None where git or the repository is missing."""
    if is_by_pip(root):
        # Its environment may lie in a checkout, of whatever.
        return None
    try:
        asked = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() or None
