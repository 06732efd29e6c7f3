"""Mail: one letter to one address, over SMTP, with deadlines."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from clutch.kernel.settings import Settings

DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text to one stored address."""

    to: str
    subject: str
    text: str


class Mailer:
    """Sends letters through the server that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, delivery_id: int, letter: Letter, at: datetime) -> None:
        """Hand a letter to the server. The same delivery has the same Message-ID, so a second copy
        can be told.

        Raises:
            OSError, smtplib.SMTPException: it was not taken; try again later.
        """
        message = self._message(delivery_id, letter, at)
        with self._connect() as server:
            if self._settings.mail_user:
                server.login(self._settings.mail_user, self._settings.mail_password or "")
            server.send_message(message)

    def greet(self) -> None:
        """Connect and log in, and send nothing.

        Raises:
            OSError, smtplib.SMTPException: the server would take no letter now.
        """
        with self._connect() as server:
            if self._settings.mail_user:
                server.login(self._settings.mail_user, self._settings.mail_password or "")
            server.noop()

    def _message(self, delivery_id: int, letter: Letter, at: datetime) -> EmailMessage:
        sender = self._settings.mail_from or f"clutch@{self._settings.mail_host}"
        local, _, domain = sender.rpartition("@")
        message = EmailMessage()
        message["From"] = Address(self._settings.site_name, local, domain)
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<delivery-{delivery_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    def _connect(self) -> smtplib.SMTP:
        host, port = self._settings.mail_host or "", self._settings.mail_port
        if self._settings.mail_tls == "tls":
            return smtplib.SMTP_SSL(
                host, port, timeout=DEADLINE_S, context=ssl.create_default_context()
            )
        server = smtplib.SMTP(host, port, timeout=DEADLINE_S)
        if self._settings.mail_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        return server
