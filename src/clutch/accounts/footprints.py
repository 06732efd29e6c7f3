"""When sessions and tokens were last used: noted by readers, written down later.

A page that is only read must not wait for a write (or for the gate), so what it notes is gathered
and written every few seconds. What is lost at a crash is lost for good and harms nobody.
"""

from __future__ import annotations

import threading

from clutch.accounts.models import SessionId, TokenId
from clutch.accounts.sessions import touch_session, touch_token
from clutch.kernel.refusals import StorageUnavailable, WritesPaused
from clutch.kernel.writing import Transaction, Writer

PAUSE_S = 5.0


class Footprints:
    """Gathers what is to be noted; its thread begins with the first note."""

    def __init__(self, writer: Writer, pause_s: float = PAUSE_S) -> None:
        self._writer = writer
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._sessions: set[SessionId] = set()
        self._tokens: set[TokenId] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def session_used(self, session_id: SessionId) -> None:
        """Note that this session was used just now."""
        with self._lock:
            self._sessions.add(session_id)
            self._begin()

    def token_used(self, token_id: TokenId) -> None:
        """Note that this token was used just now."""
        with self._lock:
            self._tokens.add(token_id)
            self._begin()

    def write_down(self) -> None:
        """Write what was gathered; when that can't be done now, it is dropped: the next use notes
        it again.
        """
        with self._lock:
            sessions, self._sessions = self._sessions, set()
            tokens, self._tokens = self._tokens, set()
        if not sessions and not tokens:
            return

        def work(tx: Transaction) -> None:
            for session_id in sorted(sessions):
                touch_session(tx, session_id)
            for token_id in sorted(tokens):
                touch_token(tx, token_id)

        try:
            self._writer.write(work)
        except (StorageUnavailable, WritesPaused):
            return

    def close(self) -> None:
        """End the thread; what was not written by then is dropped."""
        self._stop.set()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="footprints", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._pause_s):
            self.write_down()
