"""What the site says of its own health, with a database that is well, locked or gone."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

from clutch.bootstrap import Site, open_site, prepare
from clutch.kernel.database import sqlite_path
from clutch.kernel.probe import Found
from clutch.kernel.refusals import StorageUnavailable
from clutch.kernel.settings import Settings
from clutch.migrations import latest
from clutch.web.app import create_app
from clutch.web.pages import health
from tests.serve.running import wait_until


def settings_of(home: Path, url: str) -> Settings:
    return Settings.model_validate({"home": home, "DATABASE_URL": url})


@pytest.fixture
def site(home: Path, database_url: str) -> Iterator[Site]:
    settings = settings_of(home, database_url)
    prepare(settings)
    site = open_site(settings)
    yield site
    site.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    return TestClient(create_app(site))


@contextmanager
def statement_held_open(site: Site, *statements: str) -> Iterator[None]:
    """Another connection that has begun a transaction and does not end it."""
    engine = create_engine(site.database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        for statement in statements:
            conn.execute(text(statement))
        try:
            yield
        finally:
            conn.execute(text("ROLLBACK"))
    engine.dispose()


def test_a_healthy_site_answers_from_a_real_query(client: TestClient, site: Site) -> None:
    site.probe.start()
    answer = client.get("/testdb")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert list(told) == ["status", "time", "version", "schema", "capabilities"]
    assert told["status"] == "success"
    assert abs(site.clock.now().timestamp() - _seconds(told["time"])) < 5
    assert (told["version"], told["schema"]) == (site.release, latest())
    assert told["capabilities"].items() >= {"live": "up", "mail": "off", "redis": "off"}.items()
    assert client.get("/readyz").json() == {"status": "ready"}
    assert client.get("/livez").json() == {"status": "alive"}


def _seconds(stamp: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(stamp).timestamp()


def test_a_database_that_takes_no_writes_is_an_error_though_it_can_be_read(
    client: TestClient, site: Site
) -> None:
    lock = (
        ["BEGIN IMMEDIATE"]
        if site.database.is_sqlite
        else ["BEGIN", "LOCK TABLE write_probe IN ACCESS EXCLUSIVE MODE"]
    )
    with statement_held_open(site, *lock):
        began = time.monotonic()
        answer = client.get("/testdb")
        assert time.monotonic() - began < health.DEADLINE_S + 3
    assert answer.status_code == 503
    assert answer.json()["status"] == "error"
    assert answer.json()["message"] == "The database can't be written."
    assert client.get("/readyz").status_code == 200


def test_a_finding_older_than_five_seconds_does_not_count(site: Site) -> None:
    findings = [site.probe.is_writable]
    site.probe.write()
    findings.append(site.probe.is_writable)
    assert site.probe._written_at is not None
    site.probe._written_at -= 5.1
    findings.append(site.probe.is_writable)
    assert findings == [None, True, False]


def test_while_a_look_takes_long_the_last_one_in_the_background_counts(
    client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.probe.start()
    wait_until(lambda: site.probe.found_lately is not None)
    monkeypatch.setattr(site.probe, "ask", Future)
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_closed_gate_is_no_fault_of_the_database(client: TestClient, site: Site) -> None:
    (site.settings.run_folder / "gate").touch()
    before = _probe_rows(site)
    assert client.get("/testdb").json()["status"] == "success"
    assert _probe_rows(site) == before == 0


def _probe_rows(site: Site) -> int:
    with site.database.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM write_probe")).scalar_one())


@pytest.mark.postgres
def test_a_database_that_hangs_is_an_error_within_two_seconds(
    home: Path, postgres_url: str
) -> None:
    assert health.DEADLINE_S <= 2
    settings = settings_of(home, postgres_url)
    prepare(settings)
    site = open_site(settings)
    client = TestClient(create_app(site))
    locked = "LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"
    with statement_held_open(site, "BEGIN", locked):
        for path in ("/readyz", "/testdb"):
            began = time.monotonic()
            answer = client.get(path)
            assert time.monotonic() - began < health.DEADLINE_S + 3
            assert answer.status_code == 503
            assert answer.json()["message"] == "The database does not answer."
        assert client.get("/livez").status_code == 200
    wait_until(lambda: client.get("/readyz").status_code == 200)
    site.close()


@pytest.mark.sqlite
def test_a_look_that_fails_when_nobody_waits_any_more_is_no_bug(
    home: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(home, sqlite_url)
    prepare(settings)
    site = open_site(settings)
    told: list[dict[str, object]] = []

    async def look() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        asked: Future[Found] = Future()
        monkeypatch.setattr(site.probe, "ask", lambda: asked)
        with pytest.raises(health._Trouble):
            await health._read(site, 0.01)
        asked.set_exception(StorageUnavailable())
        await asyncio.sleep(0.01)

    asyncio.run(look())
    gc.collect()
    site.close()
    assert told == []


@pytest.mark.sqlite
def test_a_database_that_is_gone_is_an_error(home: Path, sqlite_url: str) -> None:
    settings = settings_of(home, sqlite_url)
    prepare(settings)
    site = open_site(settings)
    client = TestClient(create_app(site))
    site.database.close()
    file = sqlite_path(make_url(sqlite_url))
    for part in file.parent.glob(f"{file.name}*"):
        part.rename(part.with_name("away-" + part.name))
    file.mkdir()
    assert client.get("/testdb").json()["message"] == "The database can't be read."
    assert client.get("/readyz").json() == {
        "status": "not-ready",
        "message": "The database can't be read.",
    }
    site.close()
