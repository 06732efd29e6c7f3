"""`DIR/bin/clutch serve`: holds the public's socket while releases come and go.

It starts what `current` binds, restarts it when it dies, and changes over when `clutch update`
conducts. It does nothing else, so that it need not be changed itself. Connections that come
while no release takes them wait in the socket's queue.
"""

from __future__ import annotations

import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clutch_ops import committed, identity, listening, preflight, recover
from clutch_ops.desk import Desk, Line
from clutch_ops.journal import holding, journals, switching
from clutch_ops.layout import Binding, Layout
from clutch_ops.listening import CannotListen, Notify
from clutch_ops.refusals import REFUSED, NeedsPerson, Refused
from clutch_ops.served import Served
from clutch_ops.watch import BECAUSE, Watch

TICK_S = 0.5
STEADY_S = 10.0
# Nobody is served meanwhile: once a database or room on the disk is back, so is the site.
LONGEST_PAUSE_S = 3.0
END_S = 6.0
# A live client is an open file, and a manager's usual limit is 1,024 of them.
OPEN_FILES = 65536
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class Promise:
    """An answer that somebody waits for: `answer` gives it once it is known."""

    line: Line
    answer: Callable[[], dict[str, object] | None]
    until: float


class Holder:
    """One site's holder. `run` returns when a signal has ended it."""

    def __init__(self, layout: Layout, public: socket.socket) -> None:
        self._layout = layout
        self._public = public
        self._selector = selectors.DefaultSelector()
        self._notify = Notify(layout.run / "notify.sock")
        self._desk = Desk(layout.run / "holder.sock", self._selector)
        self._promises: list[Promise] = []
        self._all: list[Served] = []
        self._active: Served | None = None
        self._next: Served | None = None
        self._last: Binding | None = None
        self._conductor: Line | None = None
        self._ending = False
        self._deaths = 0
        self._due = 0.0
        self._first = True
        self._recovery: subprocess.Popen[bytes] | None = None
        self._watch = Watch(layout)

    def run(self) -> int:
        """Hold until SIGTERM, SIGINT or SIGHUP; 2 when the site can't be started as it is set."""
        self._hear_signals()
        self._selector.register(self._notify.socket, selectors.EVENT_READ, self._hear_notes)
        with switching(self._layout):
            recover.make_safe(committed.find(self._layout))
            self._start_current()
        self._recover()
        while not self._ending:
            self._turn(TICK_S)
            if self._first and self._active is None and self._deaths:
                return REFUSED
        return self._end()

    # --- the loop ---------------------------------------------------------------------------------

    def _turn(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            key.data()
        self._desk.serve(self._obey, self._left)
        self._reap()
        self._keep_promises()
        self._restart_when_due()
        self._watch.reap()
        if self._active is None or self._conductor is not None:
            self._notify.alive()

    def _hear_signals(self) -> None:
        wake, waker = os.pipe()
        for end in (wake, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for number in ENDING:
            signal.signal(number, self._note_end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(wake, selectors.EVENT_READ, lambda: os.read(wake, 512))

    def _note_end(self, *_: object) -> None:
        self._ending = True

    def _hear_notes(self) -> None:
        for pid, note in self._notify.received():
            for one in self._all:
                if one.pid == pid:
                    self._take_note(one, note)

    def _take_note(self, one: Served, note: str) -> None:
        one.is_loaded = one.is_loaded or "STATUS=loaded" in note
        if "READY=1" in note:
            one.is_ready = True
        if one is self._active and "READY=1" in note:
            self._first = False
            self._notify.ready()
            identity.note(self._layout, one.binding)
        if one is self._active and "WATCHDOG=1" in note:
            self._notify.alive()
        if one is self._active and "STATUS=a process ended" in note:
            self._note_fall(one)

    # --- releases ---------------------------------------------------------------------------------

    def _begin(self, binding: Binding) -> Served:
        one = Served.begin(self._layout, binding, self._public)
        self._all.append(one)
        self._selector.register(one.output, selectors.EVENT_READ, lambda: self._pass_on(one))
        return one

    def _pass_on(self, one: Served) -> None:
        text = one.hear()
        if text:
            os.write(2, text)
        else:
            # End of file: nobody of it lives, and the next look will find its status.
            self._selector.unregister(one.output)

    def _start_current(self) -> None:
        try:
            binding = self._bound()
            identity.check_settings(self._layout, binding)
            self._active = self._begin(binding)
        except (Refused, OSError) as error:
            _say(f"{error} Tried again in {LONGEST_PAUSE_S:g} s.")
            self._due = time.monotonic() + LONGEST_PAUSE_S
            return
        self._active.tell(b"po")
        self._active.is_open = True

    def _bound(self) -> Binding:
        """What is to run: what ran before, when somebody edits `current` while the site runs."""
        try:
            self._last = committed.find(self._layout)
        except NeedsPerson as edited:
            if self._last is None or self._layout.binding(self._last.folder) is None:
                raise
            _say(f"{edited.reason} What ran goes on. {edited.advice}")
        return self._last

    def _recover(self) -> None:
        """Have what was cut off cleared away, beside the site that starts meanwhile."""
        if any(not one.is_ended for one in journals(self._layout)):
            command = [sys.executable, str(self._layout.launcher), "recover"]
            self._recovery = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=2)

    def _reap(self) -> None:
        if self._recovery is not None and self._recovery.poll() is not None:
            self._recovery = None
        for one in [each for each in self._all if each.reap()]:
            self._all.remove(one)
            while one.output in self._selector.get_map():
                self._pass_on(one)
            one.close()
            if one is self._active:
                self._bury(one)

    def _bury(self, one: Served) -> None:
        self._active = None
        if self._conductor is not None or self._ending:
            return
        now = time.monotonic()
        self._deaths = 1 if now - one.since >= STEADY_S else self._deaths + 1
        pause = 0.0 if self._deaths <= 1 else min(LONGEST_PAUSE_S, 2.0 ** (self._deaths - 2))
        self._due = now + pause
        if not self._first:
            _say(f"the release ended with status {one.status}; started again in {pause:g} s")
            self._note_fall(one)

    def _note_fall(self, one: Served) -> None:
        if self._conductor is None and self._watch.note_fall(one.binding):
            _say(f"{BECAUSE}: it is taken back")

    def _restart_when_due(self) -> None:
        idle = self._active is None and self._conductor is None and not self._ending
        if idle and not self._first and time.monotonic() >= self._due:
            self._start_current()

    def _end(self) -> int:
        self._notify.stopping()
        for one in self._all:
            one.stop()
        until = time.monotonic() + END_S
        while self._all and time.monotonic() < until:
            self._turn(0.1)
        for one in self._all:
            os.kill(one.pid, signal.SIGKILL)
        self._desk.close()
        self._notify.close()
        return 0

    # --- what a conductor says --------------------------------------------------------------------

    def _obey(self, line: Line, word: str, facts: dict[str, object]) -> dict[str, object] | None:
        """Do what was asked; the answer, or None when it is promised for later."""
        if word == "status":
            return self._status()
        if word == "begin":
            return self._let_conduct(line)
        if line is not self._conductor:
            return {"ok": False, "why": "say begin first"}
        act = getattr(self, f"_do_{word}", None)
        if act is None:
            return {"ok": False, "why": f"no such word: {word}"}
        answer: dict[str, object] | None = act(line, facts)
        return answer

    def _status(self) -> dict[str, object]:
        one = self._active
        return {
            "ok": True,
            "pid": os.getpid(),
            "address": list(self._public.getsockname()[:2]),
            "busy": self._conductor is not None,
            "ready": one is not None and one.is_ready,
            "binding": one and one.binding.number,
            "release": one and one.binding.release.name,
            "parent": one and one.pid,
            "seconds": one and round(time.monotonic() - one.since),
        }

    def _let_conduct(self, line: Line) -> dict[str, object]:
        if self._conductor is not None:
            return {"ok": False, "why": "somebody else conducts"}
        self._conductor = line
        return {"ok": True}

    def _do_start(self, line: Line, facts: dict[str, object]) -> dict[str, object] | None:
        binding = self._layout.binding(self._layout.bindings / str(facts["binding"]))
        if binding is None or self._next is not None:
            return {"ok": False, "why": "no such binding, or another is on its way"}
        one = self._next = self._begin(binding)
        self._promise(line, lambda: self._when(one, one.is_loaded), facts)
        return None

    def _do_prepare(self, line: Line, facts: dict[str, object]) -> dict[str, object] | None:
        one = self._next
        if one is None:
            return {"ok": False, "why": "nothing was started"}
        one.tell(b"p")
        self._promise(line, lambda: self._when(one, one.is_ready), facts)
        return None

    def _do_stop(self, line: Line, facts: dict[str, object]) -> dict[str, object] | None:
        """End the active release; requests in flight are answered first."""
        if self._active is None:
            return {"ok": True}
        self._active.stop()
        self._promise(line, lambda: {"ok": True} if self._active is None else None, facts)
        return None

    def _do_open(self, line: Line, facts: dict[str, object]) -> dict[str, object] | None:
        """Let the next release take the public's connections; then end the one before it.

        The answer comes when that has ended: from then on nobody is answered by the old one.
        """
        if self._next is None or self._next.status is not None:
            return {"ok": False, "why": "nothing was started"}
        before = self._active
        self._take_over()
        self._promise(line, lambda: None if before in self._all else {"ok": True}, facts)
        return None

    def _do_abort(self, line: Line, facts: dict[str, object]) -> dict[str, object] | None:
        """Drop the next release; have what `current` says run, and answer when it does."""
        self._drop_next()
        if self._active is None:
            self._start_current()
        one = self._active
        if one is None:
            return {"ok": False, "why": "current leads nowhere"}
        self._promise(line, lambda: self._when(one, one.is_ready), facts)
        return None

    def _do_end(self, _line: Line, _facts: dict[str, object]) -> dict[str, object]:
        self._conductor = None
        self._settle()
        return {"ok": True}

    def _take_over(self) -> None:
        before, self._active, self._next = self._active, self._next, None
        assert self._active is not None
        self._active.tell(b"o")
        self._active.is_open = True
        self._deaths = 0
        if before is not None:
            before.stop()
        if self._active.is_ready:
            self._first = False
            self._notify.ready()

    def _drop_next(self) -> None:
        if self._next is not None:
            self._next.stop()
            self._next = None

    def _when(self, one: Served, is_so: bool) -> dict[str, object] | None:
        if one.status is not None:
            return {"ok": False, "status": one.status, "said": list(one.said)}
        return {"ok": True, "pid": one.pid} if is_so else None

    def _left(self, line: Line) -> None:
        """A conductor that is gone has left things as they stood: `current` decides."""
        self._promises = [one for one in self._promises if one.line is not line]
        if line is self._conductor:
            self._conductor = None
            _say("whoever changed the site is gone: `current` decides what runs")
            self._settle()

    def _settle(self) -> None:
        try:
            binding = self._bound()
            recover.make_safe(binding)
        except Refused as refused:
            _say(refused.reason)
            return
        if self._next is not None and self._next.binding == binding:
            self._next.tell(b"p")
            self._take_over()
        self._drop_next()
        if self._active is not None and self._active.binding != binding:
            self._active.stop()
        if self._active is None:
            self._start_current()

    # --- promises ---------------------------------------------------------------------------------

    def _promise(
        self, line: Line, answer: Callable[[], dict[str, object] | None], facts: dict[str, object]
    ) -> None:
        seconds = float(str(facts.get("seconds", 60)))
        self._promises.append(Promise(line, answer, time.monotonic() + seconds))

    def _keep_promises(self) -> None:
        for one in list(self._promises):
            answer = one.answer()
            if answer is None and time.monotonic() >= one.until:
                said = list(self._next.said) if self._next else []
                answer = {"ok": False, "late": True, "said": said}
            if answer is not None:
                self._promises.remove(one)
                one.line.answer(answer)


def _say(sentence: str) -> None:
    print(f"clutch holder: {sentence}", file=sys.stderr, flush=True)


def serve(root: Path, arguments: Sequence[str]) -> int:
    """Hold the site's socket and run what `current` binds, until SIGTERM."""
    if arguments:
        print("clutch serve takes no arguments here: see .env.", file=sys.stderr)
        return REFUSED
    layout = Layout(root)
    os.umask(0o077)
    _allow_many_files()
    try:
        identity.check_if_it_answers(layout, committed.check(layout))
        preflight.check_owner(layout)
        with holding(layout):
            return Holder(layout, listening.take(layout)).run()
    except (CannotListen, Refused) as refused:
        print(" ".join(map(str, refused.args)), getattr(refused, "advice", ""), file=sys.stderr)
        return getattr(refused, "status", REFUSED)


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
