"""The background thread of a process: timers, deliveries and housekeeping, under one lease."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import delete

from clutch.kernel import deliveries, leases, timers
from clutch.kernel.clock import Clock
from clutch.kernel.database import Database
from clutch.kernel.refusals import StorageUnavailable, WritesPaused
from clutch.kernel.tables import idempotency
from clutch.kernel.writing import Transaction, Writer

_log = structlog.get_logger("background")

PAUSE_S = 0.5
RENEW_EVERY_S = 1.5
KEYS_KEPT = timedelta(hours=48)
LEASE = "background"


class Background:
    """Runs what is due while this process holds the lease.

    Contexts register acts and senders before `start`.
    """

    def __init__(self, database: Database, writer: Writer, clock: Clock, holder: str) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._holder = holder
        self._acts: dict[str, timers.Act] = {}
        self._senders: dict[str, deliveries.Send] = {}
        self._chores: list[Callable[[Transaction], None]] = [forget_old_keys]
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._holding = False
        self._asked_at = 0.0
        self._swept_at = clock.now() - timedelta(days=1)

    def on_timer(self, kind: str, act: timers.Act) -> None:
        """Say what a kind of timer does."""
        self._acts[kind] = act

    def on_delivery(self, kind: str, send: deliveries.Send) -> None:
        """Say how a kind of delivery is sent.

        `send(delivery_id, body)` raises when it could not, within seconds.
        """
        self._senders[kind] = send

    def add_chore(self, chore: Callable[[Transaction], None]) -> None:
        """Something to tidy about once an hour."""
        self._chores.append(chore)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and let the lease go."""
        self._stop.set()
        if self._thread is None:
            return
        self._thread.join(timeout=3)
        try:
            self._writer.write(lambda tx: leases.let_go(tx, LEASE, self._holder))
        except (StorageUnavailable, WritesPaused):
            _log.info("lease not given back; it runs out by itself")

    def run_due(self) -> int:
        """Run everything that is due now, in this thread.

        Gives how much that was. Tests call it directly.
        """
        done = 0
        while self._run_one_timer():
            done += 1
        return done + self._send_due()

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_S):
            try:
                if self._hold():
                    self.run_due()
                    self._tidy()
            except (StorageUnavailable, WritesPaused):
                continue  # said elsewhere, once; here we only wait for it to pass
            except Exception:  # noqa: BLE001 - one bad round must not end all the later ones
                _log.exception("background round failed")

    def _hold(self) -> bool:
        now = self._clock.now().timestamp()
        if now - self._asked_at >= RENEW_EVERY_S:
            self._holding = False
            self._holding = self._writer.write(lambda tx: leases.hold(tx, LEASE, self._holder))
            self._asked_at = now
        return self._holding

    def _run_one_timer(self) -> bool:
        with self._database.read() as conn:
            if not timers.is_any_due(conn, self._clock.now()):
                return False
        try:
            return self._writer.write(lambda tx: timers.run_first_due(tx, self._acts)) is not None
        except timers.TimerRefused as refused:
            _log.info("timer refused", timer=str(refused))
            timer_id = refused.timer_id
            self._writer.write(lambda tx: timers.drop(tx, timer_id))
        except (StorageUnavailable, WritesPaused):
            raise
        except Exception:  # noqa: BLE001 - a bug in one timer must not hold up the others
            _log.exception("timer failed")
            self._writer.write(timers.put_off_first_due)
        return True

    def _send_due(self) -> int:
        with self._database.read() as conn:
            waiting = deliveries.due(conn, self._clock.now())
        for one in waiting:
            self._send(one)
        return len(waiting)

    def _send(self, one: deliveries.Delivery) -> None:
        try:
            self._senders[one.kind](one.id, one.body)
        except Exception as error:  # noqa: BLE001 - whatever a far end does must not stop the others
            reason = f"{type(error).__name__}: {error}"
            _log.warning("delivery failed", delivery=one.id, kind=one.kind, reason=reason)
            self._writer.write(lambda tx: deliveries.failed(tx, one, reason))
            return
        self._writer.write(lambda tx: deliveries.sent(tx, one.id))

    def _tidy(self) -> None:
        if self._clock.now() - self._swept_at < timedelta(hours=1):
            return
        self._swept_at = self._clock.now()
        for chore in self._chores:
            self._writer.write(chore)


def forget_old_keys(tx: Transaction) -> None:
    """Idempotency keys are kept for two days."""
    tx.conn.execute(delete(idempotency).where(idempotency.c.at < tx.now - KEYS_KEPT))
