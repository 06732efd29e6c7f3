"""The engine runs on Python alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"


def test_the_engine_needs_only_the_standard_library() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(SRC)!r}); import clutch.engine; "
        "loaded = {name.split('.')[0] for name in sys.modules}; "
        "print(*sorted(loaded - set(sys.stdlib_module_names)))"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True
    )
    assert set(ran.stdout.split()) <= {"clutch", "__main__"}


def test_the_engine_reads_no_clock_and_opens_nothing() -> None:
    banned = r"\b(import time|import datetime|open\(|async |print\(|random\.random)"
    for path in (SRC / "clutch" / "engine").rglob("*.py"):
        assert not re.search(banned, path.read_text("utf-8")), path
