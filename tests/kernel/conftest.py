"""A kernel without any context: database, writer, clock."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clutch.kernel.clock import FrozenClock
from clutch.kernel.database import Database
from clutch.kernel.log import Fact, fact
from clutch.kernel.writing import Transaction, Writer
from clutch.migrations import migrate
from tests.kernel.redis_room import Room, room_of
from tests.services.redis import running

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@fact("test-thing-happened")
class ThingHappened(Fact, frozen=True):
    """Something, for tests of the log."""

    thing: int


def happen(stream: str, thing: int) -> Callable[[Transaction], int]:
    """A command that appends one fact."""

    def work(tx: Transaction) -> int:
        tx.append(stream, ThingHappened(thing=thing), actor_id=None)
        return thing

    return work


@dataclass
class Kernel:
    """What the tests of the kernel work with."""

    database: Database
    writer: Writer
    clock: FrozenClock
    gate: Path


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """An empty database on PostgreSQL, for tests of connections."""
    made = Database(postgres_url)
    yield made
    made.close()


@pytest.fixture
def kernel(database_url: str, home: Path) -> Iterator[Kernel]:
    database = Database(database_url)
    migrate(database, home / "migrate.lock")
    clock = FrozenClock(NOON)
    gate = home / "gate"
    yield Kernel(database, Writer(database, clock, gate, wait_s=0.4), clock, gate)
    database.close()


@pytest.fixture
def room() -> Iterator[Room]:
    """A Redis of the test's own, and links to it."""
    with running() as server, room_of(server) as made:
        yield made
