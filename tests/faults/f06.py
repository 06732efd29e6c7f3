"""F06: back to the release before, a week later, without a network.

The repository is gone, and nothing beyond this machine may be reached. Where the release before
can live with the data as it is now, every row that was written since stays; where it can't, the
rollback is refused with the number of rows that it would cost, and done with `--discard`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.faults import checks_updates
from tests.faults.history import Deed, Return
from tests.faults.installed import FIRST, SECOND, a_site, digest, is_followed, template
from tests.faults.round import Options, Report
from tests.faults.tap import Tap, Tapped
from tests.ops.sites import Site, Visitors
from tests.ops.test_update import migration
from tests.serve.running import wait_until

WEEK_S = 7 * 24 * 3600.0
LATER = ("alice", "bella", "carla")
NETWORK = ("fetch", "clone", "pip", "download")
KINDS = ("after a migration that expands", "without a migration", "after one that changes the data")


def run(options: Options, report: Report) -> None:
    """Three kinds of releases to go back from, each on a site of its own (a short round: one)."""
    returns = []
    with template(options) as source:
        for kind in KINDS[:1] if options.short else KINDS:
            with a_site(source) as site:
                returns.append(_there_and_back(site, kind, report))
    report.require("back, alone, with the data that was promised", checks_updates.returned(returns))


def _there_and_back(site: Site, kind: str, report: Report) -> Return:
    kept = kind != KINDS[2]
    site.serve()
    assert site.clutch("user", "create", "olga", "--admin").status == 0
    phase = {KINDS[0]: "expand", KINDS[2]: "data"}.get(kind)
    site.newer(SECOND, **(migration(site, phase) if phase else {}))
    done = site.clutch(*("update", "--pause", "100"))
    assert done.status == 0, done.said
    for name in LATER:
        assert site.clutch("user", "create", name).status == 0
    _age(site)
    with _offline(site):
        if not kept:
            _refused_with_numbers(site, report)
        back = _back(site, kind, kept, report)
        again = site.clutch("rollback")
        report.require_that(f"{kind}: no further back", again.status == 2, again.said)
        return back


def _back(site: Site, kind: str, kept: bool, report: Report) -> Return:
    now, then = _settled(site), _rows(site.root / "data" / "gen-1")
    with Visitors(site.port) as visitors:
        back = Tapped(site, Tap(), "rollback", *([] if kept else ["--discard"]))
        back.ended()
        counted = visitors.counted()
    report.figure(
        kind,
        f"status {back.status}; {counted['asked']} requests beside it, "
        f"{len(counted['failed'])} failed, the slowest {counted['slowest']:.1f} s",
    )
    report.require(f"{kind}: nobody gets an error", counted["failed"])
    return Return(
        *(kind, kept, back.status, FIRST, site.version, now, then),
        _settled(site),
        tuple(_reached(back.deeds())),
    )


def _refused_with_numbers(site: Site, report: Report) -> None:
    refused = site.clutch("rollback")
    told = f"{len(LATER)} of account" in refused.said and "--discard" in refused.said
    well = refused.status == 2 and told
    report.require_that("refused at first, with what it would cost", well, refused.said)


@contextmanager
def _offline(site: Site) -> Iterator[None]:
    """The repository can't be reached, nor any index of packages."""
    elsewhere = site.repository.with_name("elsewhere")
    site.repository.rename(elsewhere)
    yield
    elsewhere.rename(site.repository)


def _age(site: Site) -> None:
    """Let what happened so far be a week old."""
    then = time.time() - WEEK_S
    for folder in ("journal", "reports", "bindings", "releases"):
        for path in (site.root / folder).glob("*"):
            os.utime(path, (then, then), follow_symlinks=False)
    os.utime(site.root / "current", (then, then), follow_symlinks=False)


def _settled(site: Site) -> tuple[str, str]:
    """The same of what runs, once what follows the log has concluded what there is to conclude."""
    generation = site.current.generation
    wait_until(lambda: is_followed(generation / "clutch.db"), 20)
    return _rows(generation)


def _rows(generation: Path) -> tuple[str, str]:
    """A digest of what people did, and the epoch."""
    database = generation / "clutch.db"
    with closing(sqlite3.connect(database)) as conn:
        return digest(database), str(conn.execute("SELECT value FROM epoch").fetchone()[0])


def _reached(deeds: list[Deed]) -> Iterator[str]:
    """Programs that ask a network, and connections beyond this machine."""
    for deed in deeds:
        if deed.kind == "subprocess.Popen" and any(f"'{word}'" in deed.path for word in NETWORK):
            yield deed.path
        if deed.kind == "socket.connect" and not deed.path.startswith(("/", "('127.0.0.1'")):
            yield deed.path
