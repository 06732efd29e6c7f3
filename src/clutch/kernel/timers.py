"""Timers: rows with a due time, run as ordinary commands by one of the processes.

A timer is known by `(kind, key)`: setting it again moves it, and it runs at most once each
time it is set. Its act runs in the transaction that removes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from clutch.kernel.refusals import Refusal
from clutch.kernel.tables import timer
from clutch.kernel.writing import Transaction

Act = Callable[[Transaction, str], None]

_FIRST_DUE = (
    select(timer.c.id, timer.c.kind, timer.c.key, timer.c.attempts)
    .where(timer.c.due_at <= bindparam("now"))
    .order_by(timer.c.due_at, timer.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_ANY_DUE = select(timer.c.id).where(timer.c.due_at <= bindparam("now")).limit(1)
_CANCEL = delete(timer).where(
    timer.c.kind == bindparam("of_kind"), timer.c.key == bindparam("with_key")
)


def set_timer(tx: Transaction, kind: str, key: str, due_at: datetime) -> None:
    """Run the act of `kind` with `key` at `due_at`, or soon after; a set timer is moved."""
    new = (sqlite.insert if tx.conn.dialect.name == "sqlite" else postgresql.insert)(timer)
    tx.conn.execute(
        new.values(kind=kind, key=key, due_at=due_at, attempts=0).on_conflict_do_update(
            index_elements=["kind", "key"], set_={"due_at": due_at, "attempts": 0}
        )
    )


def cancel_timer(tx: Transaction, kind: str, key: str) -> None:
    """Forget a timer; nothing happens if it is not set."""
    tx.conn.execute(_CANCEL, {"of_kind": kind, "with_key": key})


def is_any_due(conn: Connection, now: datetime) -> bool:
    """Whether there is anything to run."""
    return conn.execute(_ANY_DUE, {"now": now}).first() is not None


def run_first_due(tx: Transaction, acts: dict[str, Act]) -> str | None:
    """Run the first due timer inside `tx`; gives its kind, or None when none is due.

    A refusal means that the world moved on (a result is already there): the timer is done.
    """
    due = tx.conn.execute(_FIRST_DUE, {"now": tx.now}).one_or_none()
    if due is None:
        return None
    tx.conn.execute(delete(timer).where(timer.c.id == due.id))
    try:
        acts[due.kind](tx, due.key)
    except Refusal as refusal:
        # What the act had changed must not stay: the caller rolls back and drops the timer alone.
        raise TimerRefused(due.id, due.kind, due.key, refusal) from refusal
    return str(due.kind)


class TimerRefused(Exception):
    """A timer's act was refused."""

    def __init__(self, timer_id: int, kind: str, key: str, refusal: Refusal) -> None:
        super().__init__(f"{kind} {key}: {refusal.code}")
        self.timer_id = timer_id
        self.refusal = refusal


def drop(tx: Transaction, timer_id: int) -> None:
    """Remove a timer whose act was refused."""
    tx.conn.execute(delete(timer).where(timer.c.id == timer_id))


def put_off_first_due(tx: Transaction) -> None:
    """After a bug in an act: try that timer again later, ever later, and let the others run."""
    due = tx.conn.execute(_FIRST_DUE, {"now": tx.now}).one_or_none()
    if due is None:
        return
    wait = timedelta(seconds=min(2**due.attempts, 3600))
    tx.conn.execute(
        update(timer)
        .where(timer.c.id == due.id)
        .values(due_at=tx.now + wait, attempts=due.attempts + 1)
    )
