"""What can be found wrong with a release without starting it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from clutch_ops import imports, launch
from clutch_ops.layout import Binding, Layout
from clutch_ops.refusals import Refused

SECONDS = 120
WAIT = "Nothing; wait for a release in which that is mended."


def inspect(layout: Layout, binding: Binding) -> None:
    """Imports of the site and of its operator's tool; settings and templates.

    Raises:
        Refused: with what is wrong, and where.
    """
    release = binding.release
    environment = launch.environment_of(layout, binding)
    script = str(Path(imports.__file__))
    command = [str(launch.python_of(release)), "-P", script, str(release / "src"), "clutch"]
    _run(command, environment, layout.root, "Its code does not hold together", WAIT)
    ops = [sys.executable, "-I", "-S", str(release / "src" / "clutch_ops" / "imports.py")]
    if (release / "src" / "clutch_ops" / "imports.py").is_file():
        alone = [*ops, str(release / "src"), "clutch_ops"]
        _run(
            alone,
            {"PATH": environment.get("PATH", "")},
            layout.root,
            "Its clutch_ops is broken",
            WAIT,
        )
    check_settings(layout, binding)


def check_settings(layout: Layout, binding: Binding) -> None:
    """The release's own look at the settings as they are now, and at its templates and texts.

    Raises:
        Refused: with the release's sentence.
    """
    command = launch.command_of(binding.release, "check")
    environment = launch.environment_of(layout, binding)
    advice = f"Mend {layout.settings_file} when it is a setting; else wait for another release."
    _run(
        command,
        environment,
        layout.root,
        "The settings, the templates or the texts are wrong",
        advice,
    )


def _run(
    command: list[str], environment: dict[str, str], folder: Path, what: str, advice: str
) -> None:
    try:
        done = launch.run(command, environment, folder, SECONDS)
    except subprocess.TimeoutExpired:
        raise Refused(f"{what}: looking at it took more than {SECONDS} s.", WAIT) from None
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        lines = said.splitlines() or [f"status {done.returncode}"]
        first = lines[0] if done.stdout.strip() else lines[-1]
        raise Refused(f"{what}: {_short(first, folder)}", advice, said)


def _short(line: str, root: Path) -> str:
    return line.replace(f"{root}/releases/", "").rstrip(".") + "."


def schemas(release: Path) -> dict[str, str]:
    """Every schema that a release knows, oldest first, and its phase."""
    versions = release / "src" / "clutch" / "migrations" / "versions"
    return {
        path.name[:4]: (re.search(r'^phase = "(\w+)"', path.read_text(), re.MULTILINE) or ["", ""])[
            1
        ]
        for path in sorted(versions.glob("[0-9]*.py"))
    }
