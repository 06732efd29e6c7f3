"""Templates are kept compiled, and drawn all the same where they can't be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from clutch.accounts.models import Language
from clutch.web import templating
from clutch.web.reader import Reader, reading
from tests.web.drawn import START, names_for, play_some, view_of

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


def test_lines_of_a_schedule_are_kept_for_each_language_and_zone() -> None:
    drawn = view_of(play_some("single_elimination", 4, 0.5), names_for(4)).rounds[0].cells[0].match
    match = msgspec.structs.replace(drawn, starts_at=START)
    times = {"UTC": "15:00", "Asia/Tokyo": "00:00", "Europe/Moscow": "18:00"}
    languages: list[Language] = ["en", "ru"]
    known = templating._drawn.cache_info().hits
    for _ in range(2):
        for zone, language in product(times, languages):
            with reading(Reader(language, ZoneInfo(zone))):
                line = str(templating.plan_line(match))
            assert f", {times[zone]} " in line
            assert ("Mar" if language == "en" else "мар") in line
    assert templating._drawn.cache_info().hits == known + 6
