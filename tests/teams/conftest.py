"""Fixtures of the tests of teams."""

import pytest

from clutch.bootstrap import Site
from clutch.kernel.clock import FrozenClock
from tests.teams.club import Club


@pytest.fixture
def club(site: Site, clock: FrozenClock) -> Club:
    """People and teams, once on SQLite and once on PostgreSQL."""
    return Club(site, clock)
