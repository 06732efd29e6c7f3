"""The projector: one thread a projection, which runs it while it holds the lease.

It works in a process of its own beside the serving ones, which only look on.
"""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DBAPIError

from clutch.kernel import leases, log
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.clock import Clock
from clutch.kernel.database import Database
from clutch.kernel.pauses import Pauses
from clutch.kernel.projections import CursorMoved, Projection, Steps, find_cursor, trial_of
from clutch.kernel.refusals import N_, StorageUnavailable, WritesPaused
from clutch.kernel.turns import Turns
from clutch.kernel.writing import Transaction, Writer

_log = structlog.get_logger("projections")

LOOK_EVERY_S = 0.2
# After what it took in: so that many results in a row are a few large steps, not many small ones.
REST_S = 0.3
ASK_EVERY_S = 1.5
LOOK_ON_EVERY_S = 0.75
# As long as writes may be paused by an update.
BEHIND_AFTER_S = 15.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 15.0
REBUILDING = N_("It is being rebuilt from the log.")
BEHIND = N_("It has stopped taking in what happens; it is started again by itself.")
UNREADABLE = N_("What it keeps in the database can't be read.")
FAILED = N_("It fails at something that happened, and is tried again by itself.")


@dataclass(frozen=True)
class _Means:
    """What the runners of a process work with."""

    database: Database
    writer: Writer
    clock: Clock
    capabilities: Capabilities
    holder: str
    turns: Turns


class Projector:
    """Runs the projections of this process. Any thread may call `wake`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        capabilities: Capabilities,
        holder: str,
    ) -> None:
        self._means = _Means(database, writer, clock, capabilities, holder, Turns())
        self._runners: dict[str, _Runner] = {}
        self._ended = threading.Event()
        self._looking: threading.Thread | None = None

    def add(self, projection: Projection) -> None:
        """Make a projection known, before `start`."""
        self._runners[projection.name] = _Runner(projection, self._means)

    @property
    def names(self) -> tuple[str, ...]:
        """The projections that this site has."""
        return tuple(self._runners)

    def start(self) -> None:
        """Run the projections here, as far as nobody else does."""
        for runner in self._runners.values():
            runner.start()

    def look_on(self) -> None:
        """Only say in this process how they stand, wherever they are run."""
        self._looking = threading.Thread(target=self._look_on, name="projections", daemon=True)
        self._looking.start()

    def stop(self) -> None:
        """End the threads; their leases run out by themselves, or are given back."""
        self._ended.set()
        if self._looking is not None:
            self._looking.join(timeout=2)
        for runner in self._runners.values():
            runner.end()
        for runner in self._runners.values():
            runner.join()

    def wake(self) -> None:
        """There is news in the log."""
        for runner in self._runners.values():
            runner.wake()

    def catch_up(self, name: str | None = None) -> None:
        """Take in all that the log has now, in this thread, whoever holds the lease.

        What a projection raises comes through.
        """
        for one in (name,) if name else self.names:
            self._runners[one].catch_up()

    def rebuild(self, name: str) -> None:
        """Empty the projection's tables and fold the whole log again, in this thread."""
        self._runners[name].rebuild()

    def _look_on(self) -> None:
        while not self._ended.is_set():
            for runner in self._runners.values():
                runner.look_on()
            self._ended.wait(LOOK_ON_EVERY_S)


