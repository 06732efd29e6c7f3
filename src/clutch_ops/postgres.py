"""PostgreSQL through psql and pg_dump: one database a generation."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from clutch_ops.refusals import Refused

if TYPE_CHECKING:
    from clutch_ops.databases import Store

GATE_LOCK = 7177265  # clutch.kernel.writing holds it shared around every write
SECONDS = 600
# Who only reads (pg_dump), looks (psql: that is us, too) or cleans up loses nothing. What another
# role's connection is for is hidden from a plain role (NULL): it counts, and a cleaner has no role.
CONNECTED = (
    "SELECT count(*) FROM pg_stat_activity WHERE (backend_type = 'client backend' "
    "OR backend_type IS NULL AND usesysid IS NOT NULL) "
    "AND coalesce(application_name, '') NOT IN ('psql', 'pg_dump')"
)
COLUMNS = (
    "SELECT relname, attname, format_type(atttypid, atttypmod) FROM pg_attribute "
    "JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace "
    "AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped"
)
MISSING = "No PostgreSQL client programs here: the update copies the database by them."


@dataclass(frozen=True)
class Postgres:
    """One database of a server; `login` are libpq's variables without PGDATABASE."""

    name: str
    login: tuple[tuple[str, str], ...]

    @classmethod
    def at(cls, url: str, database: str | None) -> Postgres:
        """From a URL as in `DATABASE_URL`; `database` replaces its name."""
        parts = urlsplit(url)
        login = {
            "PGHOST": parts.hostname,
            "PGPORT": parts.port and str(parts.port),
            "PGUSER": parts.username and unquote(parts.username),
            "PGPASSWORD": parts.password and unquote(parts.password),
        }
        login |= {f"PG{name.upper()}": value for name, value in parse_qsl(parts.query)}
        known = tuple((name, value) for name, value in login.items() if value)
        return cls(database or unquote(parts.path.lstrip("/")), known)

    def tables(self) -> list[str]:
        listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        return self._psql(listed).split()

    def columns(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {name: {} for name in self.tables()}
        for line in self._psql(COLUMNS).splitlines():
            table, name, kind = line.split("|", 2)
            found[table][name] = kind
        return found

    def digest(self, table: str, columns: Sequence[str]) -> str:
        named = ", ".join(f'"{name}"' for name in columns)
        hashed = f"hashtextextended(ROW({named})::text, 0)::numeric"
        return self.value(f'SELECT coalesce(sum({hashed}), 0) FROM "{table}"') or ""  # noqa: S608

    def value(self, statement: str) -> str | None:
        lines = self._psql(statement).splitlines()
        return lines[0] if lines else None

    def run(self, statement: str) -> None:
        self._psql(statement)

    def hold_still(self) -> None:
        self._psql(
            f"SET lock_timeout = '10s'; SELECT pg_advisory_lock({GATE_LOCK}); "
            f"SELECT pg_advisory_unlock({GATE_LOCK})"
        )

    def copy_to(self, copy: Store) -> None:
        """By TEMPLATE when nobody is connected to it, else by dump and restore."""
        assert isinstance(copy, Postgres)
        copy.drop()
        try:
            self._maintain(f'CREATE DATABASE "{copy.name}" TEMPLATE "{self.name}"')
        except Refused:
            self._maintain(f'CREATE DATABASE "{copy.name}" TEMPLATE template0')
            self._pour_into(copy)

    def create(self) -> None:
        self.drop()
        self._maintain(f'CREATE DATABASE "{self.name}" TEMPLATE template0')

    def others(self) -> int:
        return int(self.value(f"{CONNECTED} AND datname = current_database()") or 0)

    def neighbours(self) -> list[str]:
        """Names of all databases of the server."""
        return replace(self, name="postgres")._psql("SELECT datname FROM pg_database").splitlines()

    def broken(self) -> str | None:
        return None  # PostgreSQL checks its references itself, and its pages where it is set to

    def drop(self) -> None:
        self._maintain(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def size(self) -> int:
        return int(self.value("SELECT pg_database_size(current_database())") or 0)

    def check_rights(self) -> None:
        """See that databases can be copied at all.

        Raises:
            Refused: a program or a right is missing.
        """
        for program in ("psql", "pg_dump"):
            if shutil.which(program) is None:
                raise Refused(MISSING, "apt-get install postgresql-client")
        asked = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        if self.value(asked) != "t":
            user = self.value("SELECT current_user")
            raise Refused(
                f"The PostgreSQL role {user} may not create databases, and each generation of the "
                "data is one.",
                f"As PostgreSQL's administrator: ALTER ROLE {user} CREATEDB",
            )

    def _pour_into(self, copy: Postgres) -> None:
        command = ["pg_dump", "--no-owner", "--no-privileges", self.name]
        with subprocess.Popen(
            command, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as dump:
            assert dump.stdout is not None
            filled = subprocess.run(
                ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", copy.name],
                env=self._environment(),
                stdin=dump.stdout,
                capture_output=True,
                text=True,
                check=False,
            )
            told = dump.stderr.read().decode() if dump.stderr else ""
        if dump.returncode or filled.returncode:
            raise Refused(
                f"The database {self.name} can't be copied: {(told or filled.stderr).strip()}",
                "See that pg_dump is as new as the server (apt-get install postgresql-client).",
            )

    def _maintain(self, statement: str) -> None:
        replace(self, name="postgres")._psql(statement)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PGCONNECT_TIMEOUT": "5", **dict(self.login)}

    def _psql(self, statement: str) -> str:
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.name, "-c", statement]
        try:
            asked = subprocess.run(
                command,
                env=self._environment(),
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise Refused(MISSING, "apt-get install postgresql-client") from None
        if asked.returncode:
            said = asked.stderr.strip()
            first = (said.splitlines() or ["nothing"])[0].rstrip(".")
            raise Refused(f"PostgreSQL says: {first}.", "Check DATABASE_URL and the server.", said)
        return asked.stdout.strip()
