"""`clutch doctor`: each thing that is wrong is found once, in one sentence, and nothing else is."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.fixtures.site import on_sqlite
from tests.services.ports import free_port
from tests.upkeep.checkouts import ROOT, Checkout
from tests.upkeep.terminals import typed

pytestmark = on_sqlite
PARTS = ("pyproject.toml", "requirements.lock", ".env.example")


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release whose code may be broken; its environment is this one's, by links."""
    release = tmp_path / "release"
    release.mkdir()
    shutil.copytree(ROOT / "bin", release / "bin")
    for part in PARTS:
        shutil.copy(ROOT / part, release / part)
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "src", release / "src", ignore=ignored)
    (release / ".venv").symlink_to(ROOT / ".venv")
    return release


def findings(checkout: Checkout, *arguments: str, root: Path = ROOT) -> tuple[int, Any]:
    done = checkout.clutch("doctor", "--json", *arguments, root=root)
    assert done.said, done.errors
    return done.status, json.loads(done.said)


def wrong(told: Any) -> list[str]:
    return [one["sentence"] for one in told["findings"] if one["level"] == "bad"]


@pytest.fixture
def healthy(checkout: Checkout) -> Checkout:
    """A site with which nothing is wrong: backed up, its port free, its settings its own."""
    with checkout.dotenv.open("a") as file:
        file.write(f"CLUTCH_PORT={free_port()}\n")
    checkout.dotenv.chmod(0o600)
    checkout.home.chmod(0o700)
    (checkout.home / "clutch.db").chmod(0o600)
    checkout.sign_up("ann")
    assert checkout.clutch("backup").status == 0
    return checkout


def test_packages_may_be_locked_in_another_version_for_each_python(
    healthy: Checkout, release: Path
) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    [first, *_] = re.findall(r"^\S+==\S+", lock, re.MULTILINE)
    also = f"{first}.1 ; python_full_version >= '3.99'\n"
    (release / "requirements.lock").write_text(f"{lock}\n{also}", encoding="utf-8")
    _, told = findings(healthy, root=release)
    [packages] = [one for one in told["findings"] if one["about"] == "packages"]
    assert packages["sentence"].startswith("all "), packages


def test_with_a_healthy_site_nothing_is_wrong_and_the_pages_are_80_wide(healthy: Checkout) -> None:
    done = healthy.clutch("doctor")
    assert done.status == 0, done.said
    assert "Nothing is wrong" in done.said
    assert "all resolve, in" in done.said
    assert "redis enable" in done.said
    assert "\x1b" not in done.said
    ours = [line for line in done.said.splitlines() if "/" not in line]
    assert max(map(len, ours)) <= 80


def test_what_to_type_stands_whole_on_one_line_whatever_the_width(healthy: Checkout) -> None:
    _, told = findings(healthy)
    command = [sys.executable, "-I", "-S", str(ROOT / "bin" / "clutch"), "doctor"]
    said = typed(command, 60, healthy.folder)
    shown = [line.partition("do: ")[2] for line in said.splitlines() if " do: " in line]
    assert shown == [one["advice"] for one in told["findings"] if one["advice"]]


def test_imports_that_resolve_nowhere_are_found_also_inside_functions(
    healthy: Checkout, release: Path
) -> None:
    module = release / "src" / "clutch" / "teams" / "lazy.py"
    module.write_text("def later() -> None:\n    import colourama\n")
    status, told = findings(healthy, root=release)
    assert status == 4
    assert wrong(told) == [
        "clutch/teams/lazy.py:2: it needs the package colourama, which is not declared."
    ]


@pytest.fixture
def jinja(release: Path) -> Path:
    """The folder of one package, in an environment of the release's own."""
    (release / ".venv").unlink()
    [ours] = (ROOT / ".venv" / "lib").glob("python*/site-packages")
    place = release / ".venv" / ours.relative_to(ROOT / ".venv")
    place.mkdir(parents=True)
    for part in ("bin", "pyvenv.cfg"):
        (release / ".venv" / part).symlink_to(ROOT / ".venv" / part)
    for path in ours.iterdir():
        if path.name != "jinja2":
            (place / path.name).symlink_to(path)
    shutil.copytree(ours / "jinja2", place / "jinja2")
    return place / "jinja2"


