"""The parent: holds the listening sockets, starts the serving processes, restarts one that dies.

Beside them it keeps the follower, which works out what nobody waits for.

It imports the site once and forks, so a process is there in milliseconds and shares its
memory with the others. Why not a ready-made one: docs/decisions/0006-server-parent.md.

The parent itself runs no thread and keeps no connection (the database is prepared in a child
of its own), which is what makes forking safe at any time of its life.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import structlog

from clutch.cli.serving import memory
from clutch.cli.serving.forking import ended, fork, signals
from clutch.cli.serving.holding import Holding
from clutch.cli.serving.listening import address_of
from clutch.cli.serving.notify import Notifier
from clutch.cli.serving.state import read_state, remove_state, seconds_silent
from clutch.kernel.metrics_files import Departed

# From the signal to SIGKILL; all must have ended after 5 s.
END_SECONDS = 4.3
STEADY_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
LOOP_HANGS_MS = 5_000
TICK_SECONDS = 1.0

log = structlog.get_logger("clutch.serve")


@dataclass(frozen=True)
class Lines:
    """A serving process's two lines to its parent.

    `lifeline` reads end-of-file when the parent is gone; `ready` takes the process's number
    as one byte when it answers. `opened` reads end-of-file when the sockets that a holder held
    back are to be taken, too.
    """

    number: int
    lifeline: int
    ready: int
    opened: int | None = None
    held: Sequence[socket.socket] = ()

    def tell_ready(self) -> None:
        """Let the parent know that this process answers."""
        os.write(self.ready, bytes([self.number]))


@dataclass(frozen=True)
class Work:
    """What the parent's children do, and what it says when they serve.

    `preload` imports, in the parent, what all its children will share. Then `prepare` runs once, in
    a child, before anything serves; it ends with a status other than 0 when the site can't start,
    having said why. `announce` is called when all processes answer; from then on there is one that
    does `follow`, too (given its lifeline).
    """

    preload: Callable[[], None]
    prepare: Callable[[], None]
    serve: Callable[[Sequence[socket.socket], Lines], NoReturn]
    announce: Callable[[], None]
    follow: Callable[[int], NoReturn] | None = None


@dataclass
class _Worker:
    """One place among the processes, whoever holds it at the moment."""

    be: Callable[[], NoReturn]
    pid: int | None = None
    ready: bool = False
    started: float = 0.0
    due: float = 0.0
    deaths: int = field(default=0)


class Parent:
    """Keeps `count` processes serving on `listeners` until a signal ends it."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        count: int,
        work: Work,
        run_folder: Path,
        notifier: Notifier,
        holding: Holding | None = None,
    ) -> None:
        self._holding = holding or Holding()
        self._listeners = listeners
        self._workers = [_Worker(self._serving(number)) for number in range(count)]
        self._follower = None if work.follow is None else _Worker(self._following(work.follow))
        self._work = work
        self._run_folder = run_folder
        self._notifier = notifier
        self._answered = False
        self._told_ready = False
        self._fed = 0.0
        self._departed = Departed(run_folder)
        self._lifeline, self._life = os.pipe()
        self._ready, self._tell = os.pipe()
        self._opened, self._opener = os.pipe()
        self._is_open = False

    def run(self) -> int:
        """Serve until SIGTERM, SIGINT or SIGHUP, or until a holder is gone.

        The exit status is 0, that of `prepare` when it failed, or 1 when the first process
        ended before any had answered.
        """
        with signals() as (wake, ending):
            status = self._prepare(wake, ending)
            if status:
                return status
            while not (ending or self._holding.is_gone):
                self._open()
                self._start_due()
                self._wait(wake)
                self._reap()
                if self._never_worked():
                    break
                self._feed_watchdog()
            return self._end(ending)

    def _prepare(self, wake: int, ending: list[int]) -> int:
        self._work.preload()
        if threading.active_count() > 1:
            raise RuntimeError(f"a thread that forking would lose: {threading.enumerate()}")
        memory.settle()
        if self._holding.line is not None:
            self._notifier.loaded()
        self._holding.wait_to_prepare(wake, ending)
        if ending or self._holding.is_gone:
            return 0
        child = fork(self._work.prepare)
        status = None
        while status is None:
            if ending:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.002)
            status = ended(child)
        return 0 if ending else status

    def _open(self) -> None:
        if self._holding.may_open and not self._is_open:
            self._is_open = True
            os.close(self._opener)

    def _places(self) -> list[_Worker]:
        """Those that serve and, once they have all answered, the one that follows."""
        if self._follower is None or not self._told_ready:
            return self._workers
        return [*self._workers, self._follower]

    def _start_due(self) -> None:
        for worker in self._places():
            if worker.pid is None and worker.due <= time.monotonic():
                worker.ready, worker.started = False, time.monotonic()
                worker.pid = fork(worker.be)

    def _serving(self, number: int) -> Callable[[], NoReturn]:
        def be() -> NoReturn:
            self._leave_to_parent()
            held = self._holding.sockets
            lines = Lines(number, self._lifeline, self._tell, self._opened, held)
            self._work.serve([one for one in self._listeners if one not in held], lines)

        return be

    def _following(self, follow: Callable[[int], NoReturn]) -> Callable[[], NoReturn]:
        def be() -> NoReturn:
            self._leave_to_parent()
            for listener in self._listeners:
                listener.close()
            follow(self._lifeline)

        return be

    def _leave_to_parent(self) -> None:
        os.close(self._life)
        os.close(self._ready)
        if not self._is_open:
            os.close(self._opener)

    def _wait(self, wake: int) -> None:
        """Sleep until a signal, a process that is ready, a restart that is due, or a tick."""
        due = [worker.due for worker in self._places() if worker.pid is None]
        rest = min([TICK_SECONDS, *(at - time.monotonic() for at in due)])
        waited = [wake, self._ready, *self._holding.lines()]
        readable, _, _ = select.select(waited, [], [], max(0.0, rest))
        if wake in readable:
            os.read(wake, 512)
        if self._holding.line in readable:
            self._holding.listen()
        if self._ready in readable:
            self._note_ready(os.read(self._ready, 512))

    def _note_ready(self, numbers: bytes) -> None:
        for number in numbers:
            self._workers[number].ready = True
        self._answered = True
        if not self._told_ready and all(worker.ready for worker in self._workers):
            self._told_ready = True
            self._notifier.ready(f"serving with {len(self._workers)}")
            pids = [worker.pid for worker in self._workers]
            log.info("serving", addresses=list(map(address_of, self._listeners)), pids=pids)
            self._work.announce()

    def _reap(self) -> None:
        for worker in self._places():
            status = ended(worker.pid)
            if status is not None:
                self._bury(worker, status)

    def _bury(self, worker: _Worker, status: int) -> None:
        now = time.monotonic()
        worker.deaths = 1 if now - worker.started >= STEADY_SECONDS else worker.deaths + 1
        pause = pause_before_restart(worker.deaths)
        worker.due = now + pause
        remove_state(self._run_folder, worker.pid or 0)
        self._departed.take_over(worker.pid or 0)
        log.error("process ended", pid=worker.pid, status=status, restart_in=pause)
        self._notifier.restarting()
        worker.pid, worker.ready = None, False

    def _never_worked(self) -> bool:
        """A process that ends before any has served would end again: better to say so and stop."""
        return not self._answered and any(worker.deaths for worker in self._workers)

    def _feed_watchdog(self) -> None:
        every = self._notifier.watchdog_seconds
        if every is None or time.monotonic() - self._fed < every / 3:
            return
        self._fed = time.monotonic()
        if all(self._turns(worker) for worker in self._workers):
            self._notifier.alive()

    def _turns(self, worker: _Worker) -> bool:
        if not worker.ready or worker.pid is None:
            return True
        state = read_state(self._run_folder, worker.pid) or {}
        lag = state.get("loop_lag_ms", 0)
        # Who is stopped, or computes without letting any thread have a turn, can't even say so.
        silent = 1000 * seconds_silent(self._run_folder, worker.pid)
        return bool(max(lag, silent) < LOOP_HANGS_MS)

    def _end(self, ending: list[int]) -> int:
        self._notifier.stopping()
        pids = [worker.pid or 0 for worker in self._alive()]
        for listener in self._listeners:
            listener.close()
        self._signal_all(signal.SIGTERM)
        asked, deadline = len(ending), time.monotonic() + END_SECONDS
        while self._alive() and time.monotonic() < deadline and len(ending) == asked:
            time.sleep(0.02)
            self._collect()
        self._signal_all(signal.SIGKILL)
        for worker in self._alive():
            os.waitpid(worker.pid or 0, 0)
        for pid in pids:
            remove_state(self._run_folder, pid)
            self._departed.take_over(pid)
        self._departed.remove()
        return 0 if self._answered or ending or self._holding.is_gone else 1

    def _collect(self) -> None:
        for worker in self._alive():
            if ended(worker.pid) is not None:
                worker.pid = None

    def _alive(self) -> list[_Worker]:
        return [worker for worker in self._places() if worker.pid is not None]

    def _signal_all(self, number: signal.Signals) -> None:
        for worker in self._alive():
            os.kill(worker.pid or 0, number)


def pause_before_restart(deaths: int) -> float:
    """Seconds to wait before a process is started again: none at first, then 1, 2, 4, ... 30.

    `deaths` counts those that followed each other without ten steady seconds in between.
    """
    return 0.0 if deaths <= 1 else min(LONGEST_PAUSE_SECONDS, 2.0 ** (deaths - 2))
