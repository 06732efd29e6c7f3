"""The operator's tool with a tap on it: what it did, deed by deed, and what breaks it when."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.faults.history import Deed
from tests.ops.sites import Site

HOOK = Path(__file__).with_name("tapped")
SELF = 0


@dataclass(frozen=True)
class Tap:
    """What is done to the tool at the deed `at`: `kill`, `stop`, `fill` the disk, or nothing.

    `kills` are process numbers, in this order; `SELF` is the tool's own.
    """

    at: str = ""
    does: str = ""
    kills: Sequence[int] = (SELF,)


class Tapped:
    """`DIR/bin/clutch ARGUMENTS` with a tap on it, under way.

    What it does is noted beside the site, or in `aside` where the site's disk may be full.
    """

    def __init__(self, site: Site, tap: Tap, *arguments: str, aside: Path | None = None) -> None:
        self._trail = Path(mkdtemp(prefix="trail-", dir=aside or site.root.parent)) / "trail"
        wish: dict[str, Any] = {**vars(tap), "root": str(site.root), "trail": str(self._trail)}
        environment = {"PYTHONPATH": str(HOOK), "TAP": json.dumps(wish)}
        self.process: subprocess.Popen[str] = site.begin(*arguments, environment=environment)

    def ended(self, seconds: float = 300) -> str:
        """Wait until it has; what it said."""
        said, _ = self.process.communicate(timeout=seconds)
        return said

    @property
    def status(self) -> int:
        """The exit status; -9 after a kill."""
        return self.process.returncode

    def deeds(self) -> list[Deed]:
        """What it did so far."""
        lines = self._trail.read_text(encoding="utf-8").splitlines()
        return [Deed(**json.loads(line)) for line in lines]
