"""Sites for each test: a copy of one that was installed once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.conftest import SESSION_FOLDER
from tests.ops.sites import Site, copied, databases_of, install
from tests.services.databases import Databases
from tests.services.keeper import locked
from tests.services.ports import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that works on an installed site belongs to `make test-updates`, or takes minutes."""
    for item in items:
        mine = Path(__file__).parent in item.path.parents
        if mine and item.get_closest_marker("long") is None:
            item.add_marker(pytest.mark.updates)


@pytest.fixture(scope="session")
def installed(request: pytest.FixtureRequest) -> Path:
    """A folder with a repository and the site that `clutch install` made from it."""
    folder = request.config.stash[SESSION_FOLDER] / "ops"
    with locked(folder.with_name("ops.lock")):
        if not (folder / "said").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _, done = install(folder, free_port())
            assert done.status == 0, done.said
            (folder / "said").write_text(done.said, encoding="utf-8")
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, for sockets lie in it."""
    made = Path(tempfile.mkdtemp(prefix="clutch-ops-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def site(installed: Path, folder: Path) -> Iterator[Site]:
    """An installed site; nothing runs yet."""
    with copied(installed, folder) as made:
        yield made


@pytest.fixture
def named(databases: Databases, postgres_url: str) -> Iterator[str]:
    """The name of the site's first database; those that updates make go with it."""
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    yield str(name)
    for made in databases_of(databases, str(name)):
        databases.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(made)))
