"""Fixtures of the tests of statistics."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from clutch.bootstrap import Site, open_site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.settings import Settings
from tests.profile.arena import Arena

# Thousands of commits wait for no disk there; without it the test is only slower.
IN_MEMORY = Path("/dev/shm")


@pytest.fixture
def arena(site: Site, clock: FrozenClock) -> Arena:
    """People who play, once on SQLite and once on PostgreSQL."""
    return Arena(site, clock)


@pytest.fixture
def quick_arena(prepared_sqlite: Path, clock: FrozenClock) -> Iterator[Arena]:
    """People who play a lot: a SQLite file in memory, where there is such a place."""
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        home = Path(folder)
        (home / "run").mkdir()
        shutil.copy(prepared_sqlite, home / "clutch.db")
        site = open_site(Settings(home=home), clock)
        yield Arena(site, clock)
        site.close()
