"""One database, two kinds: a SQLite file or PostgreSQL.

Reads see one consistent snapshot and can't write. Writes go through `writing.Writer`.
What is the storage's fault (locked, full, read-only, gone) becomes the refusal
`StorageUnavailable`; any other database error is a bug and stays one.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from clutch.kernel.line import Line
from clutch.kernel.points import remembering
from clutch.kernel.refusals import StorageUnavailable
from clutch.kernel.rested import try_what_rested

BUSY_TIMEOUT_MS = 5_000
LOOK_AGAIN_S = 0.001
# Transactions on PostgreSQL have to get the interpreter back from all other threads after each
# round trip: with more at once each of them takes longer (decision 0018 has the figures).
WRITERS = 4
# Who waited this long for a connection waits the shorter for locks: five seconds in all.
WORTH_TELLING_S = 0.25

# What one connection to SQLite keeps of the file. Up to 32 read at once in a process, and the
# system keeps the file for all of them; one writes, whole logs at times.
READ_CACHE_KB, WRITE_CACHE_KB = 4096, 16384

# SQLite's primary result codes that speak of the file or the disk, not of the statement.
_SQLITE_STORAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
# PostgreSQL: connection lost, resources, operator intervention, system error, read-only.
_POSTGRES_STORAGE = ("08", "53", "57", "58", "25006", "55P03")
# How long libpq waits for a machine that says nothing any more: to connect, for what was sent to be
# received, and for an answer. Without these a cut network holds a thread for a quarter of an hour.
_PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
_READ_ONLY = "default_transaction_read_only=on"
_POSTGRES_AGAIN = ("40001", "40P01")


class Database:
    """A pool for reading and one way in for writing."""

    def __init__(self, address: str) -> None:
        self.url = _with_driver(make_url(address))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._reader = self._open(reading=True)
        self._writer = self._open(reading=False)
        # SQLite has one writer at a time: in this process threads stand in line here,
        # between processes the file's own lock orders them.
        self._writers = Line(1 if self.is_sqlite else WRITERS)
        # Of whose turn it is: until when they wait for other processes.
        self._until = 0.0
        self._waited: Callable[[float], None] = lambda _: None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one snapshot and can't write."""
        with storage_errors(), self._reader.connect() as conn:
            yield remembering(conn)

    @contextmanager
    def begin_write(self) -> Iterator[Connection]:
        """A transaction that commits at the end of the block.

        Only `Writer` and migrations use it.
        """
        began = time.monotonic()
        with storage_errors(), self._my_turn(), self._writer.begin() as conn:
            waited_s = time.monotonic() - began
            self._waited(waited_s)
            if not self.is_sqlite and waited_s > WORTH_TELLING_S:
                left_ms = max(1, BUSY_TIMEOUT_MS - round(waited_s * 1000))
                conn.exec_driver_sql(f"SET LOCAL lock_timeout = {left_ms}")
            yield conn

    def reading_arguments(self) -> dict[str, Any]:
        """What psycopg needs for a connection to this PostgreSQL that can't write."""
        arguments = self._reader.dialect.create_connect_args(self.url)[1]
        return {**arguments, **_postgres_arguments(_READ_ONLY)}

    def on_wait(self, waited: Callable[[float], None]) -> None:
        """Tell `waited` how many seconds each write waited for its turn."""
        self._waited = waited

    @property
    def is_busy_writing(self) -> bool:
        """Whether more want to write than this process lets write, and one after the other does."""
        return self._writers.is_moving

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        if not self._writers.wait(BUSY_TIMEOUT_MS / 1000):
            raise StorageUnavailable
        self._until = until
        try:
            yield
        finally:
            self._writers.pass_on()

    def _open(self, *, reading: bool) -> Engine:
        return (
            self._open_sqlite(reading=reading)
            if self.is_sqlite
            else self._open_postgres(reading=reading)
        )

    def _open_sqlite(self, *, reading: bool) -> Engine:
        engine = create_engine(
            self.url,
            poolclass=QueuePool,
            hide_parameters=True,
            pool_size=8 if reading else 1,
            max_overflow=24 if reading else 0,
            pool_timeout=BUSY_TIMEOUT_MS / 1000,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _: Any) -> None:
            prepare_sqlite(connection, reading=reading)

        @event.listens_for(engine, "begin")
        def begin(conn: Connection) -> None:
            if reading:
                conn.exec_driver_sql("BEGIN")
            else:
                _begin_writing(conn, self._until)

        return engine

    def _open_postgres(self, *, reading: bool) -> Engine:
        option = _READ_ONLY if reading else f"lock_timeout={BUSY_TIMEOUT_MS}"
        engine = create_engine(
            self.url,
            pool_size=8 if reading else WRITERS,
            max_overflow=24 if reading else 0,
            pool_timeout=BUSY_TIMEOUT_MS / 1000,
            hide_parameters=True,
            isolation_level="REPEATABLE READ" if reading else "READ COMMITTED",
            connect_args=_postgres_arguments(option),
        )
        try_what_rested(engine)
        return engine


def _postgres_arguments(option: str) -> dict[str, Any]:
    return _PATIENCE | {"options": f"-c {option} -c timezone=UTC"}


def prepare_sqlite(connection: sqlite3.Connection, *, reading: bool) -> None:
    """Set a fresh SQLite connection up.

    WAL, every commit on the disk, foreign keys, no surprises.
    """
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "journal_size_limit=67108864",
        f"cache_size=-{READ_CACHE_KB if reading else WRITE_CACHE_KB}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if reading:
        connection.execute("PRAGMA query_only=ON")
    else:
        connection.execute("PRAGMA journal_mode=WAL")


def _begin_writing(conn: Connection, until: float) -> None:
    """Begin a transaction that writes as soon as no other process is in one, or say why not.

    SQLite's own waiting sleeps up to 100 ms between two looks: longer than most writes take.
    """
    connection: Any = conn.connection.dbapi_connection
    connection.execute("PRAGMA busy_timeout=0")
    try:
        if not _begin_until(connection, until):
            conn.exec_driver_sql("BEGIN IMMEDIATE")  # which says why not
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _begin_until(connection: Any, until: float) -> bool:
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                return False
            time.sleep(LOOK_AGAIN_S)
        else:
            return True


def _is_busy(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_BUSY


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn the storage's own failures, and only those, into `StorageUnavailable`."""
    try:
        yield
    except DBAPIError as error:
        if not is_storage_failure(error):
            raise
        raise StorageUnavailable from error
    except PoolTimeout as error:
        raise StorageUnavailable from error


def is_storage_failure(error: DBAPIError) -> bool:
    """Whether the database itself failed, rather than what was asked of it."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _sqlite_storage(cause)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # By name, as the driver may not be there; one that was cut off is of a kind of its own.
        kinds = {kind.__name__ for kind in type(cause).__mro__}
        return error.connection_invalidated or "OperationalError" in kinds
    return str(state).startswith(_POSTGRES_STORAGE)


def is_worth_another_try(error: DBAPIError) -> bool:
    """Whether PostgreSQL gave up this transaction only because of its neighbours."""
    return getattr(error.orig, "sqlstate", None) in _POSTGRES_AGAIN


def sqlite_path(url: URL) -> Path:
    """The file of a SQLite address."""
    return Path(url.database or "")


def _sqlite_storage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in _SQLITE_STORAGE


def _with_driver(url: URL) -> URL:
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite+pysqlite")
    return url.set(drivername="postgresql+psycopg")
