"""Install, update, refuse, roll back: with real processes, a real repository, a real database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clutch.kernel.settings import load_settings
from clutch.kernel.updates import list_reports
from clutch_ops import launch
from clutch_ops.layout import name_of
from tests.ops.sites import Site, Visitors

MIGRATION = '''"""One table more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{before}"
phase = "{phase}"


def upgrade() -> None:
    {work}
'''
EXPAND = 'op.create_table("more", sa.Column("id", sa.Integer, primary_key=True))'


def migration(site: Site, phase: str = "expand", work: str = EXPAND) -> dict[str, str | None]:
    """A file with a migration that follows the newest."""
    folder = "src/clutch/migrations/versions"
    newest = max(path.name[:4] for path in (site.repository / folder).glob("[0-9]*.py"))
    return {f"{folder}/9001_more.py": MIGRATION.format(before=newest, phase=phase, work=work)}


def value(site: Site, statement: str) -> object:
    with closing(sqlite3.connect(site.current.generation / "clutch.db")) as conn:
        return conn.execute(statement).fetchone()[0]


def test_an_installation_says_what_it_does_and_leaves_a_site_that_can_be_started(
    installed: Path, site: Site
) -> None:
    said = (installed / "said").read_text(encoding="utf-8")
    assert "a first release with its own environment, tried out before it counts" in said
    assert "Try it out on data of its own" in said
    assert site.current.number == 1
    told_home = launch.environment_of(site.layout, site.current)["CLUTCH_HOME"]
    folder = load_settings({"CLUTCH_HOME": told_home}, None).reports_folder
    assert folder == site.root / "reports"
    [report] = list_reports(folder, 1).items
    assert report.act == "install"
    assert report.told is not None
    assert (report.told.status, report.told.after) == (0, name_of(site.current.release))
    assert not list((site.root / "data").glob("rehearsal*"))
    assert all(not path.stat().st_mode & 0o077 for path in (site.root / "data").rglob("*"))
    assert "update  " in site.clutch("--help").said
    done = site.clutch("version")
    assert done.status == 0
    assert done.said.startswith("Clutch 0.1.0 (commit ")
    again = site.clutch("install")
    assert again.status == 2  # a site's launcher installs no other sites


@pytest.mark.long
def test_an_update_that_leaves_the_data_alone_is_not_noticed(site: Site) -> None:
    site.serve()
    first = site.current
    epoch = value(site, "SELECT value FROM epoch")
    with Visitors(site.port) as visitors:
        site.newer("0.1.1")
        done = site.clutch("update")
        assert done.status == 0, done.said
        assert site.version == "0.1.1"
        assert ", which the site runs already: done." in site.clutch("update").said
        assert site.clutch("restart").status == 0
        told = visitors.counted()
    assert told["failed"] == []
    assert told["slowest"] < 2
    assert site.current.generation == first.generation
    assert value(site, "SELECT value FROM epoch") == epoch