class _Runner:
    """One projection's thread."""

    def __init__(self, projection: Projection, means: _Means) -> None:
        self._steps = Steps(means.database, means.writer, means.clock, projection)
        self._trial = trial_of(projection)
        self._means = means
        self._name = projection.name
        self._lease = f"projection-{self._name}"
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._turn = threading.RLock()
        self._thread: threading.Thread | None = None
        self._holding = False
        self._asked_at = 0.0
        self._trouble: str | None = None
        self._seen_at, self._moved_at = -1, 0.0
        self._pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self._lease, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._woken.set()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join(timeout=2)

    def wake(self) -> None:
        self._woken.set()

    def catch_up(self) -> None:
        with self._turn:
            self._catch_up(ends=False)
            self._steps.save()
            self._go_on()

    def rebuild(self) -> None:
        with self._turn:
            self._steps.restart()
            self.catch_up()

    def _run(self) -> None:
        while not self._ended.is_set():
            pause = self._round()
            self._woken.wait(pause) if pause <= LOOK_EVERY_S else self._ended.wait(pause)
            self._woken.clear()
        self._give_back()

    def _round(self) -> float:
        """One look at the log; gives the pause until the next, in seconds."""
        try:
            if not self._hold():
                self.look_on()
                return LOOK_ON_EVERY_S
            with self._turn:
                before = self._steps.position
                self._catch_up(ends=True)
                moved = self._steps.position != before
            self._go_on()
        except (StorageUnavailable, WritesPaused):
            return FIRST_PAUSE_S  # said elsewhere, once
        except Exception as error:  # noqa: BLE001 - said as a capability; the next try may go well
            self._fail(error)
            return self._pauses.next()
        self._pauses.begin_anew()
        return REST_S if moved else LOOK_EVERY_S

    def _catch_up(self, *, ends: bool) -> None:
        more = True
        while more and not (ends and self._ended.is_set()):
            try:
                # Who asked for it in their own thread waits for it: no turns then.
                with self._means.turns.mine(self._steps.late_s) if ends else nullcontext():
                    more = self._steps.step()
            except CursorMoved:
                continue
            if self._steps.is_rebuilding:
                self._means.capabilities.set(self._name, State.PROBING, REBUILDING)
            if ends and more and not self._hold():
                return

    def _hold(self) -> bool:
        now = self._means.clock.now().timestamp()
        if abs(now - self._asked_at) < ASK_EVERY_S:
            return self._holding
        self._holding = self._means.writer.write(self._ask)
        self._asked_at = now
        if self._holding and not self._steps.is_saved:
            self._save()
        return self._holding

    def _ask(self, tx: Transaction) -> bool:
        return leases.hold(tx, self._lease, self._means.holder)

    def _save(self) -> None:
        try:
            with self._turn:
                self._steps.save()
        except CursorMoved:
            self._steps.forget()

    def _give_back(self) -> None:
        if not self._holding:
            return
        try:
            self._means.writer.write(lambda tx: leases.let_go(tx, self._lease, self._means.holder))
        except (StorageUnavailable, WritesPaused):
            _log.info("lease not given back; it runs out by itself", lease=self._lease)

    # --- how it stands ----------------------------------------------------------------------------

    def _fail(self, error: Exception) -> None:
        trouble = f"{type(error).__name__}: {error}"[:500]
        self._steps.forget()
        if trouble == self._trouble:
            return
        _log.exception("projection failed", projection=self._name)
        self._trouble = trouble
        self._means.capabilities.set(self._name, State.DOWN, FAILED, detail=trouble)
        try:
            self._steps.say(trouble)
        except (StorageUnavailable, WritesPaused):
            self._trouble = None

    def _go_on(self) -> None:
        if self._steps.seen.trouble is not None or self._trouble is not None:
            self._steps.say(None)
        self._trouble = None
        self._means.capabilities.set(self._name, State.UP)

    def look_on(self) -> None:
        """Another process runs it: how does it stand?"""
        try:
            with self._means.database.read() as conn:
                found, last = find_cursor(conn, self._name), log.last_position(conn)
                if self._trial is not None:
                    conn.execute(self._trial)
        except StorageUnavailable:
            return  # said elsewhere, once
        except DBAPIError as error:
            detail = str(error.orig)[:500]
            self._means.capabilities.set(self._name, State.DOWN, UNREADABLE, detail=detail)
            return
        if found is None:
            return
        self._trouble = found.trouble
        if found.trouble is not None:
            self._means.capabilities.set(self._name, State.DOWN, FAILED, detail=found.trouble)
        elif found.version != self._steps.projection.version or found.position < found.quiet_until:
            self._means.capabilities.set(self._name, State.PROBING, REBUILDING)
        elif self._stands_still(found.position, last):
            self._means.capabilities.set(self._name, State.DOWN, BEHIND)
        else:
            self._means.capabilities.set(self._name, State.UP)

    def _stands_still(self, position: int, last: int) -> bool:
        """Whether there has been news for a while, and nobody took it in."""
        now = time.monotonic()
        if position != self._seen_at or position >= last:
            self._seen_at, self._moved_at = position, now
        return now - self._moved_at > BEHIND_AFTER_S
