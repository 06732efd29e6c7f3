"""Connections to PostgreSQL that broke while they rested, and those that had no time to."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from clutch.kernel import rested
from clutch.kernel.database import Database

pytestmark = pytest.mark.postgres


@pytest.fixture
def pings(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The connections that were tried before they were used."""
    tried: list[Any] = []
    dialect = database._reader.dialect
    ping = dialect.do_ping

    def note(connection: Any) -> bool:
        tried.append(connection)
        return ping(connection)

    monkeypatch.setattr(dialect, "do_ping", note)
    return tried


def backend_of(conn: Connection) -> int:
    return int(conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def use(database: Database) -> int:
    with database.read() as conn:
        return backend_of(conn)


def end_all(database: Database, backends: list[int]) -> None:
    with database.begin_write() as conn:
        for backend in backends:
            conn.exec_driver_sql(f"SELECT pg_terminate_backend({backend}, 5000)")


def open_two(database: Database) -> list[int]:
    with database.read() as one, database.read() as other:
        return [backend_of(one), backend_of(other)]


def test_what_was_used_a_moment_ago_is_not_tried(database: Database, pings: list[Any]) -> None:
    assert use(database) == use(database)
    assert pings == []


def test_a_server_that_hung_up_is_noticed_before_it_is_asked(
    database: Database, pings: list[Any]
) -> None:
    opened = open_two(database)
    end_all(database, opened)
    assert use(database) not in opened
    # One was tried, and the other was forgotten with it.
    assert use(database) not in opened
    assert len(pings) == 1


def test_what_rested_long_is_tried(
    database: Database, pings: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rested, "RESTED_S", 0.0)
    backend = use(database)
    assert pings == []
    assert use(database) == backend
    assert len(pings) == 1


def test_a_connection_that_was_closed_on_this_side_is_replaced(database: Database) -> None:
    with database.read() as conn:
        backend = backend_of(conn)
        driver: Any = conn.connection.dbapi_connection
    driver.close()
    assert use(database) != backend
