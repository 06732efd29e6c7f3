"""An environment that is damaged is noticed, and made anew by what operators type."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clutch_ops import durable, environments
from tests.ops.sites import Site, lend_environment

Break = Callable[[Path, Path], object]
PACKAGE = "{name}/__init__.py,sha256=abc,7\n{name}-1.0.dist-info/RECORD,,\n"


def an_environment(folder: Path) -> Path:
    """Two packages and a Python; where its packages are."""
    version = ".".join(map(str, sys.version_info[:2]))
    place = folder / "lib" / f"python{version}" / "site-packages"
    for name in ("one", "two"):
        (place / name).mkdir(parents=True)
        (place / name / "__init__.py").write_text("ONE = 1", encoding="utf-8")
        (place / f"{name}-1.0.dist-info").mkdir()
        record = place / f"{name}-1.0.dist-info" / "RECORD"
        record.write_text(PACKAGE.format(name=name), encoding="utf-8")
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys.executable)
    durable.write_json(
        folder / environments.STAMP, {"contents": environments._contents(folder), "lock": ""}
    )
    return place


def another_version(folder: Path, _: Path) -> None:
    python = folder / "bin" / "python"
    python.unlink()
    python.write_text("#!/bin/sh\necho cpython-27\n", encoding="utf-8")
    python.chmod(0o755)


BREAKS: dict[str, Break] = {
    "its Python is gone": lambda folder, _: (folder / "bin" / "python").unlink(),
    "it is another Python": another_version,
    "a module is gone": lambda _, place: (place / "one" / "__init__.py").unlink(),
    "a module is cut": lambda _, place: (place / "one" / "__init__.py").write_text("ONE"),
    "a package is gone": lambda _, place: shutil.rmtree(place / "two-1.0.dist-info"),
    "a package was added": lambda _, place: (place / "three").mkdir(),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_what_is_damaged_is_noticed(tmp_path: Path, kind: str) -> None:
    place = an_environment(tmp_path)
    assert environments.is_untouched(tmp_path)
    BREAKS[kind](tmp_path, place)
    assert not environments.is_untouched(tmp_path)


def damage(site: Site) -> None:
    """Take the Python away, and keep ready what installing the packages once more would make."""
    folder = (site.current.release / ".venv").resolve()
    lend_environment(site.layout, f"-{len(list(site.layout.environments.iterdir()))}")
    (folder / "bin").unlink()


def used(site: Site) -> str:
    return (site.current.release / ".venv").resolve().name


def test_update_and_restart_mend_the_environment_of_a_site_that_runs(site: Site) -> None:
    site.serve()
    before = site.parent
    damage(site)
    done = site.clutch("update")
    assert done.status == 0, done.said
    assert "runs on packages that were made anew" in done.said
    assert used(site).endswith("-1")
    assert site.parent != before
    damage(site)
    assert site.clutch("restart").status == 0
    assert used(site).endswith("-2")
    assert site.answers()


def test_and_of_one_that_does_not_start(site: Site) -> None:
    damage(site)
    assert site.clutch("serve").status == 2
    done = site.clutch("update")
    assert done.status == 0, done.said
    assert "Start the site:" in done.said
    damage(site)
    assert site.clutch("restart").status == 0
    assert used(site).endswith("-2")
    site.serve()


def test_a_rollback_mends_the_environment_that_it_goes_back_to(site: Site) -> None:
    site.serve()
    site.newer("0.1.1")
    assert site.clutch("update").status == 0
    damage(site)
    done = site.clutch("rollback")
    assert done.status == 0, done.said
    assert (site.version, used(site)[-2:]) == ("0.1.0", "-1")
