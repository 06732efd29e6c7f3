"""The database of a generation: copied, counted and checked, without the site's packages.

SQLite by the standard library; PostgreSQL by its own client programs (psql, pg_dump).
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from clutch_ops import durable, settings
from clutch_ops.arguments import clutch
from clutch_ops.layout import Binding, Layout
from clutch_ops.postgres import Postgres
from clutch_ops.refusals import Refused

BUSY_S = 10.0
# What the site itself fills and empties as it runs; its rows say nothing about what people did.
PASSING = {"alembic_version", "cursor", "idempotency", "lease", "write_probe"}
GAPS = (
    "SELECT stream FROM event GROUP BY stream "
    "HAVING min(seq) <> 1 OR max(seq) <> count(*) ORDER BY stream LIMIT 1"
)
HEADS = (
    "SELECT stream.name FROM stream LEFT JOIN event ON event.stream = stream.name "
    "GROUP BY stream.name, stream.seq HAVING coalesce(max(event.seq), 0) <> stream.seq LIMIT 1"
)
SCHEMA = "SELECT version_num FROM alembic_version"
EPOCH = "SELECT value FROM epoch"
LAST = "SELECT coalesce(max(position), 0) FROM event"


class Store(Protocol):
    """One database."""

    def tables(self) -> list[str]:
        """Names of all tables."""

    def columns(self) -> dict[str, dict[str, str]]:
        """Types of all columns, by table and column."""

    def digest(self, table: str, columns: Sequence[str]) -> str:
        """Of the contents of these columns, whatever order the rows are in."""

    def value(self, statement: str) -> str | None:
        """The first column of the first row, or None."""

    def run(self, statement: str) -> None:
        """Change something."""

    def hold_still(self) -> None:
        """Return once no write is under way; the gate must be closed already."""

    def copy_to(self, copy: Store) -> None:
        """Make `copy` a copy, on the disk when this returns."""

    def create(self) -> None:
        """An empty one, in place of what is there."""

    def others(self) -> int:
        """How many connections of other programs could write to it now."""

    def broken(self) -> str | None:
        """What the database itself finds wrong, or None."""

    def drop(self) -> None:
        """Take it away; nothing happens when it is not there."""

    def size(self) -> int:
        """Bytes."""


@dataclass(frozen=True)
class Sqlite:
    """A SQLite file."""

    path: Path

    def tables(self) -> list[str]:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        with closing(self._open()) as conn:
            return sorted(row[0] for row in conn.execute(listed))

    def columns(self) -> dict[str, dict[str, str]]:
        names = self.tables()
        with closing(self._open()) as conn:
            listed = {name: conn.execute(f'PRAGMA table_info("{name}")') for name in names}
            return {name: {row[1]: row[2] for row in rows} for name, rows in listed.items()}

    def digest(self, table: str, columns: Sequence[str]) -> str:
        total, named = 0, ", ".join(f'"{name}"' for name in columns)
        with closing(self._open()) as conn:
            for row in conn.execute(f'SELECT {named} FROM "{table}"'):  # noqa: S608 - its own names
                total += int.from_bytes(hashlib.blake2b(repr(row).encode(), digest_size=8).digest())
        return str(total)

    def value(self, statement: str) -> str | None:
        with closing(self._open()) as conn:
            row = conn.execute(statement).fetchone()
        return None if row is None or row[0] is None else str(row[0])

    def run(self, statement: str) -> None:
        with closing(self._open()) as conn, conn:
            conn.execute(statement)

    def hold_still(self) -> None:
        with closing(self._open()) as conn:
            conn.isolation_level = None
            conn.execute("BEGIN IMMEDIATE")
            conn.execute("ROLLBACK")

    def copy_to(self, copy: Store) -> None:
        assert isinstance(copy, Sqlite)
        copy.drop()
        with closing(self._open()) as conn:
            conn.execute("VACUUM INTO ?", [str(copy.path)])
        copy.path.chmod(0o600)
        durable.sync(copy.path)
        durable.sync(copy.path.parent)

    def create(self) -> None:
        self.drop()

    def others(self) -> int:
        return 0  # of a file no other machine is to write

    def broken(self) -> str | None:
        with closing(self._open()) as conn:
            found = str(conn.execute("PRAGMA quick_check(1)").fetchone()[0])
            orphan = conn.execute("PRAGMA foreign_key_check").fetchone()
        if found != "ok":
            return f"its file is damaged: {found}"
        return orphan and f"a row of {orphan[0]} refers to a row of {orphan[2]} that is not there"

    def drop(self) -> None:
        for end in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.path.parent.glob(f"{self.path.name}*"))

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise Refused(f"The database {self.path} is not there.", f"{clutch()} rollback")
        return sqlite3.connect(self.path, timeout=BUSY_S)


def store_of(layout: Layout, binding: Binding) -> Store:
    """The database that a binding uses."""
    return store_at(layout, binding.generation, binding.database)


def store_at(layout: Layout, generation: Path, database: str | None) -> Store:
    """The database of a generation."""
    url = settings.database_url(layout)
    if url is None:
        return Sqlite(generation / "clutch.db")
    return Postgres.at(url, database)


def drop(layout: Layout, generation: Path, database: str | None) -> None:
    """Take away the database of a generation; never the one that DATABASE_URL itself names."""
    if database is not None or settings.database_url(layout) is None:
        store_at(layout, generation, database).drop()


def next_generation(layout: Layout) -> tuple[Path, str | None]:
    """The folder of the next generation and the name of its database; neither is there yet.

    Another machine's site may have taken a name of the same server.
    """
    url = settings.database_url(layout)
    taken = [] if url is None else Postgres.at(url, None).neighbours()
    for folder in layout.next_generations():
        name = beside(layout, folder.name)
        if name not in taken:
            return folder, name
    raise AssertionError("there is always one more number")


def beside(layout: Layout, name: str) -> str | None:
    """The name of another generation's PostgreSQL database; None on SQLite."""
    url = settings.database_url(layout)
    return None if url is None else f"{Postgres.at(url, None).name}_{name.replace('-', '_')}"


