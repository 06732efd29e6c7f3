"""How long who writes waits on PostgreSQL, and how many do at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from clutch.kernel import database as kernel_database
from clutch.kernel.database import BUSY_TIMEOUT_MS, WRITERS, Database, is_storage_failure
from clutch.kernel.refusals import StorageUnavailable
from tests.serve.running import wait_until

pytestmark = pytest.mark.postgres


def patience_ms(database: Database) -> int:
    """How long a transaction that begins now waits for a lock."""
    with database.begin_write() as conn:
        asked = "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"
        return int(conn.exec_driver_sql(asked).scalar_one())


def test_who_waits_for_a_connection_waits_the_shorter_for_locks(database: Database) -> None:
    wait_until(lambda: patience_ms(database) == BUSY_TIMEOUT_MS)
    with ExitStack() as others:
        held = [others.enter_context(ExitStack()) for _ in range(WRITERS)]
        for one in held:
            one.enter_context(database.begin_write())

        def let_go_of_one() -> None:
            wait_until(lambda: bool(database._writers._waiting))
            time.sleep(1)
            held[0].close()

        thread = threading.Thread(target=let_go_of_one)
        thread.start()
        assert patience_ms(database) < BUSY_TIMEOUT_MS - 900
        thread.join()
    # It was that transaction's alone.
    wait_until(lambda: patience_ms(database) == BUSY_TIMEOUT_MS)


def test_no_more_than_a_few_write_at_once_and_others_are_told_in_time(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_database, "BUSY_TIMEOUT_MS", 300)
    database = Database(postgres_url)
    with ExitStack() as others:
        for _ in range(WRITERS):
            others.enter_context(database.begin_write())
        began = time.monotonic()
        with pytest.raises(StorageUnavailable), database.begin_write():
            pass
        assert 0.3 <= time.monotonic() - began < 3
        with database.read() as conn:
            assert conn.exec_driver_sql("SELECT 1").scalar_one() == 1
    database.close()


@pytest.mark.parametrize(
    ("cause", "storage"),
    [
        (psycopg.OperationalError("the server is gone"), True),
        (psycopg.errors.ConnectionTimeout("the server hangs"), True),
        (psycopg.DataError("text can't contain a NUL"), False),
    ],
)
def test_a_server_that_is_gone_or_hangs_is_a_failure_of_the_storage(
    cause: psycopg.Error, storage: bool
) -> None:
    assert is_storage_failure(DBAPIError("SELECT", {}, cause)) is storage


def test_it_is_busy_writing_while_more_write_than_may(database: Database) -> None:
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            with database.begin_write():
                time.sleep(0.01)

    threads = [threading.Thread(target=write) for _ in range(3 * WRITERS)]
    for thread in threads:
        thread.start()
    wait_until(lambda: database.is_busy_writing)
    ended.set()
    for thread in threads:
        thread.join()
    assert not database.is_busy_writing


@pytest.mark.parametrize("opened", [Database.read, Database.begin_write])
def test_the_system_is_asked_to_notice_a_machine_that_falls_silent(
    database: Database, opened: Callable[[Database], AbstractContextManager[Connection]]
) -> None:
    with opened(database) as conn:
        driver: Any = conn.connection.dbapi_connection
        asked = driver.info.get_parameters()
    assert int(asked["tcp_user_timeout"]) <= 10_000
    alive = [int(asked[f"keepalives_{one}"]) for one in ("idle", "interval", "count")]
    assert alive[0] + alive[1] * alive[2] <= 11
