"""F04: the order in which an update brings things to the disk.

Every deed of the operator's tool on its files is noted as Python does it (what SQLite, git and pip
write is not seen: for them it is seen that all was synced after they had ended). Then updates are
cut, and what was not on the disk yet is taken away as a power cut would: the last line of the
journal is halved, files that were never synced are emptied.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from tests.faults import checks_updates
from tests.faults.checks_updates import Disk
from tests.faults.cutting import Base, Plan, base_of, kill, looked_over, plans_at, trail_of
from tests.faults.history import Cut
from tests.faults.installed import a_site, template
from tests.faults.round import Options, Report
from tests.faults.tap import Tapped
from tests.ops.sites import Site

# Where lines and files are half written: before, at and after the commit.
CUT_AT = (
    *("preflight done 1", "fetch begin 15", "binding 8", "copy done 2", "commit begin 2"),
    *("commit begin 4", "commit done 2", "tidy begin 20"),
)


def run(options: Options, report: Report) -> None:
    """The order of a whole update, then cuts with what a power cut takes (a short round: order)."""
    with template(options) as source, a_site(source) as made:
        base = base_of(made)
        with a_site(base.folder) as site:
            deeds = trail_of(site)
        report.figure("deeds of an update", str(len(deeds)))
        syncs = sum(one.kind in {"fsync", "sync"} for one in deeds)
        renames = sum(one.kind == "os.rename" for one in deeds)
        report.figure("of which", f"{syncs} bring something to the disk, {renames} rename")
        report.require("in the right order", checks_updates.order(deeds))
        if not options.short:
            cuts = [_cut(base, plan) for plan in plans_at(deeds, CUT_AT, ["both"])]
            report.figure("power cuts", ", ".join(f"{one.at}: {one.found}" for one in cuts))
            report.require("whole after each", checks_updates.cuts(cuts, len(CUT_AT)))


def _cut(base: Base, plan: Plan) -> Cut:
    """Cut there, and take away what had not come to the disk."""
    with a_site(base.folder) as site:
        site.serve()
        update = kill(site, plan)
        _lose(site, update)
        killed_at = time.monotonic()
        site.serve()
        return looked_over(site, plan, (), time.monotonic() - killed_at)


def _lose(site: Site, update: Tapped) -> None:
    disk = Disk()
    for deed in update.deeds():
        disk.take(deed)
    for name in sorted(disk.contents):
        _halve(site.root / name)


def _halve(path: Path) -> None:
    """Of a journal half its last line stays, of anything else nothing."""
    with suppress(FileNotFoundError):
        text = path.read_bytes()
        last = text.rstrip(b"\n").rfind(b"\n") + 1
        half = last + (len(text) - last) // 2
        path.write_bytes(text[:half] if path.suffix == ".jsonl" else b"")
