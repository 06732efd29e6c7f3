"""The engine against brackets-manager.js: create 1,024 participants and play out result by result.

Both sides do the same in turns, in this one run, and the quickest round of each counts: what else
the machine does meanwhile falls away, and only the ratio is judged. Ours is drawn anew each time,
without the shape that an earlier draw of the same size leaves behind.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.table import Row
from clutch.engine import (
    DOUBLE_ELIMINATION,
    SINGLE_ELIMINATION,
    BestOf,
    FormatName,
    ParticipantId,
    Settings,
    Status,
    draw,
    is_complete,
    played,
    report,
)
from clutch.engine.formats import shape_of

PARTICIPANTS = 1024
ROUNDS = 5
GOAL = 1.0
HERE = Path(__file__).parent
PEER = "brackets-manager"
PEER_PACKAGES = ("brackets-manager@1.11.1", "brackets-memory-db@1.0.6", "brackets-model@1.7.0")


@dataclass(frozen=True)
class Round:
    """Seconds that it took to create a stage, and to play it out."""

    create: float
    play: float


def rows() -> list[Row]:
    """Our time for both formats, as a share of the peer's where that can be installed and run."""
    modules = peer_modules()
    return [
        row
        for format_name in (SINGLE_ELIMINATION, DOUBLE_ELIMINATION)
        for row in _compared(format_name, modules)
    ]


def peer_modules() -> Path | None:
    """The folder with the peer's packages, installed when they are not there; None without npm."""
    home = Path(os.environ.get("CLUTCH_HOME", "var"))
    folder = home / "bench" / "brackets-manager"
    modules = (folder / "node_modules").resolve()
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("The engine's peer is left out: it needs node and npm (Debian: apt install npm).")
        return None
    if not all((modules / name.rpartition("@")[0]).is_dir() for name in PEER_PACKAGES):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", *PEER_PACKAGES],
            cwd=folder,
            check=True,
        )
    return modules


def _compared(format_name: FormatName, modules: Path | None) -> Iterator[Row]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_our_round(format_name))
        if modules is not None:
            theirs.append(_their_round(format_name, modules))
    for part in ("create", "play"):
        our_best = min(getattr(each, part) for each in ours)
        name = f"engine: {part} {format_name} of {PARTICIPANTS}"
        if not theirs:
            yield Row(name=name, value=our_best * 1000, unit="ms")
            continue
        their_best = min(getattr(each, part) for each in theirs)
        peers = f"{our_best * 1000:.0f} ms, {PEER} {their_best * 1000:.0f} ms"
        yield Row(name=name, value=our_best / their_best, unit="x", goal=GOAL, peers=peers)


def _our_round(format_name: FormatName) -> Round:
    shape_of.cache_clear()
    participants = [ParticipantId(seed) for seed in range(1, PARTICIPANTS + 1)]
    start = time.perf_counter()
    stage = draw(format_name, participants, Settings(best_of=BestOf(3))).stage
    created = time.perf_counter()
    for match_id in tuple(stage.matches):
        match = stage.matches[match_id]
        if match.status is Status.READY:
            stage = report(stage, match_id, played(match.participants, (2, 0))).stage
    finished = time.perf_counter()
    assert is_complete(stage)
    return Round(created - start, finished - created)


def _their_round(format_name: FormatName, modules: Path) -> Round:
    """The second round of a fresh process: by then its compiler has warmed up."""
    script = HERE / "brackets_manager.cjs"
    ran = subprocess.run(
        ["node", str(script), format_name, str(PARTICIPANTS), "2"],
        env={**os.environ, "NODE_PATH": str(modules)},
        capture_output=True,
        check=True,
        text=True,
    )
    rounds = [Round(each["create"], each["play"]) for each in json.loads(ran.stdout)]
    return Round(min(each.create for each in rounds), min(each.play for each in rounds))
