"""A checkout that is run by hand under pm2 becomes a site; the old one stays as a way back."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.ops.keepers import NAME, Pm2, end_all
from tests.ops.sites import Done, Site, git, lend_environment, serving_from, wait_for_step
from tests.serve.running import is_there, wait_until
from tests.services.databases import Databases
from tools.tracked import ROOT

CUP = {
    "format": "single_elimination",
    "participants": ["Red", "Blue"],
    "results": [{"opponents": ["Red", "Blue"], "scores": [1, 0]}],
}


class ByHand:
    """The incident's site: a clone, its `.env` and its `var`, and pm2."""

    def __init__(self, site: Site, folder: Path) -> None:
        # The site of the fixture lends its repository and its port; what is adopted gets a new one.
        self.site = Site(folder / "new", site.repository, site.port)
        self.checkout = folder / "checkout"
        git(folder, "clone", "--quiet", str(site.repository), str(self.checkout))
        (self.checkout / ".venv").symlink_to(ROOT / ".venv")
        (self.checkout / ".env").write_text(f"CLUTCH_PORT={site.port}\nCLUTCH_HOME=var\n")
        self.pm2 = Pm2(self.site, folder)
        lend_environment(self.site.layout)

    def begin(self) -> None:
        """What the operator typed once, with a setting of pm2's own."""
        self.pm2.type(
            f"cd {self.checkout} && CLUTCH_SITE_NAME='Old Hall' "
            f"pm2 start bin/clutch --name {NAME} --interpreter none -- serve --workers 2"
        )
        wait_until(self.site.answers, 60)

    def clutch(self, *arguments: str) -> Done:
        """`bin/clutch ARGUMENTS`, typed in the checkout."""
        done = subprocess.run(
            [str(self.checkout / "bin" / "clutch"), *arguments],
            cwd=self.checkout,
            env={**os.environ, **self.site.environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Done(done.returncode, done.stdout + done.stderr)

    def adopt(self, *arguments: str) -> Done:
        return self.clutch("install", str(self.site.root), "--adopt", *arguments)

    def play(self) -> list[str]:
        """Accounts and a tournament; the tournaments' names."""
        assert self.clutch("user", "create", "alice", "--admin").status == 0
        (self.checkout / "cup.json").write_text(json.dumps(CUP))
        played = self.clutch("play", "cup.json")
        assert played.status == 0, played.said
        return self.tournaments()

    def tournaments(self) -> list[str]:
        return [one["name"] for one in self.site.get("/api/v1/tournaments")["tournaments"]]

    def listed(self) -> list[tuple[str, str, str]]:
        """Name, script and state of everything that pm2 has."""
        told: list[dict[str, Any]] = json.loads(self.pm2.type("pm2 jlist"))
        known = [(one["name"], one["pm2_env"]) for one in told]
        return [(name, each["pm_exec_path"], each["status"]) for name, each in known]

    @property
    def old(self) -> list[tuple[str, str, str]]:
        return [(NAME, f"{self.checkout}/bin/clutch", "online")]

    @property
    def new(self) -> list[tuple[str, str, str]]:
        return [(NAME, f"{self.site.root}/bin/clutch", "online")]


@pytest.fixture
def by_hand(site: Site, folder: Path) -> Iterator[ByHand]:
    made = ByHand(site, folder)
    try:
        yield made
    finally:
        end_all(made.pm2)


def test_what_adopting_would_do_is_said_and_nothing_is_done(by_hand: ByHand) -> None:
    refused = by_hand.adopt()
    assert refused.status == 2
    assert "pm2 does not run here" in refused.said
    by_hand.begin()
    done = by_hand.adopt("--dry-run")
    assert done.status == 0, done.said
    assert f"takes the place of {NAME}, which pm2 runs from {by_hand.checkout}" in done.said
    assert f"at 127.0.0.1:{by_hand.site.port}" in done.said
    other = by_hand.adopt("--name", "another")
    assert other.status == 2
    assert f"pm2 runs nothing from {by_hand.checkout} by the name another" in other.said
    assert by_hand.adopt("--manager", "systemd").status == 2
    assert by_hand.listed() == by_hand.old
    assert not (by_hand.site.root / ".env").exists()


@pytest.mark.long
def test_a_site_with_accounts_and_a_tournament_is_adopted_and_updated_from_then_on(
    by_hand: ByHand,
) -> None:
    by_hand.begin()
    tournaments = by_hand.play()
    assert len(tournaments) == 1
    site, database = by_hand.site, by_hand.checkout / "var" / "clutch.db"

    done = by_hand.adopt()
    assert done.status == 0, done.said
    assert by_hand.listed() == by_hand.new
    assert by_hand.tournaments() == tournaments
    assert "alice" in site.clutch("user", "list").said
    settings = (site.root / ".env").read_text(encoding="utf-8")
    assert "CLUTCH_SITE_NAME='Old Hall'" in settings
    assert "CLUTCH_WORKERS=2" in settings
    assert "# CLUTCH_HOME=var" in settings
    assert site.layout.facts["source"] == str(site.repository)
    assert (site.current.number, site.current.generation.name) == (1, "gen-1")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as conn:
        assert conn.execute("SELECT count(*) FROM tournament").fetchone() == (1,)
    saved = json.loads((by_hand.pm2.folder / "dump.pm2").read_text())
    assert [one["pm_exec_path"] for one in saved] == [f"{site.root}/bin/clutch"]

    again = by_hand.adopt()
    assert again.status == 0, again.said
    assert f"pm2 keeps it as {NAME}" in again.said
    assert by_hand.listed() == by_hand.new

    site.newer("0.1.1")
    updated = site.clutch("update")
    assert updated.status == 0, updated.said
    assert site.version == "0.1.1"
    assert by_hand.tournaments() == tournaments

    # The way back that docs/operating.md tells: the old one as it was.
    by_hand.pm2.type(f"pm2 delete {NAME}")
    dump = site.root / "etc" / "before-adoption.json"
    by_hand.pm2.type(f"PM2_DUMP_FILE_PATH={dump} pm2 resurrect")
    wait_until(site.answers, 60)
    assert by_hand.listed() == by_hand.old
    assert by_hand.tournaments() == tournaments


@pytest.mark.long
def test_a_new_site_that_does_not_serve_brings_the_old_one_back(by_hand: ByHand) -> None:
    by_hand.begin()
    tournaments = by_hand.play()
    by_hand.site.environment["PATH"] = f"{broken(by_hand)}:{os.environ['PATH']}"
    done = by_hand.adopt()
    assert done.status == 3, done.said
    assert "The site is back where it was" in done.said
    assert by_hand.listed() == by_hand.old
    assert by_hand.tournaments() == tournaments
    assert not (by_hand.site.root / "current").exists()
    assert list((by_hand.site.root / "data").iterdir()) == []


def broken(by_hand: ByHand) -> Path:
    """A folder with a pm2 that fails to start ecosystem files, and does all else."""
    folder = by_hand.pm2.folder / "broken"
    folder.mkdir()
    program, real = folder / "pm2", by_hand.site.environment["PATH"].partition(":")[0]
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in *ecosystem*) echo "no such luck" >&2; exit 1;; esac\n'
        f'exec {real}/pm2 "$@"\n'
    )
    program.chmod(0o755)
    return folder


