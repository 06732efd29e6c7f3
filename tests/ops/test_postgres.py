"""The same on PostgreSQL: a database each generation, its name in the binding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.ops.sites import Site, copied, databases_of
from tests.ops.test_update import migration
from tests.services.databases import Databases

pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres_site(installed: Path, folder: Path, postgres_url: str, named: str) -> Iterator[Site]:
    with copied(installed, folder) as site:
        site.set(DATABASE_URL=postgres_url)
        yield site


def test_an_update_with_a_migration_and_back_to_the_data_of_that_time(
    postgres_site: Site, databases: Databases, named: str
) -> None:
    site = postgres_site
    site.serve()
    assert site.clutch("user", "create", "olga", "--admin").status == 0
    before = site.get("/testdb")["schema"]
    site.newer("0.1.1", **migration(site, "data"))
    done = site.clutch("update", "--pause", "100")
    assert done.status == 0, done.said
    assert site.version == "0.1.1"
    assert site.get("/testdb")["schema"] == "9001"
    assert site.current.database == f"{named}_gen_2"
    assert site.clutch("user", "create", "later").status == 0

    refused = site.clutch("rollback")
    assert refused.status == 2
    assert "would lose rows: " in refused.said
    assert "1 of account" in refused.said
    done = site.clutch("rollback", "--discard")
    assert done.status == 0, done.said
    assert site.version == "0.1.0"
    assert site.get("/testdb")["schema"] == before
    assert site.current.database == f"{named}_gen_3"
    listed = site.clutch("user", "list").said
    assert "olga" in listed
    assert "later" not in listed
    assert f"{named}_rehearsal" not in databases_of(databases, named)


def test_a_backup_is_restored_into_a_generation_of_its_own(
    postgres_site: Site, databases: Databases, named: str
) -> None:
    site = postgres_site
    assert site.clutch("user", "create", "olga", "--admin").status == 0
    assert site.clutch("backup").status == 0
    [path] = (site.root / "backups").glob("*.tar.gz")
    assert site.clutch("user", "create", "later").status == 0
    done = site.clutch("restore", str(path))
    assert done.status == 0, done.said
    assert site.current.database == f"{named}_gen_2"
    assert databases_of(databases, named) == [f"{named}_gen_2"]
    for name, count in ((named, 2), (f"{named}_gen_2", 1)):
        with psycopg.connect(databases.url(name)) as conn:
            assert conn.execute("SELECT count(*) FROM account").fetchone() == (count,)
    site.serve()
    assert site.clutch("user", "list").said.count("olga") == 1
