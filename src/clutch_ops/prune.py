"""Old releases and generations go; what the last three bindings need stays."""

from __future__ import annotations

import shutil

from clutch_ops import databases
from clutch_ops.layout import Layout

KEPT = 3
JOURNALS_KEPT = 50
OPS_KEPT = 2


def prune(layout: Layout) -> list[str]:
    """Delete what is older; what was deleted. What `current` binds is never touched."""
    current = layout.current()
    made = layout.bindings_made()
    kept = [one for one in made[-KEPT:] if one.number != current.number] + [current]
    gone = [one for one in made if one.number < current.number and one not in kept]
    generations = {one.generation.name for one in kept}
    for one in gone:
        if one.generation.name not in generations and one.generation.exists():
            databases.store_of(layout, one).drop()
            shutil.rmtree(one.generation, ignore_errors=True)
        shutil.rmtree(one.folder, ignore_errors=True)
    _prune_releases(layout, {one.release.name for one in kept})
    for path in sorted(layout.journal.glob("*.jsonl"))[:-JOURNALS_KEPT]:
        path.unlink()
    tools = sorted(layout.root.glob("ops-*"), key=lambda path: path.stat().st_mtime)
    for folder in tools[:-OPS_KEPT]:
        if folder.resolve() != layout.ops.resolve():
            shutil.rmtree(folder, ignore_errors=True)
    return [f"binding {one.number}" for one in gone]


def _prune_releases(layout: Layout, kept: set[str]) -> None:
    for release in layout.releases.iterdir():
        if release.name not in kept:
            shutil.rmtree(release, ignore_errors=True)
    used = {(layout.releases / name / ".venv").resolve().name for name in kept}
    for environment in layout.environments.iterdir():
        if environment.name not in used:
            shutil.rmtree(environment, ignore_errors=True)
