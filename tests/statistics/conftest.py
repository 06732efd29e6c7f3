"""Fixtures of the tests of statistics."""

import pytest

from clutch.bootstrap import Site
from clutch.kernel.clock import FrozenClock
from tests.profile.arena import Arena


@pytest.fixture
def arena(site: Site, clock: FrozenClock) -> Arena:
    """People who play, once on SQLite and once on PostgreSQL."""
    return Arena(site, clock)
