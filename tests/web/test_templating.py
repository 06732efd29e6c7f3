"""Templates are kept compiled, and drawn all the same where they can't be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clutch.web import templating

SHARED = "base.html"


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for compiled templates, and an environment that begins with it."""
    monkeypatch.setattr(templating, "COMPILED", tmp_path / "compiled")
    (tmp_path / "compiled").mkdir()
    templating.environment.cache_clear()
    yield tmp_path / "compiled"
    templating.environment.cache_clear()


def kept(folder: Path) -> int:
    return len(list(folder.iterdir()))


def loaded() -> set[str]:
    cache = templating.environment().cache
    assert cache is not None
    return {name for _, name in cache.keys()}  # noqa: SIM118 - Jinja's cache is no mapping


def test_a_start_loads_what_an_earlier_one_has_compiled_and_nothing_else(compiled: Path) -> None:
    templating.load_compiled()
    assert SHARED not in loaded()
    templating.environment().get_template(SHARED)
    before = kept(compiled)
    templating.environment.cache_clear()
    templating.load_compiled()
    assert SHARED in loaded()
    assert "admin/updates.html" not in loaded()
    assert kept(compiled) == before


def test_a_damaged_compilation_is_made_anew(compiled: Path) -> None:
    templating.environment().get_template(SHARED)
    for path in compiled.iterdir():
        path.write_bytes(path.read_bytes()[:40])
    templating.environment.cache_clear()
    templating.load_compiled()
    assert templating.environment().get_template(SHARED).name == SHARED


def test_where_nothing_can_be_written_templates_are_drawn_all_the_same(compiled: Path) -> None:
    compiled.rmdir()
    assert templating.environment().get_template(SHARED).name == SHARED
