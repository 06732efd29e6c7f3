"""The operator's tool of a site: its own copy of `clutch_ops`, and the launcher that runs it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from clutch_ops import durable
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused

# A shell's script, and Python's: an upgrade of the system may take the Python away that was here.
LAUNCHER = '''#!/bin/sh
""":"
# The launcher of this site. Standard library only: it works when all else is broken.
for python in {python} python3; do
    command -v "$python" >/dev/null 2>&1 && exec "$python" "$0" "$@"
done
echo "No Python here: install python3 (3.11 or newer), then type this again." >&2
exit 4
":"""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOUND = [ROOT / "ops", *sorted(ROOT.glob("ops-*"), key=lambda path: -path.stat().st_mtime)]
# The newest operator's tool; when that one is broken, the one before it.
for place in [path.resolve() for path in FOUND]:
    sys.path.insert(0, str(place))
    try:
        from clutch_ops import commands
        break
    except Exception as error:
        print(f"{{place}} is broken ({{error}}): trying the one before it.", file=sys.stderr)
        sys.path.remove(str(place))
        for name in [name for name in sys.modules if name.partition(".")[0] == "clutch_ops"]:
            del sys.modules[name]
else:
    print("No operator's tool works here: run `clutch install` once more.", file=sys.stderr)
    sys.exit(2)
sys.exit(commands.run_in_site(ROOT, sys.argv[1:]))
'''


def take_from(layout: Layout, release: Path) -> None:
    """Let the site's tool be that of the release, by one rename; the one before it stays.

    Raises:
        Refused: it does not start; the site's tool stays as it is.
    """
    folder = layout.root / f"ops-{release.name}"
    if not folder.exists():
        draft = layout.root / f".ops-{release.name}.new"
        shutil.rmtree(draft, ignore_errors=True)
        aside = shutil.ignore_patterns("__pycache__")
        shutil.copytree(release / "src" / "clutch_ops", draft / "clutch_ops", ignore=aside)
        durable.sync_tree(draft)
        draft.rename(folder)
    started = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _START, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if started.returncode:
        raise Refused(
            f"The operator's tool of the release does not start: {started.stderr[-300:]}",
            "Tell whoever made it.",
        )
    durable.point(layout.ops, folder.name)


_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); import clutch_ops.commands as c; c.load_all()"
)


def write_launcher(layout: Layout) -> None:
    """`DIR/bin/clutch`, run by the system's Python and not by one of an environment.

    Where that Python is gone later, the one that is found by the name `python3` runs it.
    """
    python = getattr(sys, "_base_executable", None) or sys.executable
    durable.write_text(layout.launcher, LAUNCHER.format(python=shlex.quote(python)), mode=0o755)