@pytest.mark.long
@pytest.mark.parametrize("step", ["copy", "replace"])
def test_an_adoption_that_is_killed_is_ended_by_typing_it_again(by_hand: ByHand, step: str) -> None:
    by_hand.begin()
    tournaments = by_hand.play()
    command = [str(by_hand.checkout / "bin" / "clutch"), "install", str(by_hand.site.root)]
    adoption = subprocess.Popen(
        [*command, "--adopt"],
        env={**os.environ, **by_hand.site.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until(lambda: bool(list(by_hand.site.layout.journal.glob("*-adopt.jsonl"))), 30)
    wait_for_step(by_hand.site, step, "begin")
    os.kill(adoption.pid, signal.SIGKILL)
    adoption.wait(10)
    if by_hand.listed() and by_hand.listed()[0][1] == by_hand.old[0][1]:
        # What an operator would type who finds the site down, as ever.
        by_hand.pm2.keep("restart")
        wait_until(by_hand.site.answers, 60)
        assert by_hand.tournaments() == tournaments
    done = by_hand.adopt()
    assert done.status == 0, done.said
    assert by_hand.listed() == by_hand.new
    assert by_hand.tournaments() == tournaments
    assert not is_there(adoption.pid)
    assert serving_from(by_hand.site.root)


@pytest.mark.long
@pytest.mark.postgres
def test_a_site_on_postgresql_gets_a_database_of_its_own(
    by_hand: ByHand, databases: Databases, postgres_url: str
) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"])
    with (by_hand.checkout / ".env").open("a") as file:
        file.write(f"DATABASE_URL={postgres_url}\n")
    by_hand.begin()
    tournaments = by_hand.play()
    done = by_hand.adopt()
    try:
        assert done.status == 0, done.said
        assert by_hand.site.current.database == f"{name}_gen_1"
        assert by_hand.tournaments() == tournaments
        assert f"DATABASE_URL={postgres_url}" in (by_hand.site.root / ".env").read_text()
        with psycopg.connect(postgres_url) as conn:
            assert conn.execute("SELECT count(*) FROM tournament").fetchone() == (1,)
    finally:
        end_all(by_hand.pm2)
        drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        databases.execute(drop.format(Identifier(f"{name}_gen_1")))
