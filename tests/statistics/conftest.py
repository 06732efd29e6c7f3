"""Fixtures of the tests of statistics."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from clutch.accounts.models import Actor
from clutch.bootstrap import Site, open_site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.settings import Settings
from clutch.tournaments.models import Visibility
from tests.profile.arena import Arena
from tests.statistics.community import fold, meet

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


@pytest.fixture
def played(arena: Arena, site: Site) -> list[Actor]:
    """Two people who met twelve times in public, and once in secret."""
    boss, ann, bob = arena.organizer(), arena.person("ann"), arena.person("bob")
    for number in range(12):
        meet(arena, boss, [ann, bob], f"Cup {number}", Visibility.PUBLIC)
    meet(arena, boss, [bob, ann], "Secret Cup", Visibility.UNLISTED, "Hidden Game")
    fold(site)
    return [ann, bob]
