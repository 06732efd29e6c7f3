"""Serving processes for the tests of live, and a site of the test's own beside them."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from clutch.bootstrap import Site, open_site
from clutch.kernel.settings import Settings
from tests.serve.running import Running, serving

_numbers = itertools.count(1)

Start = Callable[[], AbstractContextManager[Running]]


@contextmanager
def live_site(settings: Settings, folder: Path) -> Iterator[Running]:
    """One more serving process on this database."""
    place = folder / f"process-{next(_numbers)}"
    place.mkdir()
    database = [settings.database_url] if settings.database_url else []
    with serving(
        ["-m", "tests.live.served", str(settings.home), *database],
        place,
        {"PYTHONDONTWRITEBYTECODE": "1"},
    ) as running:
        yield running


@pytest.fixture
def beside(settings: Settings) -> Iterator[Site]:
    """The site as this process has it: to the served ones it is one more process that commits."""
    opened = open_site(settings)
    yield opened
    opened.close()


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Start:
    """Starts a serving process; two of them share the database and nothing else."""
    return lambda: live_site(settings, tmp_path)


@pytest.fixture(scope="module")
def shared_settings(tmp_path_factory: pytest.TempPathFactory, prepared_sqlite: Path) -> Settings:
    """Settings of one SQLite site for all tests of a file; each test takes streams of its own."""
    home = tmp_path_factory.mktemp("live")
    (home / "run").mkdir()
    shutil.copy(prepared_sqlite, home / "clutch.db")
    return Settings(home=home)


@pytest.fixture(scope="module")
def shared(shared_settings: Settings) -> Iterator[Running]:
    """One serving process for all tests of a file."""
    with live_site(shared_settings, shared_settings.home) as running:
        yield running


@pytest.fixture(scope="module")
def shared_beside(shared_settings: Settings) -> Iterator[Site]:
    """The shared site as this process has it."""
    opened = open_site(shared_settings)
    yield opened
    opened.close()


@pytest.fixture
def stream() -> str:
    """A stream that no other test of this process uses."""
    return f"team-{next(_numbers)}"
