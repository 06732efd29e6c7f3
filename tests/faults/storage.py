"""Databases that are locked, or gone for a while."""

from __future__ import annotations

import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from clutch.kernel.settings import Settings
from tests.services.postgres import PostgresServer, find_binaries, launch, server_url, within_reach


@dataclass
class Postgres:
    """A server of our own that can be stopped and started again, with all that is in it."""

    server: PostgresServer

    @property
    def url(self) -> str:
        return server_url(self.server.socket, "postgres")

    def stop(self) -> None:
        """Cut everybody off and end; what was committed is kept."""
        self.server.process.send_signal(signal.SIGINT)
        self.server.process.wait(20)

    def start(self) -> None:
        folder = self.server.folder
        binaries = within_reach(find_binaries(), folder)
        self.server = PostgresServer(folder, launch(binaries, folder))
        self.server.wait_until_ready()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for one round, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="clutch-faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        found = Postgres(PostgresServer.start(Path(folder)))
        try:
            yield found
        finally:
            if found.server.process.poll() is None:
                found.server.stop()


def hold_lock(settings: Settings, seconds: float) -> None:
    """Somebody beside the site holds the database's write lock for so long."""
    if settings.database_url:
        with psycopg.connect(settings.database_url) as connection:
            connection.execute("LOCK TABLE event IN EXCLUSIVE MODE")
            time.sleep(seconds)
            connection.rollback()
        return
    with closing(sqlite3.connect(settings.home / "clutch.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
