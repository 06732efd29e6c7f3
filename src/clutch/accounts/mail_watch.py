"""Whether mail goes out: as the server answers a greeting, and as the queue tells every process.

It is greeted at the start and every minute or so; while it is down, every ten seconds. What is
queued is tried again ever more seldom: so when the server answers again, it is sent at once.
"""

from __future__ import annotations

import smtplib
import threading
import time

import structlog
from sqlalchemy import Connection

from clutch.accounts.mail import Mailer
from clutch.accounts.resets import RESET_MAIL
from clutch.kernel import deliveries
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.database import Database
from clutch.kernel.pauses import spread
from clutch.kernel.refusals import N_, Refusal
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Writer

_log = structlog.get_logger("mail")

LOOK_EVERY_S = 2.0
GREET_EVERY_S = 60.0
GREET_AGAIN_S = 10.0
ASKED = N_("The mail server {host} has not answered yet.")
WORKS = N_("The mail server {host} answers.")
FAILS = N_("The mail server {host} fails.")
ANSWERS = N_("The mail server {host} answers again; what waits is being sent.")
# What the server has against one letter says nothing of the others.
_OF_ONE_LETTER = ("SMTPRecipientsRefused", "SMTPSenderRefused", "SMTPDataError")


class MailWatch:
    """Tells the registry how mail stands; a thread of its own, for greeting may take seconds."""

    def __init__(
        self, settings: Settings, database: Database, writer: Writer, capabilities: Capabilities
    ) -> None:
        self._host = settings.mail_host
        self._mailer = Mailer(settings)
        self._database = database
        self._writer = writer
        self._capabilities = capabilities
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._greet_at = 0.0
        self._answers = False
        capabilities.declare("mail", State.PROBING, ASKED, host=self._host)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="mail-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that waits for the mail server is left behind."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=0.2)

    def look(self) -> None:
        """See how mail stands, in this thread; greet the server when it is time for that."""
        with self._database.read() as conn:
            trouble = trouble_of(conn)
        if trouble is not None:
            self._fail(trouble)
        elif self._answers:
            self._capabilities.set("mail", State.UP, WORKS, host=self._host)
        if time.monotonic() >= self._greet_at:
            self.greet(waits=trouble is not None)

    def greet(self, *, waits: bool = True) -> None:
        """Ask whether the server is there; what waits since it was not is then sent at once."""
        self._greet_at = time.monotonic() + spread(GREET_AGAIN_S, most=1.2)
        try:
            self._mailer.greet()
        except (OSError, smtplib.SMTPException) as error:
            self._fail(f"{type(error).__name__}: {error}".rstrip("."))
            return
        self._answers = True
        if waits:
            self._capabilities.set("mail", State.PROBING, ANSWERS, host=self._host)
            self._writer.write(lambda tx: deliveries.hurry(tx, RESET_MAIL))
            return
        self._greet_at = time.monotonic() + spread(GREET_EVERY_S, most=1.2)
        self._capabilities.set("mail", State.UP, WORKS, host=self._host)

    def _fail(self, why: str) -> None:
        if self._answers:
            self._greet_at = time.monotonic() + spread(GREET_AGAIN_S, most=1.2)
        self._answers = False
        self._capabilities.set("mail", State.DOWN, FAILS, host=self._host, detail=why)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.look()
            except Refusal:
                pass  # the database's trouble, and said where it belongs
            except Exception:  # noqa: BLE001 - the next look may go well
                _log.exception("mail can't be watched")
            self._ended.wait(LOOK_EVERY_S)


def trouble_of(conn: Connection) -> str | None:
    """Why the newest letter that waits could not be sent, unless that is the letter's own fault."""
    reasons = deliveries.troubles(conn, RESET_MAIL)
    return next((one.rstrip(".") for one in reasons if not one.startswith(_OF_ONE_LETTER)), None)
