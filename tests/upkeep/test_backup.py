"""`clutch backup`: beside a busy site, in one file, restored before it counts."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from clutch_ops import archives
from clutch_ops.backup import prune
from tests.fixtures.site import on_sqlite
from tests.upkeep.checkouts import Checkout, sign_up


@contextmanager
def busy(checkout: Checkout) -> Iterator[list[str]]:
    """Somebody signs up again and again while the block runs; the names that were accepted."""
    names: list[str] = []
    ended = threading.Event()

    def keep_signing_up() -> None:
        with checkout.opened() as site:
            while not ended.is_set():
                name = f"player{len(names)}"
                sign_up(site, name)
                names.append(name)

    thread = threading.Thread(target=keep_signing_up)
    thread.start()
    try:
        yield names
    finally:
        ended.set()
        thread.join()


def scratch_databases(checkout: Checkout) -> list[str]:
    with checkout.opened() as site, site.database.read() as conn:
        listed = "SELECT datname FROM pg_database WHERE datname LIKE current_database() || '\\_%'"
        return list(conn.execute(text(listed)).scalars())


def test_it_is_taken_beside_a_busy_site_and_holds_all_that_was_accepted_before(
    checkout: Checkout,
) -> None:
    with busy(checkout) as names:
        while len(names) < 20:
            pass
        accepted = list(names)
        done = checkout.clutch("backup")
        assert done.status == 0, done.errors
        assert len(names) > len(accepted), "nobody wrote meanwhile"
    [path] = checkout.backups
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    manifest = archives.read_manifest(path)
    assert manifest.facts.counts["account"] >= len(accepted)
    assert manifest.facts.head >= len(accepted)
    assert str(path) in done.said
    assert checkout.clutch("restore", path, "--check").status == 0
    if checkout.settings.database_url:
        assert scratch_databases(checkout) == []
    left = {one.name for one in path.parent.iterdir()}
    assert left == {path.name, "remembered.json", ".lock"}


@on_sqlite
def test_seven_are_kept_and_what_is_not_ours_is_left_alone(checkout: Checkout) -> None:
    checkout.sign_up("ann")
    folder = checkout.folder / "elsewhere"
    folder.mkdir()
    old = [folder / f"clutch-2020-01-0{day}-000000.tar.gz" for day in range(1, 9)]
    for path in [*old, folder / "holiday.tar.gz"]:
        path.touch()
    done = checkout.clutch("backup", "--to", folder)
    assert done.status == 0, done.errors
    assert [path.exists() for path in old] == [False] * 2 + [True] * 6
    assert (folder / "holiday.tar.gz").exists()
    assert "2 older ones; 7 are kept" in done.said
    again = checkout.clutch("backup", "--to", folder, "--keep", "1")
    assert again.status == 0, again.errors
    assert len(list(folder.glob("clutch-*.tar.gz"))) == 1


def test_of_one_second_the_last_ones_are_kept(tmp_path: Path) -> None:
    names = [f"clutch-2026-01-01-120000{more}.tar.gz" for more in ("", "-2", "-9", "-10")]
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in prune(tmp_path, 2)] == names[:2]


def test_a_database_with_a_gap_in_its_log_gives_no_backup(checkout: Checkout) -> None:
    checkout.sign_up("ann", "bob", "cid")
    with checkout.opened() as site, site.database.begin_write() as conn:
        conn.execute(text("UPDATE stream SET seq = seq + 1"))
    done = checkout.clutch("backup")
    assert done.status == 2
    assert "has a gap" in done.errors
    assert checkout.backups == []


@on_sqlite
def test_a_damaged_database_gives_no_backup_and_a_sentence(checkout: Checkout) -> None:
    checkout.sign_up(*(f"player{number}" for number in range(30)))
    file = checkout.home / "clutch.db"
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.seek(8192)
        opened.write(os.urandom(file.stat().st_size - 8192))
    done = checkout.clutch("backup")
    assert done.status == 2
    assert done.errors.startswith("The database can't be read: ")
    assert "Traceback" not in done.errors
    assert checkout.backups == []


@on_sqlite
def test_a_reference_to_a_row_that_is_gone_gives_no_backup(checkout: Checkout) -> None:
    checkout.sign_up("ann")
    with closing(sqlite3.connect(checkout.home / "clutch.db")) as conn, conn:
        conn.execute("CREATE TABLE prize (account_id INTEGER REFERENCES account (id))")
        conn.execute("INSERT INTO prize VALUES (4711)")
    done = checkout.clutch("backup")
    assert done.status == 2
    assert "is not there" in done.errors


@on_sqlite
def test_without_a_database_or_a_folder_it_says_so(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = checkout.clutch("backup", "--to", tmp_path / "file")
    assert (done.status, done.said) == (2, "")
    assert "can't be written" in done.errors
    (checkout.home / "clutch.db").unlink()
    done = checkout.clutch("backup")
    assert done.status == 2
    assert "There is no database" in done.errors


@on_sqlite
def test_what_a_killed_backup_left_is_cleared_away(checkout: Checkout) -> None:
    left = checkout.home / "backups" / ".taking-4194304"
    left.mkdir(parents=True)
    (left / "copy").write_text("half")
    assert checkout.clutch("backup").status == 0
    assert not left.exists()


@pytest.mark.sqlite
def test_a_backup_is_a_tar_that_everybody_can_open(tmp_path: Path) -> None:
    database, path = tmp_path / "db", tmp_path / "clutch-2026-01-01-000000.tar.gz"
    database.write_bytes(b"rows")
    manifest = archives.Manifest(
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        version="1",
        kind="SQLite",
        facts=archives.Facts("0001", "abc", 7, {"event": 7}),
        size=4,
        sha256=archives.digest(database),
    )
    archives.write(path, manifest, database)
    with tarfile.open(path) as tar:
        assert tar.getnames() == ["manifest.json", "database"]
        told = tar.extractfile("manifest.json")
        assert told is not None
        assert json.loads(told.read())["facts"]["head"] == 7
    assert archives.read_manifest(path) == manifest
    assert gzip.decompress(path.read_bytes())