def counts(store: Store) -> dict[str, int]:
    """Rows of each table that holds what people did."""
    names = [name for name in store.tables() if name not in PASSING]
    if not names:
        return {}
    # One statement, so that all are counted in one snapshot.
    rows = " || ',' || ".join(f'(SELECT count(*) FROM "{name}")' for name in names)  # noqa: S608
    together = store.value(f"SELECT {rows}") or ""
    return dict(zip(names, map(int, together.split(",")), strict=True))


def filled(store: Store, table: str, columns: Sequence[str]) -> dict[str, int]:
    """Rows of a table that have something in each of these columns."""
    each = " || ',' || ".join(f"count(nullif(CAST(\"{name}\" AS TEXT), ''))" for name in columns)
    together = store.value(f'SELECT {each} FROM "{table}"') or ""  # noqa: S608 - its own names
    return dict(zip(columns, map(int, together.split(",")), strict=True))


def lost(before: dict[str, int], after: dict[str, int], may_drop: bool) -> str | None:
    """What a migration lost, or None. Tables may only go when it says that it contracts."""
    for name, count in before.items():
        if name not in after:
            if not may_drop:
                return f"the table {name} with {count} rows is gone"
        elif after[name] < count:
            return f"{count - after[name]} of {count} rows of the table {name} are gone"
    return None


def fault(store: Store) -> str | None:
    """What is wrong with a database, in half a sentence: its own check, then the log's order."""
    gap = store.value(GAPS) if "event" in store.tables() else None
    head = None if gap or "stream" not in store.tables() else store.value(HEADS)
    if gap or head:
        return f"the log of {gap or head} has a gap"
    return store.broken()


def renew_epoch(store: Store) -> None:
    """Begin a new epoch: nobody may trust a number from the history that this copy left."""
    value = secrets.token_hex(6)
    store.run(f"UPDATE epoch SET value = '{value}'")  # noqa: S608 - hex digits