def test_a_package_whose_files_are_gone_is_one_fault_and_said_to_be_damaged(
    healthy: Checkout, release: Path, jinja: Path
) -> None:
    _, told = findings(healthy, root=release)
    assert wrong(told) == []
    (jinja / "async_utils.py").write_text("# cut\n", encoding="utf-8")
    _, told = findings(healthy, root=release)
    [cut] = [one for one in wrong(told) if one.startswith("Damaged: ")]
    assert "(jinja2/async_utils.py has 6 bytes instead of " in cut
    shutil.rmtree(jinja)
    status, told = findings(healthy, root=release)
    assert status == 4
    [gone] = wrong(told)
    assert gone.startswith("Damaged: Jinja2 (jinja2/__init__.py is gone)")


def test_without_an_environment_the_rest_is_still_looked_at(
    healthy: Checkout, release: Path
) -> None:
    (release / ".venv").unlink()
    status, told = findings(healthy, root=release)
    assert status == 4
    [only] = wrong(told)
    assert only.startswith("The environment ")
    assert {"database", "backup", "disk"} <= {one["about"] for one in told["findings"]}


def test_all_that_is_wrong_is_found_and_what_is_safe_is_mended(healthy: Checkout) -> None:
    with healthy.dotenv.open("a") as file:
        file.write("CLUTCH_SITE_NMAE=x\nCLUTCH_URL='https://a\nCLUTCH_PO")
    healthy.dotenv.chmod(0o644)
    (healthy.home / "clutch.db").chmod(0o644)
    left = healthy.home / "run" / "process-4194304.json"
    left.write_text("{}")
    gate = healthy.home / "run" / "gate"
    gate.touch()
    os.utime(gate, (time.time() - 3600, time.time() - 3600))
    break_the_log(healthy.home / "clutch.db")
    for path in healthy.backups:
        path.unlink()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        healthy.environment = {"CLUTCH_PORT": str(stranger.getsockname()[1])}
        status, told = findings(healthy, "--fix")
    assert status == 4
    said = wrong(told)
    for part in BROKEN:
        assert sum(part in sentence for sentence in said) == 1, (part, said)
    # The site itself says one more thing of the same settings.
    assert len(said) == len(BROKEN) + 1, said
    assert len(told["mended"]) == 4
    assert healthy.dotenv.stat().st_mode & 0o777 == 0o600
    assert healthy.dotenv.read_text().endswith("CLUTCH_PO\n")
    assert (healthy.home / "clutch.db").stat().st_mode & 0o077 == 0
    assert not left.exists()


BROKEN = (
    'sets nothing ("CLUTCH_PO")',
    "CLUTCH_SITE_NMAE is no setting of Clutch.",
    "opens a quotation and never ends it",
    "passwords stand in it",
    "has a gap",
    "The last backup is gone",
    "can't listen",
    "the gate is closed",
    "The clock is wrong, or was: the last event of the log is ",
)


def break_the_log(database: Path) -> None:
    """A gap in a stream, and events from the future."""
    with closing(sqlite3.connect(database)) as conn, conn:
        listed = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"
        for (name,) in conn.execute(listed).fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("UPDATE stream SET seq = seq + 1")
        conn.execute("UPDATE event SET at = '2999-01-01 00:00:00.000000'")


def test_on_postgresql_the_same_is_looked_at(postgres_checkout: Checkout) -> None:
    postgres_checkout.sign_up("ann")
    with postgres_checkout.opened() as site, site.database.begin_write() as conn:
        conn.execute(text("UPDATE stream SET seq = seq + 1"))
    _, told = findings(postgres_checkout)
    found = {one["about"]: one["level"] for one in told["findings"]}
    assert found["schema"] == found["postgresql"] == found["clock"] == "ok"
    assert any("has a gap" in sentence for sentence in wrong(told))


def test_a_clock_that_is_ahead_of_postgresqls_is_noticed(postgres_checkout: Checkout) -> None:
    with postgres_checkout.opened() as site, site.database.begin_write() as conn:
        conn.execute(
            text(
                "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql "
                "AS $$ SELECT pg_catalog.now() - interval '2 hours' $$"
            )
        )
    first = "options=-csearch_path%3Dpublic%2Cpg_catalog"
    url = postgres_checkout.settings.database_url
    postgres_checkout.environment = {
        "DATABASE_URL": f"{url}{'&' if '?' in str(url) else '?'}{first}"
    }
    _, told = findings(postgres_checkout)
    assert any("PostgreSQL's is: it is 2 h 0 min ahead of that one" in one for one in wrong(told))
