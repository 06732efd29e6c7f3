"""The watch after an update: a release that keeps ending is taken back where that is safe."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from clutch_ops.journal import Journal
from clutch_ops.layout import Layout
from clutch_ops.watch import FALLS, Watch, is_on_trial
from tests.ops.sites import Site, Visitors
from tests.ops.test_pieces import bound
from tests.ops.test_update import migration
from tests.serve.running import wait_until

TALLY = "src/clutch/cli/serving/tally.py"
FALLS_OVER = """
        self.requests += 1
        from os import _exit, environ, getppid, kill
        from pathlib import Path

        if Path(environ["CLUTCH_HOME"], "fall").exists():
            {falls}
"""[1:]
ALONE, WITH_ITS_PARENT = "_exit(7)", "kill(getppid(), 9)"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.make()
    bound(made)
    made.launcher.write_text('#!/bin/sh\necho "$@" >> "$(dirname $0)/typed"\n')
    made.launcher.chmod(0o700)
    return made


def typed(layout: Layout) -> list[str]:
    found = layout.launcher.with_name("typed")
    return found.read_text().splitlines() if found.exists() else []


def test_a_release_that_keeps_ending_after_its_update_is_taken_back_once(layout: Layout) -> None:
    Journal.begin(layout, "update").note("binding", number=1)
    watch, binding = Watch(layout), layout.current()
    fell = [watch.note_fall(binding) for _ in range(3 * FALLS)]
    assert fell == [False] * (FALLS - 1) + [True] + [False] * (2 * FALLS)
    wait_until(watch.reap)
    [line] = typed(layout)
    assert line.startswith("rollback --because The release ended")


def test_what_a_rollback_or_a_restore_brought_is_not_on_trial(layout: Layout) -> None:
    assert not is_on_trial(layout, layout.current())
    Journal.begin(layout, "update").note("binding", number=1)
    assert is_on_trial(layout, layout.current())
    Journal.begin(layout, "rollback").note("binding", number=1)
    assert not is_on_trial(layout, layout.current())


def falling(site: Site, falls: str) -> dict[str, str | None]:
    """A release whose processes end at every request, from a moment on."""
    text = site.file(TALLY)
    assert "        self.requests += 1\n" in text
    return {TALLY: text.replace("        self.requests += 1\n", FALLS_OVER.format(falls=falls))}


def fall(site: Site) -> None:
    (site.current.generation / "fall").touch()


@pytest.mark.long
@pytest.mark.parametrize("falls", [ALONE, WITH_ITS_PARENT], ids=["a process", "the release"])
def test_a_release_that_falls_over_is_taken_back_by_code_alone(site: Site, falls: str) -> None:
    site.serve()
    site.newer("0.1.1", **falling(site, falls), **migration(site))
    done = site.clutch("update", "--pause", "100")
    assert done.status == 0, done.said
    assert site.clutch("user", "create", "later").status == 0
    fall(site)
    with Visitors(site.port):
        wait_until(lambda: site.current.number == 3, 120)
        wait_until(lambda: site.report()["act"] == "rollback", 60)
    wait_until(lambda: site.answers() and site.version == "0.1.0", 60)
    report = site.report()
    assert report["status"] == 0
    assert "(The release ended 4 times within 60 s)" in report["what"]
    assert "later" in site.clutch("user", "list").said


@pytest.mark.long
def test_where_going_back_would_cost_rows_a_person_is_called(site: Site) -> None:
    site.serve()
    site.newer("0.1.1", **falling(site, ALONE), **migration(site, "data"))
    done = site.clutch("update", "--pause", "100")
    assert done.status == 0, done.said
    assert site.clutch("user", "create", "later").status == 0
    fall(site)
    with Visitors(site.port):
        wait_until(lambda: site.report()["act"] == "rollback", 120)
    report = site.report()
    assert report["status"] == 4
    assert "it can't be taken back without you" in report["reason"]
    assert "1 of account" in report["reason"]
    assert "rollback --discard" in report["advice"]
    time.sleep(1)
    assert site.current.number == 2
