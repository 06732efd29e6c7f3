"""What acts leave behind does not pile up."""

from __future__ import annotations

from pathlib import Path

import pytest

from clutch_ops.layout import Layout
from clutch_ops.prune import REPORTS_KEPT, prune
from clutch_ops.report import begin, conclude
from tests.ops.sites import Site


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.make()
    return made


def test_of_reports_the_newest_stay_as_text_and_as_json(layout: Layout) -> None:
    for number in range(REPORTS_KEPT + 5):
        for kind in ("txt", "json"):
            (layout.reports / f"20250101T000000.{number:06}Z-update.{kind}").touch()
    assert conclude(layout, begin(layout, "update", "Update", 1, {}), lambda: "") == 0
    left = sorted(path.name for path in layout.reports.glob("*.json"))
    assert len(left) == len(list(layout.reports.glob("*.txt"))) == REPORTS_KEPT
    assert left[0].startswith("20250101T000000.000006Z")
    assert not left[-1].startswith("2025")


def test_wheels_stay_as_long_as_a_lock_that_is_kept_names_them(site: Site) -> None:
    lock = (site.current.release / "requirements.lock").read_text(encoding="utf-8")
    name, version = next(line for line in lock.splitlines() if "==" in line).split("==")
    version = version.split()[0]
    named = site.layout.wheels / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    old = site.layout.wheels / f"{name.replace('-', '_')}-0.0.1-py3-none-any.whl"
    for wheel in (named, old):
        wheel.touch()
    prune(site.layout)
    assert named.exists()
    assert not old.exists()


def test_an_update_that_had_nothing_to_do_is_not_the_last_update(site: Site) -> None:
    site.serve()
    told = site.clutch("update")
    assert "which the site runs already: done." in told.said
    assert "last update" not in site.clutch("status").said


def test_an_unknown_command_is_told_with_what_to_do_and_one_serve_is_listed(site: Site) -> None:
    told = site.clutch("foo")
    assert told.status == 2
    assert told.said == (f"There is no command foo.\nWhat to do: {site.root}/bin/clutch --help\n")
    listed = site.clutch("--help").said
    assert sum(" serve " in line for line in listed.splitlines()) == 1


def test_when_the_site_does_not_run_logs_show_what_its_keeper_heard(site: Site) -> None:
    assert site.install("--manager", "supervisor").status == 0
    (site.root / "run" / "supervisor.log").write_text("It can't listen: taken.\n")
    told = site.clutch("logs")
    assert f"tail -n 20 {site.root}/run/supervisor.log" in told.said
    assert "It can't listen: taken.\n" in told.said
