"""Projections: followers of the log that keep tables of their own (statistics, achievements).

A projection never holds up a write. What it concludes is worked out in a read snapshot; its rows
and its cursor are then saved in one transaction that insists on the old cursor: exactly once,
whoever else may try. One process runs each, by a lease that is taken over within five seconds.
One that fails keeps its cursor, says so as a capability, and is tried again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Select, Table, bindparam, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from clutch.kernel import log
from clutch.kernel.clock import Clock
from clutch.kernel.database import Database
from clutch.kernel.log import Event, Fact
from clutch.kernel.tables import cursor as cursor_table
from clutch.kernel.turns import LATE_S
from clutch.kernel.writing import Transaction, Writer

# Many at once cost less each, but other writers wait while their rows are written. So steps that
# come full grow, and those whose write was long shrink; it may be longer while the work is late,
# for steps that are too small never catch up.
BATCH = 25
LEAST_IN_A_STEP, MOST_IN_A_STEP = 5, 400
LONG_WRITE_S, LONG_LATE_WRITE_S = 0.005, 0.02
# Far behind, or being rebuilt: fewer, larger steps.
LARGE_BATCH = 5_000


def _no_rows(_: Transaction) -> None:
    """Nothing of its own changes."""


@dataclass(frozen=True)
class Effect:
    """What a projection makes of some events.

    `rows` writes its tables, and has to be quick: it holds the log's one writer. `facts` are
    conclusions for other streams; they are not told again when the projection is rebuilt.
    """

    rows: Callable[[Transaction], None] = _no_rows
    facts: tuple[tuple[str, Fact], ...] = field(default=())


class Projection(Protocol):
    """A follower with tables of its own."""

    @property
    def name(self) -> str:
        """What its cursor, its lease and its capability are called."""

    @property
    def version(self) -> int:
        """Changed with the meaning of its tables: they are then rebuilt from the log."""

    @property
    def kinds(self) -> Collection[str]:
        """The kinds of events that it is concerned with; it never meets others."""

    @property
    def own_tables(self) -> Sequence[Table]:
        """The tables that it keeps."""

    def clear(self, tx: Transaction) -> None:
        """Empty its tables."""

    def work_out(self, conn: Connection, after: int, events: Sequence[Event]) -> Effect | None:
        """Think about the events that follow position `after`, in commit order.

        Called in a read snapshot, outside of any write. The events are all there are of its kinds
        between `after` and the last of them; the next `after` is that last one's position, as long
        as nobody else takes a step. None: they change nothing. What it keeps in memory is good
        only if it was made for `after`; an effect may also come to nothing and be asked for again.
        """


@dataclass(frozen=True)
class Cursor:
    """How far a projection has come.

    Conclusions from events up to `quiet_until` were told before. `trouble`: why it can't go on.
    """

    position: int
    version: int
    quiet_until: int
    trouble: str | None


class CursorMoved(Exception):
    """Somebody else took the step meanwhile: nothing of this one was saved."""


_READ = select(
    cursor_table.c.position,
    cursor_table.c.version,
    cursor_table.c.quiet_until,
    cursor_table.c.trouble,
).where(cursor_table.c.name == bindparam("projection"))
_MOVE = (
    update(cursor_table)
    .where(
        cursor_table.c.name == bindparam("projection"),
        cursor_table.c.position == bindparam("before"),
        cursor_table.c.version == bindparam("of_version"),
    )
    .values(position=bindparam("after"))
)
_SAY = (
    update(cursor_table)
    .where(cursor_table.c.name == bindparam("projection"))
    .values(trouble=bindparam("why"))
)


def find_cursor(conn: Connection, name: str) -> Cursor | None:
    """How far the projection has come; None when it never began."""
    row = conn.execute(_READ, {"projection": name}).one_or_none()
    return None if row is None else Cursor(*row)


def trial_of(projection: Projection) -> Select[Any] | None:
    """A statement that fails where one of its tables can't be read; None where it has none."""
    rows = [select(literal(1)).select_from(one).limit(1) for one in projection.own_tables]
    return select(*(row.scalar_subquery() for row in rows)) if rows else None


def read_cursor(conn: Connection, name: str) -> int:
    """The position up to which the projection has taken in the log; 0 when it never began."""
    found = find_cursor(conn, name)
    return 0 if found is None else found.position


def is_current(conn: Connection, projection: Projection) -> bool:
    """Whether its tables are whole: of this version, and not in the middle of a rebuild."""
    found = find_cursor(conn, projection.name)
    return (
        found is not None
        and found.version == projection.version
        and found.position >= found.quiet_until
    )


