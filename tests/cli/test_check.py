"""`clutch check`: what is wrong with settings and templates, before anything is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def check(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "clutch", "check"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_well_is_not_talked_about(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(tmp_path.iterdir())


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    done = check(tmp_path, CLUTCH_PORT="many")
    assert done.returncode == 2
    assert done.stderr.startswith("CLUTCH_PORT=many: ")


def test_settings_may_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("CLUTCH_WORKERS=none\n", encoding="utf-8")
    done = check(tmp_path, CLUTCH_ENV_FILE=str(tmp_path / "settings"))
    assert done.returncode == 2
    assert done.stderr.startswith("CLUTCH_WORKERS=none: ")
