"""Whether mail goes out, as the queue tells every process; and a probe while it does not.

What is queued is tried again ever more seldom. So while the server is down it is greeted every ten
seconds or so, and when it answers, what waits is sent at once.
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
GREET_EVERY_S = 10.0
FAILS = N_("The mail server {host} fails: {why}.")
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
        self._greeted_at = time.monotonic()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="mail-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that waits for the mail server is left behind."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=0.2)

    def look(self) -> None:
        """See how mail stands, in this thread; while it is down, greet the server now and then."""
        with self._database.read() as conn:
            trouble = trouble_of(conn)
        if trouble is None:
            self._capabilities.settle("mail")
            return
        self._capabilities.set("mail", State.DOWN, FAILS, host=self._host, why=trouble)
        if time.monotonic() - self._greeted_at >= spread(GREET_EVERY_S, most=1.2):
            self.greet()

    def greet(self) -> None:
        """Ask whether the server is back; if so, have what waits sent at once."""
        self._greeted_at = time.monotonic()
        try:
            self._mailer.greet()
        except (OSError, smtplib.SMTPException):
            return
        self._capabilities.set("mail", State.PROBING, ANSWERS, host=self._host)
        self._writer.write(lambda tx: deliveries.hurry(tx, RESET_MAIL))

    def _run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            try:
                self.look()
            except Refusal:
                continue  # the database's trouble, and said where it belongs
            except Exception:  # noqa: BLE001 - the next look may go well
                _log.exception("mail can't be watched")


def trouble_of(conn: Connection) -> str | None:
    """Why the newest letter that waits could not be sent, unless that is the letter's own fault."""
    reasons = deliveries.troubles(conn, RESET_MAIL)
    return next((one.rstrip(".") for one in reasons if not one.startswith(_OF_ONE_LETTER)), None)
