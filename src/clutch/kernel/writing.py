"""The one write path: a command's rows, facts, timers and deliveries in one transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from clutch.kernel import ids
from clutch.kernel.appending import append_facts
from clutch.kernel.clock import Clock
from clutch.kernel.database import Database, is_worth_another_try
from clutch.kernel.epoch import get_epoch
from clutch.kernel.log import Body, Fact, body_of
from clutch.kernel.parts import in_parts
from clutch.kernel.refusals import KeyReused, WritesPaused
from clutch.kernel.tables import idempotency, stream

T = TypeVar("T")

GATE_WAIT_S = 10.0
TRIES = 5
AT_ONCE = 500
# Held shared by every write: who closes the gate and then gets it alone knows that none is on.
_GATE_LOCK = text("SELECT pg_advisory_xact_lock_shared(7177265)")
_KEY_LOCK = text("SELECT pg_advisory_xact_lock(7177264, hashtext(:key))")


class OnceKey(msgspec.Struct, frozen=True):
    """Who asked for what under which key; `fingerprint` is a digest of the route and the body."""

    actor_id: int
    key: str
    fingerprint: str


class Reply(msgspec.Struct, frozen=True):
    """An answer that can be kept and given again to the letter."""

    status: int
    body: bytes
    headers: dict[str, str] = {}
    replayed: bool = False


class Transaction:
    """What a command works with. All of it happens, or none of it."""

    def __init__(
        self, conn: Connection, now: datetime, kept: dict[str, Any], *, is_sqlite: bool
    ) -> None:
        self.conn = conn
        self.now = now
        # What this process keeps between transactions (the last `Stage` of a tournament). It is
        # only ever filled by `after_commit`, so that nothing of a transaction that failed stays.
        self.kept = kept
        self._is_sqlite = is_sqlite
        self._heads: dict[str, int] = {}
        self._pending: list[dict[str, Any]] = []
        self._after: list[Callable[[], None]] = []

    @cached_property
    def epoch(self) -> str:
        """The epoch of what it works on, read once."""
        return get_epoch(self.conn)

    def lock(self, name: str) -> int:
        """Stand in line for a stream and learn the seq of its last event (0 if none).

        Lock in the order tournament, team, player. What was read of the thing before the
        lock may be old; read it again after.
        """
        if name not in self._heads:
            self._lock_all([name])
        return self._heads[name]

    def append(self, name: str, *facts: Fact | Body, actor_id: int | None) -> None:
        """Put facts on a stream.

        They are written last, just before the commit. `actor_id` None is the site itself.
        """
        for value in facts:
            body = body_of(value)
            self._pending.append(
                {
                    "stream": name,
                    "kind": body.kind,
                    "schema": body.schema,
                    "body": body.json,
                    "actor_id": actor_id,
                    "at": self.now,
                }
            )

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do something once the commit is certain (wake somebody, fill a cache).

        It must not fail.
        """
        self._after.append(act)

    def new_key(self, length: int = 8) -> str:
        return ids.new_key(length)

    def new_token(self) -> str:
        return ids.new_token()

    def new_seed(self) -> int:
        return ids.new_seed()

    def flush(self) -> list[tuple[str, int]]:
        """Write the facts; gives each touched stream's name and new head. `Writer` calls it."""
        if not self._pending:
            return []
        touched = sorted({fact["stream"] for fact in self._pending})
        self._lock_all([name for name in touched if name not in self._heads])
        for fact in self._pending:
            self._heads[fact["stream"]] += 1
            fact["seq"] = self._heads[fact["stream"]]
        heads = [(name, self._heads[name]) for name in touched]
        self.conn.execute(_SET_HEAD, [{"stream_name": name, "head": head} for name, head in heads])
        append_facts(self.conn, self._pending, is_sqlite=self._is_sqlite)
        return heads

    def committed(self) -> None:
        """Run what waits for the commit."""
        acts, self._after = self._after, []
        for act in acts:
            act()

    def _lock_all(self, names: Sequence[str]) -> None:
        """Stand in line for several streams, in the order of their names."""
        for some in in_parts(names, AT_ONCE):
            self._heads |= self._read_heads(some)
            new = [name for name in some if name not in self._heads]
            if new:
                rows = [{"name": name, "seq": 0} for name in new]
                self.conn.execute(_NEW_STREAM[self._is_sqlite], rows)
                self._heads |= self._read_heads(new)

    def _read_heads(self, names: Sequence[str]) -> dict[str, int]:
        found = self.conn.execute(_LOCK_HEADS[self._is_sqlite], {"names": names})
        return {row.name: row.seq for row in found}


