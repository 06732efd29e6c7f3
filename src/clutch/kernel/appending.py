"""How facts are written to the log: one statement, in the order of the commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    Insert,
    String,
    Subquery,
    Text,
    bindparam,
    func,
    insert,
    select,
    true,
)

from clutch.kernel.tables import event

# Any fixed number that nobody else on this database uses; it orders the appends of all processes.
_LOG_LOCK = 7177263

_COLUMNS = [column for column in event.c if column is not event.c.position]


def append_facts(conn: Connection, facts: Sequence[dict[str, Any]], *, is_sqlite: bool) -> None:
    """Put facts, as rows without a position, at the end of the log; commit soon afterwards."""
    if is_sqlite:
        # Who writes has the file's own lock.
        conn.execute(_APPEND, facts)
    else:
        by_column = {column.name: [fact[column.name] for fact in facts] for column in _COLUMNS}
        conn.execute(_APPEND_IN_TURN, by_column)


def append_in_turn(turn: Subquery) -> Insert:
    """Wait for the lock of the log, then number and write the facts.

    The writers of all processes stand in line for that lock until the commit of whoever has it.
    A round trip in between, with a client that first has to get a processor and its interpreter
    back, is what the whole site then waits for: so it is one statement. Sorted rows are numbered
    after the sorting, and what is sorted has passed the lock.
    """
    arrays = [bindparam(column.name, type_=ARRAY(_unbounded(column.type))) for column in _COLUMNS]
    names = [column.name for column in _COLUMNS]
    facts = func.unnest(*arrays).table_valued(*names, with_ordinality="number")
    facts = facts.render_derived(name="fact")
    in_order = (
        select(*(facts.c[name] for name in names))
        .select_from(turn.join(facts, true()))
        .order_by(facts.c.number)
    )
    return insert(event).from_select(names, in_order, include_defaults=False)


def _unbounded(kind: Any) -> Any:
    # A cast to varchar(64) would cut off silently what the column refuses.
    return Text() if isinstance(kind, String) else kind


_APPEND = insert(event)
_APPEND_IN_TURN = append_in_turn(select(func.pg_advisory_xact_lock(_LOG_LOCK)).subquery("turn"))
