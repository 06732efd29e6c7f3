"""The database's schema, step by step.

Each version declares `phase`: *expand* (old code can still run on it), *contract* (takes away
what the release before no longer uses) or *data* (changes rows, not the shape).
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from clutch.kernel.database import Database

HERE = Path(__file__).parent
MIGRATION_LOCK = 7177266


class SchemaTooNew(Exception):
    """The database was made by a newer release; this one must not touch it."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The database has schema {found}, newer than this release knows ({latest()}). "
            "Start the newer release, or restore a backup made by this one."
        )


def latest() -> str:
    """The newest version that this release knows, such as `0004`."""
    return max(known())


def known() -> list[str]:
    """Every version of this release, oldest first; a version's file begins with its number."""
    return sorted(file.name[:4] for file in (HERE / "versions").glob("[0-9]*.py"))


def current(conn: Connection) -> str | None:
    """The version of this database; None when it is empty."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(database: Database, lock_file: Path, accepted: str | None = None) -> None:
    """Bring the database to this release's schema; nothing happens when it is there.

    `accepted` is a newer schema that this release was found to run on, after a rollback.

    Raises:
        SchemaTooNew: never downgrade.
    """
    with _one_at_a_time(lock_file):
        with database.read() as conn:
            found = current(conn)
        if found == latest() or (found is not None and found == accepted):
            return
        if found is not None and found not in known():
            raise SchemaTooNew(found)
        _upgrade(database)


def _upgrade(database: Database) -> None:
    from alembic import command  # imported only when there is something to migrate: it costs 100 ms
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    with database.begin_write() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


@contextmanager
def _one_at_a_time(lock_file: Path) -> Iterator[None]:
    lock_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock_file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
