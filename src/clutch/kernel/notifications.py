"""PostgreSQL's LISTEN and NOTIFY between the processes of a site.

NOTIFY goes out after the commit, from a connection and a thread of its own, never inside the
transaction: there it would hold the lock that all transactions with a NOTIFY commit under.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import structlog
from psycopg import sql
from sqlalchemy.engine import URL

_log = structlog.get_logger("notifications")

ROUND_S = 0.5
PAUSE_S = 1.0
CONNECT_S = 5
MOST_BYTES = 4_000


class Notifications:
    """Any thread may `publish`; `heard` is called with what other processes published."""

    def __init__(self, url: URL, site: str, holder: str) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._channel = f"clutch_{site}"
        self._holder = holder
        self._waiting: dict[str, None] = {}
        self._more = threading.Condition()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._in_trouble = False
        self.heard: Callable[[str], None] = lambda _: None

    def start(self) -> None:
        for name, work in (("postgres-ear", self._listen), ("postgres-voice", self._speak)):
            thread = threading.Thread(target=self._keep, args=(work,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the threads; what hangs is left behind."""
        self._ended.set()
        with self._more:
            self._more.notify_all()
        for thread in self._threads:
            thread.join(timeout=2 * ROUND_S)

    def publish(self, text: str) -> None:
        """Say something to the other processes; it may be lost, and twice the same is said once."""
        with self._more:
            self._waiting[text] = None
            self._more.notify()

    def _keep(self, work: Callable[[psycopg.Connection], None]) -> None:
        """Do `work` with a connection, and again with another when that one breaks."""
        while not self._ended.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_S) as conn:
                    self._in_trouble = False
                    work(conn)
            except psycopg.Error as error:
                self._say(error)
                self._ended.wait(PAUSE_S)

    def _say(self, error: psycopg.Error) -> None:
        # Its return shows in nothing but speed; the database's own trouble is said by the probe.
        if not self._in_trouble:
            self._in_trouble = True
            _log.info("wake-up line broke", reason=str(error).strip())

    def _listen(self, conn: psycopg.Connection) -> None:
        conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
        while not self._ended.is_set():
            for one in conn.notifies(timeout=ROUND_S, stop_after=100):
                sender, _, said = one.payload.partition(" ")
                if sender != self._holder:
                    self.heard(said)

    def _speak(self, conn: psycopg.Connection) -> None:
        while not self._ended.is_set():
            for text in self._take():
                said = f"{self._holder} {text}".encode()[:MOST_BYTES].decode(errors="ignore")
                conn.execute("SELECT pg_notify(%s, %s)", (self._channel, said))

    def _take(self) -> list[str]:
        with self._more:
            self._more.wait_for(lambda: self._waiting or self._ended.is_set(), ROUND_S)
            taken = list(self._waiting)
            self._waiting.clear()
        return taken
