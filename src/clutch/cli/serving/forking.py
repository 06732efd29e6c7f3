"""Forking with care, and signals that wake a waiting parent."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import NoReturn

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def fork(work: Callable[[], object]) -> int:
    """Run `work` in a child that ends with it; the child's pid.

    It never returns into the parent's code: an exception is printed and ends it with status 1.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal between the fork and the child's own handlers must not be lost in the parent's.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    pid = os.fork()
    if not pid:
        _be_child(work, mask)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return pid


def _be_child(work: Callable[[], object], mask: set[int | signal.Signals]) -> NoReturn:
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (*ENDING, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - the last frame of the child: nothing above could report it
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def ended(pid: int | None) -> int | None:
    """The exit status of a child that has ended (negative: a signal killed it), else None."""
    if pid is None:
        return None
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


@contextlib.contextmanager
def signals() -> Iterator[tuple[int, list[int]]]:
    """A descriptor that is readable after a signal, and the signals that asked for the end."""
    wake, waker = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(waker, False)
    ending: list[int] = []
    signal.set_wakeup_fd(waker)
    # `nohup` says that a closed terminal is no reason to end.
    heard = [number for number in ENDING if signal.getsignal(number) != signal.SIG_IGN]
    for number in heard:
        signal.signal(number, lambda received, _: ending.append(received))
    # Without a handler of its own a child's end would not wake the parent.
    signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        yield wake, ending
    finally:
        signal.set_wakeup_fd(-1)
        os.close(wake)
        os.close(waker)