class Steps:
    """Moves one projection along the log, step by step. Not for several threads at once."""

    def __init__(
        self, database: Database, writer: Writer, clock: Clock, projection: Projection
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self.projection = projection
        # Events that concern nobody only move the place in memory; it is saved with the next
        # effect, or by `save`.
        self._saved = 0
        self._position = 0
        # The last event that the projection was asked about; between it and the place are others'.
        self._asked = 0
        self._known = False
        self._batch = BATCH
        self._oldest_at: datetime | None = None
        self._seen = Cursor(0, projection.version, 0, None)

    @property
    def seen(self) -> Cursor:
        """The cursor as the last step found it."""
        return self._seen

    @property
    def position(self) -> int:
        """How far it has looked; what is saved may be behind that."""
        return self._position

    def late_s(self) -> float:
        """How old the oldest event is by now that the last step took in, in seconds.

        0 when there was none, or in a rebuild: nobody waits for what is old anyway.
        """
        if self._oldest_at is None:
            return 0.0
        return (self._clock.now() - self._oldest_at).total_seconds()

    @property
    def is_rebuilding(self) -> bool:
        """Whether it stands before what it has told already."""
        return self._position < self._seen.quiet_until

    @property
    def is_saved(self) -> bool:
        """Whether the cursor in the database is where this projection stands."""
        return self._saved == self._position

    def step(self) -> bool:
        """Take in the next events; True when there may be more.

        Raises:
            CursorMoved: somebody else took them; the next step goes on from there.
            StorageUnavailable: the database can't be read or written.
        """
        self._begin()
        if self._seen.version != self.projection.version:
            self.restart()
            return True
        quiet = self.is_rebuilding
        most = LARGE_BATCH if quiet else self._batch
        with self._database.read() as conn:
            # Positions are in the order of commits, and this is one snapshot: what comes later
            # stands behind the last one.
            last = log.last_position(conn)
            until = min(last, self._seen.quiet_until) if quiet else last
            if until <= self._position:
                self._oldest_at = None
                return False
            events = log.read_tail(conn, self._position, most, self.projection.kinds)
            events = [event for event in events if event.position <= until]
            is_full = len(events) >= most
            effect = self.projection.work_out(conn, self._asked, events) if events else None
        self._oldest_at = events[0].at if events and not quiet else None
        self._move(events, events[-1].position if is_full else until, effect, quiet=quiet)
        return is_full or quiet

    def _move(
        self, events: Sequence[Event], position: int, effect: Effect | None, *, quiet: bool
    ) -> None:
        if effect is not None or quiet:
            spent = self._take(position, effect or Effect(), quiet=quiet)
            if not quiet:
                self._batch = _next_batch(self._batch, len(events), spent, self.late_s())
        self._position = position
        if events or quiet:
            self._asked = position if quiet else events[-1].position

    def save(self) -> None:
        """Save the place that events of no concern have moved it to."""
        if not self.is_saved:
            self._take(self._position, Effect(), quiet=True)

    def restart(self) -> None:
        """Empty the tables and begin anew at the start of the log, in one transaction."""
        name, version = self.projection.name, self.projection.version

        def work(tx: Transaction) -> None:
            self.projection.clear(tx)
            before = find_cursor(tx.conn, name)
            told = 0 if before is None else max(before.position, before.quiet_until)
            tx.conn.execute(
                update(cursor_table)
                .where(cursor_table.c.name == name)
                .values(position=0, version=version, quiet_until=told, trouble=None)
            )

        self._writer.write(work)
        self._known = False

    def say(self, trouble: str | None) -> None:
        """Note for every process why it can't go on, or that it can."""
        found = {"projection": self.projection.name, "why": trouble}
        self._writer.write(lambda tx: tx.conn.execute(_SAY, found))

    def forget(self) -> None:
        """Read the cursor anew at the next step."""
        self._known = False

    def _begin(self) -> None:
        with self._database.read() as conn:
            found = find_cursor(conn, self.projection.name)
        found = found or self._writer.write(self._first)
        if not self._known or found.position != self._saved:
            self._saved = self._position = self._asked = found.position
            self._known = True
        self._seen = found

    def _first(self, tx: Transaction) -> Cursor:
        # A projection that is new to a site with a past folds it, but tells nobody of it today.
        is_sqlite = tx.conn.dialect.name == "sqlite"
        new = (sqlite.insert if is_sqlite else postgresql.insert)(cursor_table)
        begun = Cursor(0, self.projection.version, log.last_position(tx.conn), None)
        row = new.values(
            name=self.projection.name,
            position=begun.position,
            version=begun.version,
            quiet_until=begun.quiet_until,
        )
        tx.conn.execute(row.on_conflict_do_nothing())
        return find_cursor(tx.conn, self.projection.name) or begun

    def _take(self, position: int, effect: Effect, *, quiet: bool) -> float:
        """Save a step; the seconds for which others could not write."""
        began = 0.0
        step = {
            "projection": self.projection.name,
            "before": self._saved,
            "of_version": self.projection.version,
            "after": position,
        }

        def work(tx: Transaction) -> None:
            nonlocal began
            began = time.monotonic()
            if tx.conn.execute(_MOVE, step).rowcount != 1:
                raise CursorMoved
            effect.rows(tx)
            if not quiet:
                for stream, fact in effect.facts:
                    tx.append(stream, fact, actor_id=None)

        self._known = False
        self._writer.write(work)
        self._known = True
        self._saved = self._position = position
        return time.monotonic() - began


def _next_batch(batch: int, taken: int, spent_s: float, late_s: float) -> int:
    """How many events the next step may take in, after one that took in so many."""
    if spent_s > (LONG_WRITE_S if late_s < LATE_S else LONG_LATE_WRITE_S):
        return max(LEAST_IN_A_STEP, batch // 2)
    return min(2 * batch, MOST_IN_A_STEP) if taken >= batch else batch
