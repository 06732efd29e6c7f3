"""A site never starts on another database than its own, nor on an empty one in its place."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier

from tests.ops.sites import Site
from tests.services.databases import Databases

COMMANDS = ("serve", "restart", "update")
EMPTY = "Started like this, the site would be empty."


def refused(site: Site, how: str, commands: tuple[str, ...] = COMMANDS) -> None:
    for command in commands:
        done = site.clutch(command, *(["list"] if command == "user" else []))
        assert done.status == 4, (command, done.said)
        assert how in done.said
        assert EMPTY in done.said


def test_a_file_that_is_gone_or_another_is_never_started_on(site: Site, tmp_path: Path) -> None:
    site.serve()
    assert site.clutch("user", "create", "olga", "--admin").status == 0
    site.end()
    database = site.current.generation / "clutch.db"
    kept = tmp_path / "kept.db"
    database.rename(kept)
    refused(site, "but it is gone", (*COMMANDS, "user"))
    assert not database.exists()
    shutil.copy(kept, database)
    with closing(sqlite3.connect(database)) as conn, conn:
        conn.execute("UPDATE epoch SET value = 'other'")
    refused(site, "what is there is other data")
    database.write_bytes(b"")
    refused(site, "what is there is empty")
    database.unlink()
    shutil.copy(kept, database)
    site.serve()
    assert "olga" in site.clutch("user", "list").said
    site.set(DATABASE_URL="postgresql://nobody@127.0.0.1:1/clutch")
    refused(site, "the settings lead to PostgreSQL, clutch", ("restart", "user"))
    assert site.answers()


def test_an_address_of_a_sqlite_file_that_was_left_in_the_settings_is_refused(site: Site) -> None:
    site.set(DATABASE_URL="sqlite:////srv/old/clutch.db")
    done = site.clutch("backup")
    assert done.status == 2
    assert "DATABASE_URL names a SQLite file" in done.said


@pytest.mark.long
@pytest.mark.postgres
def test_settings_that_lost_their_postgresql_are_no_settings_for_sqlite(
    site: Site, databases: Databases, postgres_url: str, named: str
) -> None:
    before = (site.root / ".env").read_text(encoding="utf-8")
    site.set(DATABASE_URL=postgres_url)
    site.serve()
    (site.root / ".env").write_text(before, encoding="utf-8")
    refused(site, "the settings lead to SQLite, clutch.db", ("restart", "update"))
    assert site.answers()
    site.end()
    refused(site, "the settings lead to SQLite, clutch.db")
    assert not (site.current.generation / "clutch.db").exists()
    site.set(DATABASE_URL=postgres_url)
    databases.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(named)))
    refused(site, "but it is gone")
    databases.execute(SQL("CREATE DATABASE {}").format(Identifier(named)))
    refused(site, "what is there is empty")
