"""Several machines on one PostgreSQL: what docs/operating.md says of updates there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clutch_ops import databases as stores
from clutch_ops.launch import url_for
from clutch_ops.layout import Layout
from tests.ops.sites import Site, copied, lend_environment
from tests.ops.test_update import migration
from tests.services.ports import free_port

pytestmark = [pytest.mark.long, pytest.mark.postgres]


@pytest.fixture
def machines(
    installed: Path, folder: Path, postgres_url: str, named: str
) -> Iterator[tuple[Site, Site]]:
    """Two sites from one repository on one database, both serving."""
    with ExitStack() as stack:
        places = [folder / name for name in ("a", "b")]
        for place in places:
            place.mkdir()
        one, two = (stack.enter_context(copied(installed, place)) for place in places)
        facts = json.loads((two.root / "site.json").read_text(encoding="utf-8"))
        source = {"source": str(one.repository)}
        (two.root / "site.json").write_text(json.dumps(facts | source), encoding="utf-8")
        for site in (one, two):
            site.set(DATABASE_URL=postgres_url)
            site.serve()
        yield one, two


def test_without_a_migration_one_machine_is_updated_after_the_other(
    machines: tuple[Site, Site],
) -> None:
    one, two = machines
    one.newer("0.1.1")
    for site in machines:
        assert site.version == "0.1.0"
        done = site.clutch("update")
        assert done.status == 0, done.said
        assert site.version == "0.1.1"
    assert one.clutch("user", "create", "olga", "--admin").status == 0
    assert "olga" in two.clutch("user", "list").said


def test_a_migration_waits_until_no_other_machine_serves_and_the_others_are_made_anew(
    machines: tuple[Site, Site], folder: Path, postgres_url: str, named: str
) -> None:
    one, two = machines
    assert one.clutch("user", "create", "olga", "--admin").status == 0
    one.newer("0.1.1", **migration(one))
    done = one.clutch("update", "--pause", "100")
    assert done.status == 3, done.said
    assert "Others use the database, too" in done.said
    assert "What to do: Stop them" in done.said
    assert (one.version, two.version) == ("0.1.0", "0.1.0")
    assert one.current.number == 1

    two.end()
    done = one.clutch("update", "--pause", "100")
    assert done.status == 0, done.said
    assert one.current.database == f"{named}_gen_2"
    # What the other one would make next is not what the first one has made.
    assert stores.next_generation(two.layout)[1] == f"{named}_gen_3"

    anew = made_anew(folder / "c", one.repository, url_for(postgres_url, one.current.database))
    try:
        anew.serve()
        assert anew.get("/testdb")["schema"] == "9001"
        assert "olga" in anew.clutch("user", "list").said
    finally:
        anew.end()


def made_anew(folder: Path, repository: Path, database_url: str) -> Site:
    """A site that is installed into an empty folder with these settings."""
    site = Site(folder, repository, free_port())
    lend_environment(Layout(folder))
    site.set(CLUTCH_PORT=site.port, DATABASE_URL=database_url)
    command = [sys.executable, str(repository / "bin" / "clutch"), "install", str(folder)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return site
