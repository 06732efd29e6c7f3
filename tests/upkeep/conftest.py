"""Checkouts with a site that has its schema and nobody in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clutch.kernel.settings import Settings
from tests.upkeep.checkouts import Checkout, write_settings


@pytest.fixture
def checkout(settings: Settings, tmp_path: Path) -> Checkout:
    """A site run by hand, once on SQLite and once on PostgreSQL."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    write_settings(folder, settings)
    return Checkout(folder, settings)


@pytest.fixture
def postgres_checkout(postgres_settings: Settings, tmp_path: Path) -> Checkout:
    """The same, on PostgreSQL only."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    write_settings(folder, postgres_settings)
    return Checkout(folder, postgres_settings)
