"""`clutch restore`: what can't be restored is refused, what can is, and the old data is kept."""

from __future__ import annotations

import fcntl
import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from clutch.kernel.epoch import get_epoch
from clutch_ops import archives
from tests.fixtures.site import on_sqlite
from tests.serve.running import started, wait_until
from tests.services.databases import Databases
from tests.upkeep.checkouts import Checkout


def backed_up(checkout: Checkout, *names: str) -> Path:
    checkout.sign_up(*names)
    done = checkout.clutch("backup")
    assert done.status == 0, done.errors
    return checkout.backups[-1]


def epoch(checkout: Checkout) -> str:
    with checkout.opened() as site, site.database.read() as conn:
        return get_epoch(conn)


def forge(path: Path, change: Callable[[archives.Manifest], archives.Manifest]) -> Path:
    """The same backup with another manifest."""
    database, forged = path.with_name("database"), path.with_name("forged.tar.gz")
    manifest = archives.unpack(path, database)
    archives.write(forged, change(manifest), database)
    return forged


def test_the_data_of_the_backup_comes_back_in_an_epoch_of_its_own(checkout: Checkout) -> None:
    path = backed_up(checkout, "ann", "bob")
    before = epoch(checkout)
    checkout.sign_up("cid")
    done = checkout.clutch("restore", path)
    assert done.status == 0, done.errors
    assert checkout.names() == ["ann", "bob"]
    assert epoch(checkout) != before
    assert "kept aside" in done.said
    checkout.sign_up("dan")
    assert checkout.names() == ["ann", "bob", "dan"]


@on_sqlite
def test_the_old_file_is_kept_with_what_only_its_write_ahead_log_had(checkout: Checkout) -> None:
    path = backed_up(checkout, "ann")
    with checkout.opened():
        checkout.sign_up("bob")
        assert (checkout.home / "clutch.db-wal").stat().st_size > 0
        assert checkout.clutch("restore", path).status == 0
    [aside] = checkout.home.glob("before-restore-*/clutch.db")
    with closing(sqlite3.connect(aside)) as conn:
        kept = [name for (name,) in conn.execute("SELECT name FROM account ORDER BY 1")]
    assert kept == ["ann", "bob"]
    assert checkout.names() == ["ann"]


def test_the_old_postgresql_database_is_kept_and_one_in_use_is_not_touched(
    postgres_checkout: Checkout, databases: Databases
) -> None:
    checkout = postgres_checkout
    path = backed_up(checkout, "ann")
    checkout.sign_up("bob")
    with checkout.opened() as site, site.database.read():
        done = checkout.clutch("restore", path)
    assert done.status == 2
    assert "is in use: 1 connection." in done.errors
    assert checkout.names() == ["ann", "bob"]
    assert checkout.clutch("restore", path).status == 0
    with psycopg.connect(databases.url("postgres"), autocommit=True) as conn:
        listed = conn.execute("SELECT datname FROM pg_database").fetchall()
        name = urlsplit(checkout.settings.database).path[1:]
        [aside] = [one for (one,) in listed if one.startswith(f"{name}_before_")]
        with psycopg.connect(databases.url(aside)) as old:
            assert old.execute("SELECT count(*) FROM account").fetchone() == (2,)
        conn.execute(SQL("DROP DATABASE {}").format(Identifier(aside)))
    assert checkout.names() == ["ann"]


@pytest.mark.parametrize("end", ["half", "last-bytes"])
@on_sqlite
def test_a_backup_that_is_cut_is_refused(checkout: Checkout, end: str) -> None:
    path = backed_up(checkout, "ann")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2 if end == "half" else -3])
    for arguments in (["--check"], []):
        done = checkout.clutch("restore", path, *arguments)
        assert done.status == 2
        assert "is no whole backup: its end is missing." in done.errors
    assert checkout.names() == ["ann"]
    assert not list(checkout.home.glob("before-restore-*"))


@on_sqlite
def test_one_changed_byte_in_the_database_is_found(checkout: Checkout) -> None:
    path = backed_up(checkout, "ann")
    unpacked = bytearray(gzip.decompress(path.read_bytes()))
    unpacked[len(unpacked) // 2] ^= 1
    path.write_bytes(gzip.compress(bytes(unpacked), 1))
    done = checkout.clutch("restore", path, "--check")
    assert done.status == 2
    assert "SHA-256" in done.errors


@on_sqlite
def test_what_is_no_backup_at_all_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    for content in (b"", b"hello", gzip.compress(b"hello" * 400), b"\x1f\x8b" + bytes(40)):
        (tmp_path / "file").write_bytes(content)
        done = checkout.clutch("restore", tmp_path / "file")
        assert done.status == 2
        assert "is no whole backup" in done.errors
        assert "Traceback" not in done.errors
    assert "There is no file" in checkout.clutch("restore", "nowhere").errors


@on_sqlite
def test_a_newer_schema_another_kind_and_a_false_count_are_refused(checkout: Checkout) -> None:
    path = backed_up(checkout, "ann")
    facts = archives.read_manifest(path).facts
    newer = forge(path, lambda one: replace(one, facts=replace(facts, schema="9999")))
    assert "a newer release made it" in checkout.clutch("restore", newer).errors
    newer.unlink()
    kinds = {"SQLite": "PostgreSQL", "PostgreSQL": "SQLite"}
    other = forge(path, lambda one: replace(one, kind=kinds[one.kind]))
    assert "and the site's database is" in checkout.clutch("restore", other, "--check").errors
    other.unlink()
    more = {**facts.counts, "account": 5}
    false = forge(path, lambda one: replace(one, facts=replace(facts, counts=more)))
    for arguments in (["--check"], []):
        done = checkout.clutch("restore", false, *arguments)
        assert done.status == 2
        assert "has 1 rows of account; there were 5" in done.errors
    assert checkout.names() == ["ann"]


@on_sqlite
def test_while_the_site_serves_it_is_refused_and_afterwards_it_serves_the_backup(
    checkout: Checkout, tmp_path: Path
) -> None:
    path = backed_up(checkout, "ann")
    environment = {"CLUTCH_HOME": str(checkout.home), "CLUTCH_PORT": "0"}
    with started(["-m", "clutch", "serve"], tmp_path, environment) as running:
        wait_until(lambda: any(checkout.home.glob("run/process-*.json")), 30)
        done = checkout.clutch("restore", path)
        assert done.status == 2
        assert done.errors.startswith("The site is running (process ")
        assert checkout.clutch("restore", path, "--check").status == 0
        running.end()
    assert checkout.clutch("restore", path).status == 0
    with started(["-m", "clutch", "serve"], tmp_path, environment) as running:
        wait_until(lambda: any(checkout.home.glob("run/process-*.json")), 30)
        assert running.end() < 6


@on_sqlite
def test_a_site_that_is_just_starting_is_not_restored(checkout: Checkout) -> None:
    path = backed_up(checkout, "ann")
    with (checkout.home / "run" / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = checkout.clutch("restore", path)
    assert done.status == 2
    assert "just starting" in done.errors


@on_sqlite
def test_the_last_test_of_a_backup_is_remembered(checkout: Checkout) -> None:
    path = backed_up(checkout, "ann")
    file = checkout.home / "backups" / "remembered.json"
    assert set(json.loads(file.read_text())) == {"backup"}
    assert checkout.clutch("restore", path, "--check").status == 0
    told = json.loads(file.read_text())
    assert told["restore_test"]["file"] == str(path)
