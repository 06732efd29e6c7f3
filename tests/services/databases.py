"""Fresh PostgreSQL databases, cheap enough for one a test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from tests.services.keeper import locked
from tests.services.postgres import server_url


@dataclass(frozen=True)
class Databases:
    """Makes databases in the server that listens at the socket; names are unique by worker."""

    socket: Path
    worker: str
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str) -> str:
        return server_url(self.socket, name)

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """URL of a new copy of the template; dropped afterwards, even with connections open."""
        name = f"test_{self.worker}_{next(self.numbers)}"
        self.create(name, template)
        try:
            yield self.url(name)
        finally:
            self.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Name of a database that ``fill(url)`` prepared once a session, for ``fresh(template)``.

        No connection to it may be left open, or PostgreSQL refuses to copy it.
        """
        with locked(self.socket.parent.parent / f"template-{name}"):
            if not self.exists(name):
                draft = f"{name}_draft"
                self.create(draft, "template0")
                fill(self.url(draft))
                rename = SQL("ALTER DATABASE {} RENAME TO {}")
                self.execute(rename.format(Identifier(draft), Identifier(name)))
        return name

    def exists(self, name: str) -> bool:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return found.fetchone() is not None

    def create(self, name: str, template: str) -> None:
        statement = SQL("CREATE DATABASE {} TEMPLATE {}")
        self.execute(statement.format(Identifier(name), Identifier(template)))

    def execute(self, statement: psycopg.sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)
