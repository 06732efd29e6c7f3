"""Kill -9 in the middle: the site comes back by itself, old or new, and nothing is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.ops.sites import Site, wait_for_step
from tests.ops.test_update import migration
from tests.serve.running import wait_until

BEFORE = ("preflight", "fetch", "environment", "inspect", "rehearse", "start")
AROUND = ("freeze", "copy", "prepare", "gate", "commit", "open", "tidy")


def cut(site: Site, step: str, state: str, *, holder_too: bool) -> None:
    """Start an update with a migration, and kill it when its journal has this line."""
    site.newer("0.1.1", **migration(site))
    update = site.begin("update", "--pause", "100")
    wait_for_step(site, step, state)
    os.kill(update.pid, signal.SIGKILL)
    if holder_too:
        site.end(signal.SIGKILL)
    update.communicate(timeout=30)


def check_whole(site: Site) -> None:
    """Old or new, serving within a minute, writable, and free for the next command."""
    wait_until(site.answers, 60)
    new = site.current.number == 2
    wait_until(lambda: site.version == ("0.1.1" if new else "0.1.0"), 30)
    assert site.current.generation.name == ("gen-2" if new else "gen-1")
    wait_until(lambda: not site.current.gate.exists(), 10)
    made = site.clutch("user", "create", "later")
    assert made.status == 0, made.said
    recovered = site.clutch("recover")
    assert recovered.status == 0, recovered.said
    assert "olga" in site.clutch("user", "list").said
    generations = {path.name for path in (site.root / "data").iterdir()}
    assert generations <= ({"gen-1", "gen-2"} if new else {"gen-1"})
    assert fault(site.current.generation / "clutch.db") == "ok"


def fault(path: Path) -> str:
    with closing(sqlite3.connect(path)) as conn:
        return str(conn.execute("PRAGMA integrity_check").fetchone()[0])


def test_an_updater_killed_while_the_site_stands_still_brings_back_the_old_release(
    site: Site,
) -> None:
    site.serve()
    site.clutch("user", "create", "olga", "--admin")
    cut(site, "freeze", "done", holder_too=False)
    check_whole(site)
    assert site.version == "0.1.0"


@pytest.mark.long
@pytest.mark.parametrize("holder_too", [False, True], ids=["updater", "updater and site"])
@pytest.mark.parametrize("state", ["begin", "done"])
@pytest.mark.parametrize("step", [*BEFORE, *AROUND])
def test_killed_at_any_step_the_site_is_old_or_new(
    site: Site, step: str, state: str, holder_too: bool
) -> None:
    site.serve()
    site.clutch("user", "create", "olga", "--admin")
    cut(site, step, state, holder_too=holder_too)
    if holder_too:
        site.serve()
    check_whole(site)


@pytest.mark.long
def test_a_holder_killed_during_the_switch_makes_the_updater_go_back(site: Site) -> None:
    site.serve()
    site.newer("0.1.1", **migration(site))
    update = site.begin("update")
    wait_for_step(site, "freeze", "done")
    site.end(signal.SIGKILL)
    said, _ = update.communicate(timeout=90)
    assert update.returncode in {3, 4}, said
    site.serve()
    assert site.version == "0.1.0"
    assert site.clutch("update").status == 0


@pytest.mark.long
def test_a_second_update_at_once_is_refused(site: Site) -> None:
    site.serve()
    site.newer("0.1.1")
    first = site.begin("update")
    wait_for_step(site, "preflight", "begin")
    second = site.clutch("update")
    assert second.status == 2
    assert "Another command is at work on this site: clutch update, process" in second.said
    said, _ = first.communicate(timeout=120)
    assert first.returncode == 0, said