_SET_HEAD = (
    update(stream).where(stream.c.name == bindparam("stream_name")).values(seq=bindparam("head"))
)
_READ_HEADS = (
    select(stream.c.name, stream.c.seq)
    .where(stream.c.name.in_(bindparam("names", expanding=True)))
    .order_by(stream.c.name)
)
_LOCK_HEADS = {True: _READ_HEADS, False: _READ_HEADS.with_for_update()}
_NEW_STREAM = {
    is_sqlite: insert_into(stream).on_conflict_do_nothing()
    for is_sqlite, insert_into in ((True, sqlite.insert), (False, postgresql.insert))
}


class Writer:
    """Runs commands, one transaction each, in front of one gate."""

    def __init__(
        self, database: Database, clock: Clock, gate: Path, wait_s: float = GATE_WAIT_S
    ) -> None:
        self._database = database
        self._clock = clock
        self._gate = gate
        self._wait_s = wait_s
        self._ending = threading.Event()
        self.kept: dict[str, Any] = {}
        self._listeners: list[Callable[[list[tuple[str, int]]], None]] = []

    def on_commit(self, listener: Callable[[list[tuple[str, int]]], None]) -> None:
        """Tell `listener` after each commit which streams have news, and their heads.

        It must be quick and not fail.
        """
        self._listeners.append(listener)

    def stop_waiting(self) -> None:
        """This process ends: whoever waits for the gate, now or later, is refused at once."""
        self._ending.set()

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run one command in one transaction and give its result.

        Raises:
            WritesPaused: the gate stayed closed for ten seconds, or until the process ended.
            StorageUnavailable: the database can't be written.
            Refusal: whatever `work` refuses; nothing of it stays.
        """
        deadline = time.monotonic() + self._wait_s
        for attempt in range(1, TRIES + 1):
            self._wait_for_gate(deadline)
            try:
                return self._try(work)
            except _GateClosed:
                continue
            except DBAPIError as error:
                if attempt == TRIES or not is_worth_another_try(error):
                    raise
        raise WritesPaused

    def write_once(self, once: OnceKey, work: Callable[[Transaction], Reply]) -> Reply:
        """Like `write`, but the same key gets the first reply again, marked as replayed.

        A refusal is not kept: the key is free again.

        Raises:
            KeyReused: the key came before with another fingerprint.
        """
        return self.write(lambda tx: self._once(tx, once, work))

    def _once(self, tx: Transaction, once: OnceKey, work: Callable[[Transaction], Reply]) -> Reply:
        if not self._database.is_sqlite:
            tx.conn.execute(_KEY_LOCK, {"key": f"{once.actor_id}:{once.key}"})
        kept = tx.conn.execute(_KEPT, {"actor": once.actor_id, "the_key": once.key}).one_or_none()
        if kept is not None:
            if kept.fingerprint != once.fingerprint:
                raise KeyReused
            return Reply(kept.status, kept.body, msgspec.json.decode(kept.headers), replayed=True)
        reply = work(tx)
        tx.conn.execute(
            _KEEP,
            {
                "actor_id": once.actor_id,
                "key": once.key,
                "fingerprint": once.fingerprint,
                "status": reply.status,
                "headers": msgspec.json.encode(reply.headers).decode(),
                "body": reply.body,
                "at": tx.now,
            },
        )
        return reply

    def _try(self, work: Callable[[Transaction], T]) -> T:
        with self._database.begin_write() as conn:
            if not self._database.is_sqlite:
                conn.execute(_GATE_LOCK)
            # Once more, now that the lock is held (SQLite's own, or the shared one): who closes the
            # gate and then takes that lock knows that no write is under way and that none begins.
            if self._gate.exists():
                raise _GateClosed
            tx = Transaction(conn, self._clock.now(), self.kept, is_sqlite=self._database.is_sqlite)
            result = work(tx)
            touched = tx.flush()
        tx.committed()
        for listener in self._listeners:
            listener(touched)
        return result

    def _wait_for_gate(self, deadline: float) -> None:
        while self._gate.exists():
            if time.monotonic() >= deadline or self._ending.wait(0.05):
                raise WritesPaused


class _GateClosed(Exception):
    """The gate was closed between the look at it and the transaction."""


_KEPT = select(
    idempotency.c.fingerprint, idempotency.c.status, idempotency.c.headers, idempotency.c.body
).where(idempotency.c.actor_id == bindparam("actor"), idempotency.c.key == bindparam("the_key"))
_KEEP = insert(idempotency)
