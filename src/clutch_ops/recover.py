"""After a power cut or a kill: what `current` says is what runs, and the rest is cleared away.

`current` is the one commit point: it leads to the old binding until the rename, to the new one
from then on. Both ways lead to a site that is whole, so there is nothing to decide here.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from clutch_ops import arguments as typed
from clutch_ops import ballast, canary, committed, databases
from clutch_ops.journal import Journal, journals, only_one, switching
from clutch_ops.layout import Binding, Layout
from clutch_ops.refusals import DONE, ROLLED_BACK, RolledBack
from clutch_ops.report import report_cut


def make_safe(current: Binding) -> None:
    """What must be done before the site may serve: its gate opened, its room on the disk free."""
    ballast.drop(current)
    current.gate.unlink(missing_ok=True)


def tidy(layout: Layout) -> list[str]:
    """Clear away what acts left that were cut off; sentences about what became of them.

    Only what such an act has noted is touched, and never what `current` binds.
    """
    current = committed.check(layout)
    if not current.mark.exists():
        layout.commit_to(current)
    told = [_finish(layout, one, current) for one in journals(layout) if not one.is_ended]
    for binding in layout.bindings_made():
        ballast.drop(binding)
    _clear_refused(layout, current)
    canary.discard(layout)
    for place in (layout.root, layout.releases, layout.environments):
        for draft in place.glob(".*.new"):
            _take_away(draft)
    return told


def _take_away(draft: Path) -> None:
    if draft.is_symlink() or draft.is_file():
        draft.unlink()
    else:
        shutil.rmtree(draft, ignore_errors=True)


def _finish(layout: Layout, journal: Journal, current: Binding) -> str:
    lines = journal.lines()
    act = str(lines[0].get("act", "act")) if lines else "act"
    meant: dict[str, Any] = next((one for one in lines if one["step"] == "binding"), {})
    went_on = bool(meant) and meant["number"] == current.number
    if meant and not went_on:
        _clear(layout, meant, current)
    cut = (
        None
        if went_on
        else RolledBack("It was cut off: the power went, somebody killed it, or the disk was full.")
    )
    with suppress(OSError, KeyError, ValueError):
        # A journal may have lost its first line; a report is no reason to stay as one was left.
        report_cut(layout, journal, cut)
    outcome = "cut off, done" if went_on else "cut off, undone"
    journal.note("end", outcome=outcome, status=DONE if went_on else ROLLED_BACK)
    after = "it had changed over, so it counts" if went_on else "the site is as it was before"
    return f"The {act} of {journal.path.name[:13]} was cut off: {after}."


def _clear_refused(layout: Layout, current: Binding) -> None:
    """What refused acts noted and left all the same: `current` has never led there."""
    past = {one.number for one in layout.bindings_committed()}
    meant = [line for one in journals(layout) for line in one.lines() if line["step"] == "binding"]
    for one in meant:
        if one["number"] not in past:
            _clear(layout, one, current)


def _clear(layout: Layout, meant: dict[str, Any], current: Binding) -> None:
    others = [one for one in layout.bindings_made() if one.number != meant["number"]]
    generation = layout.generations / str(meant["generation"])
    unused = all(one.generation != generation.resolve() for one in others)
    # One that is gone was taken away before: its database's name may be another site's by now.
    if unused and generation.exists():
        databases.drop(layout, generation, meant["database"])
        shutil.rmtree(generation, ignore_errors=True)
    folder: Path = layout.bindings / str(meant["number"])
    if folder.resolve() != current.folder.resolve():
        shutil.rmtree(folder, ignore_errors=True)


def recover(root: Path, arguments: Sequence[str]) -> int:
    """Bring a site back that was cut off in the middle of something."""
    typed.Words("recover", recover.__doc__).parse_args(arguments)
    layout = Layout(root)
    with only_one(layout, "recover"), switching(layout):
        make_safe(committed.check(layout))
        told = tidy(layout)
    print(*(told or ["Nothing was cut off: the site is as it should be."]), sep="\n")
    return DONE
