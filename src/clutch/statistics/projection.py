"""The statistics as a projection of the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, delete

from clutch.kernel import optional
from clutch.kernel.log import Event, Fact
from clutch.kernel.projections import Effect, find_cursor
from clutch.kernel.writing import Transaction
from clutch.statistics import tables
from clutch.statistics.contexts import Contexts
from clutch.statistics.events import STREAM, RatingsRecomputing, StatisticsChanged
from clutch.statistics.folding import Book
from clutch.statistics.models import Holder
from clutch.statistics.ratings import Rater
from clutch.statistics.reading import KINDS, read_changes
from clutch.statistics.repository import Rows, Tallies
from clutch.statistics.rerating import STRETCH, Refold, find_refold
from clutch.statistics.step import Step

NAME = "statistics"
_RECOMPUTING = "ratings-recomputing"


class Statistics:
    """Folds results and corrections into the statistics' tables."""

    name = NAME
    version = 3
    kinds = KINDS | {_RECOMPUTING}
    own_tables = tables.ALL_TABLES
    # How many matches are rated anew before what came meanwhile is taken in.
    stretch = STRETCH

    def __init__(self, rater: Rater) -> None:
        self._rater = rater
        self._position = -1
        self._kept: Tallies = {}
        self._contexts = Contexts()

    def clear(self, tx: Transaction) -> None:
        """Empty its tables."""
        for table in tables.ALL_TABLES:
            tx.conn.execute(delete(table))
        self._forget()

    def work_out(self, conn: Connection, after: int, events: Sequence[Event]) -> Effect | None:
        """What the events make of the numbers."""
        concerned = [event for event in events if event.kind in KINDS]
        goes_on = any(event.kind == _RECOMPUTING for event in events)
        last = events[-1].position
        if after != self._position:
            self._forget()
        if not (concerned or goes_on):
            self._position = last
            return None
        self._position = -1
        book = Book(self._kept)
        changes = read_changes(conn, self._contexts, concerned)
        step = Step(conn, book, self._rater, changes, after, self.stretch)
        # A running site goes on between two stretches; a rebuild has nobody to let through.
        left = step.run(find_refold(conn), to_the_end=_is_quiet(conn, after))
        return Effect(self._rows(step.rows, book, last), _facts(step.told, left, last))

    def _rows(self, rows: Rows, book: Book, last: int) -> Callable[[Transaction], None]:
        def write(tx: Transaction) -> None:
            rows.write(tx)
            tx.after_commit(lambda: self._keep(book.settle(), last))

        return write

    def _keep(self, tallies: Tallies, position: int) -> None:
        self._kept, self._position = tallies, position

    def _forget(self) -> None:
        self._position = -1
        self._kept = {}
        self._contexts = Contexts()


def load_rater() -> Rater | optional.Absent:
    """What rates; or that the package for it is not installed."""
    models = optional.load("openskill.models")
    return models if isinstance(models, optional.Absent) else Rater(models)


def _is_quiet(conn: Connection, after: int) -> bool:
    """Whether the tables are being rebuilt."""
    cursor = find_cursor(conn, NAME)
    return cursor is not None and after < cursor.quiet_until


def _facts(told: set[Holder], left: Refold | None, last: int) -> tuple[tuple[str, Fact], ...]:
    streams = sorted({holder.stream for holder in told})
    changed = [(stream, StatisticsChanged(cause=last)) for stream in streams]
    if left is None:
        return tuple(changed)
    return (*changed, (STREAM, RatingsRecomputing(next=left.next)))
