"""Copies of a site's database: taken beside a running site, restored somewhere else, checked.

A copy is always taken in one go: SQLite by VACUUM INTO, PostgreSQL by pg_dump on the very snapshot
that was counted. Taken page by page, a copy of a busy SQLite begins anew with every write.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, cast

from clutch_ops import databases, durable
from clutch_ops.archives import Facts
from clutch_ops.arguments import clutch
from clutch_ops.databases import Sqlite, Store
from clutch_ops.postgres import Postgres
from clutch_ops.refusals import Refused

SPARE_BYTES = 64 << 20
COPIES = 3
_SAID = "--- said ---"
_SCRATCH = "_check_"
# What a SQLite file is called in a scratch folder.
FILE = "clutch.db"


def facts_of(store: Store) -> Facts:
    """What a database holds.

    Raises:
        Refused: it is none of a site, or can't be read.
    """
    with readable():
        if "alembic_version" not in store.tables():
            raise Refused(
                "The database is empty: no site was started on it yet.", f"{clutch()} serve"
            )
        schema, epoch = store.value(databases.SCHEMA) or "", store.value(databases.EPOCH) or ""
        head = int(store.value(databases.LAST) or 0)
        return Facts(schema, epoch, head, databases.counts(store))


@contextmanager
def readable() -> Iterator[None]:
    """Say what SQLite finds wrong as a refusal."""
    try:
        yield
    except sqlite3.Error as error:
        raise Refused(
            f"The database can't be read: {error}.",
            f"Restore the last good backup: {clutch()} restore FILE",
        ) from None


def needed(size: int) -> int:
    """Bytes that a backup of so much data wants while it is made."""
    return COPIES * size + SPARE_BYTES


def check_room(folder: Path, size: int) -> None:
    """A copy, its archive and what is restored from it must fit.

    Raises:
        Refused: they don't.
    """
    wanted, free = needed(size), shutil.disk_usage(folder).free
    if free < wanted:
        raise Refused(
            f"Too little room under {folder}: {wanted >> 20} MB are needed (three times the "
            f"database), {free >> 20} MB are free.",
            f"Make room, or name another folder: {clutch()} backup --to DIR",
        )


def take(store: Store, to: Path) -> Facts:
    """Copy a database that may be in use into the file `to`; what the copy holds."""
    if isinstance(store, Sqlite):
        with readable():
            store.copy_to(Sqlite(to))
        return facts_of(Sqlite(to))
    with snapshot(cast("Postgres", store)) as held:
        facts = facts_of(held)
        _run_postgres(
            held.plain,
            "pg_dump",
            *("--format=custom", "--compress=0", "--no-owner", "--no-privileges"),
            *(f"--snapshot={held.number}", f"--file={to}", f"--dbname={held.name}"),
        )
    to.chmod(0o600)
    return facts


def pour(copy: Path, into: Store) -> None:
    """Fill a store, in place of what is there, from what `take` wrote; the file may be moved.

    Raises:
        Refused: what was taken can't be restored.
    """
    if isinstance(into, Sqlite):
        into.drop()
        copy.replace(into.path)
        durable.sync(into.path.parent)
        return
    postgres = cast("Postgres", into)
    postgres.create()
    _run_postgres(
        postgres,
        "pg_restore",
        *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
        *(f"--dbname={postgres.name}", str(copy)),
    )


def check(store: Store, expected: Facts, known: list[str]) -> None:
    """See that a restored database is whole and holds what it should.

    Raises:
        Refused: with what is wrong.
    """
    found = facts_of(store)
    with readable():
        fault = databases.fault(store)
    if fault:
        raise Refused(f"The restored copy is not whole: {fault}.", _worthless())
    for name, count in expected.counts.items():
        if found.counts.get(name) != count:
            raise Refused(
                f"The restored copy has {found.counts.get(name, 0)} rows of {name}; "
                f"there were {count}.",
                _worthless(),
            )
    if (found.schema, found.epoch, found.head) != (
        expected.schema,
        expected.epoch,
        expected.head,
    ):
        raise Refused("The restored copy is not what its manifest describes.", _worthless())
    check_schema(found.schema, known)


def _worthless() -> str:
    return f"Don't count on this backup; take another one: {clutch()} backup"


def check_schema(schema: str, known: list[str]) -> None:
    """See that the release can run on a schema.

    Raises:
        Refused: a newer release made it.
    """
    if schema not in known:
        raise Refused(
            f"The backup has schema {schema}, and this release knows up to {known[-1]}: "
            "a newer release made it.",
            f"Update first ({clutch()} update), then restore.",
        )


@contextmanager
def scratch(store: Store, folder: Path) -> Iterator[Store]:
    """A place of the same kind to restore into, gone at the end; those of the dead go first."""
    if isinstance(store, Sqlite):
        folder.mkdir(mode=0o700)
        try:
            yield Sqlite(folder / FILE)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    postgres = cast("Postgres", store)
    _sweep(postgres)
    other = replace(postgres, name=f"{postgres.name}{_SCRATCH}{secrets.token_hex(4)}")
    try:
        yield other
    finally:
        with suppress(Refused):
            other.drop()


def _sweep(postgres: Postgres) -> None:
    pattern = re.compile(re.escape(f"{postgres.name}{_SCRATCH}") + "[0-9a-f]{8}")
    for name in postgres._psql("SELECT datname FROM pg_database").splitlines():
        if pattern.fullmatch(name):
            replace(postgres, name=name).drop()


@dataclass(frozen=True)
class Snapshot(Postgres):
    """A PostgreSQL database as it was at one moment, whatever is written meanwhile."""

    session: subprocess.Popen[str] | None = None

    @property
    def plain(self) -> Postgres:
        return Postgres(self.name, self.login)

    @property
    def number(self) -> str:
        """What pg_dump is given so that it sees the same."""
        return self._psql("SELECT pg_export_snapshot()")

    def _psql(self, statement: str) -> str:
        assert self.session is not None
        talk = cast("IO[str]", self.session.stdin), cast("IO[str]", self.session.stdout)
        with suppress(BrokenPipeError):
            talk[0].write(f"{statement};\n\\echo '{_SAID}'\n")
            talk[0].flush()
        said: list[str] = []
        for line in talk[1]:
            if line.strip() == _SAID:
                return "\n".join(said)
            said.append(line.rstrip("\n"))
        raise Refused(
            f"PostgreSQL says: {' '.join(said) or 'nothing'}.", "Check DATABASE_URL and the server."
        )


@contextmanager
def snapshot(postgres: Postgres) -> Iterator[Snapshot]:
    """Hold one moment of a database until the block ends."""
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", postgres.name]
    try:
        session = subprocess.Popen(
            command,
            env=_environment(postgres),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except FileNotFoundError:
        raise Refused(NO_PROGRAMS.format("psql"), INSTALL) from None
    with session:
        held = Snapshot(postgres.name, postgres.login, session)
        try:
            held._psql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield held
        finally:
            session.kill()


NO_PROGRAMS = "PostgreSQL's program {} is not here: a backup is made and restored by it."
INSTALL = "apt-get install postgresql-client"


def _program(name: str) -> str:
    """PostgreSQL's newest client program; Debian keeps them out of the PATH."""
    packaged = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(packaged, key=lambda path: float(path.parts[-3]), default=None)
    found = str(newest) if newest else shutil.which(name)
    if found is None:
        raise Refused(NO_PROGRAMS.format(name), INSTALL)
    return found


def _environment(postgres: Postgres) -> dict[str, str]:
    return {**os.environ, "PGCONNECT_TIMEOUT": "5", **dict(postgres.login)}


def _run_postgres(postgres: Postgres, program: str, *arguments: str) -> None:
    done = subprocess.run(
        [_program(program), *arguments],
        env=_environment(postgres),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["nothing"]
        raise Refused(
            f"{program} says: {lines[0].strip().rstrip('.')}.",
            f"See that {program} is as new as the server ({INSTALL}), and that DATABASE_URL's "
            "user may create databases.",
            done.stderr,
        )
