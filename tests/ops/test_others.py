"""Who else is connected to a PostgreSQL database is seen by a role that may see little."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from clutch_ops.postgres import Postgres
from tests.services.databases import Databases

pytestmark = pytest.mark.postgres


@pytest.fixture
def plain(databases: Databases, postgres_url: str) -> Iterator[str]:
    """A role without rights over others."""
    name = f"plain_{psycopg.conninfo.conninfo_to_dict(postgres_url)['dbname']}"
    databases.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(name)))
    yield name
    databases.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def test_connections_of_other_roles_count(postgres_url: str, plain: str) -> None:
    store = Postgres.at(postgres_url, None)
    login = {**dict(store.login), "PGUSER": plain}
    seen_by_plain = Postgres(store.name, tuple(login.items()))
    assert (store.others(), seen_by_plain.others()) == (0, 0)
    with psycopg.connect(postgres_url):
        assert (store.others(), seen_by_plain.others()) == (1, 1)
