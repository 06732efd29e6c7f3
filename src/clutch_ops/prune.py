"""Old releases and generations go; what the last three releases need stays."""

from __future__ import annotations

import re
import shutil

from clutch_ops import databases
from clutch_ops.layout import Binding, Layout

KEPT = 3
JOURNALS_KEPT = 50
OPS_KEPT = 2
REPORTS_KEPT = 100
_PINNED = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)


def prune(layout: Layout) -> list[str]:
    """Delete what is older; what was deleted. What `current` binds is never touched."""
    current = layout.current()
    made = layout.bindings_committed()
    kept = [*_kept(made), current]
    gone = [one for one in made if one.number < current.number and one not in kept]
    generations = {one.generation.name for one in kept}
    for one in gone:
        if one.generation.name not in generations and one.generation.exists():
            databases.drop(layout, one.generation, one.database)
            shutil.rmtree(one.generation, ignore_errors=True)
        shutil.rmtree(one.folder, ignore_errors=True)
    _prune_releases(layout, {one.release.name for one in kept})
    _prune_wheels(layout)
    for path in sorted(layout.journal.glob("*.jsonl"))[:-JOURNALS_KEPT]:
        path.unlink()
    tools = sorted(layout.root.glob("ops-*"), key=lambda path: path.stat().st_mtime)
    for folder in tools[:-OPS_KEPT]:
        if folder.resolve() != layout.ops.resolve():
            shutil.rmtree(folder, ignore_errors=True)
    return [f"binding {one.number}" for one in gone]


def _kept(made: list[Binding]) -> list[Binding]:
    """The newest bindings, and the newest one of each of the newest releases.

    A restore makes another binding of the same release: it must not use up the way back.
    """
    newest = {one.release: one for one in made}
    releases = sorted(newest.values(), key=lambda one: one.number)
    return made[-KEPT:] + releases[-KEPT:]


def _prune_releases(layout: Layout, kept: set[str]) -> None:
    for release in layout.releases.iterdir():
        if release.name not in kept:
            shutil.rmtree(release, ignore_errors=True)
    used = {(layout.releases / name / ".venv").resolve().name for name in kept}
    for environment in layout.environments.iterdir():
        if environment.name not in used:
            shutil.rmtree(environment, ignore_errors=True)


def _prune_wheels(layout: Layout) -> None:
    """What no lock names of a release that stays; without a lock that can be read none goes."""
    locks = list(layout.releases.glob("*/requirements.lock"))
    pinned = [pin for lock in locks for pin in _PINNED.findall(lock.read_text(encoding="utf-8"))]
    wanted = {f"{_plain(name)}-{_plain(version)}" for name, version in pinned}
    for wheel in layout.wheels.glob("*.whl") if wanted else ():
        if "-".join(map(_plain, wheel.name.split("-")[:2])) not in wanted:
            wheel.unlink()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def prune_reports(layout: Layout) -> None:
    """The newest stay, as text and as JSON: an act that did nothing leaves one, too."""
    stems = sorted({path.stem for path in layout.reports.glob("*.json")})
    for stem in stems[:-REPORTS_KEPT]:
        for kind in ("txt", "json"):
            (layout.reports / f"{stem}.{kind}").unlink(missing_ok=True)
