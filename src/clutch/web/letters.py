"""Letters that the site writes: their words, in the language of who gets them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from clutch.accounts.mail import Letter, Mailer
from clutch.accounts.models import Account, AccountId
from clutch.accounts.resets import RESET_MAIL, ResetLink, mail_link
from clutch.bootstrap import Site
from clutch.kernel.refusals import N_
from clutch.web.reader import Reader, zone_named

_SUBJECT = N_("A new password for {site}")
_TEXT = N_(
    "Hello, {name},\n\n"
    "somebody, probably you, asked for a new password for your account on {site}. "
    "Set it here; the link works once, until {until}:\n\n"
    "{link}\n\n"
    "If it was not you, do nothing: your password stays as it is.\n"
)


def register_letters(site: Site) -> None:
    """Have the site's background send what the site writes, where mail is set up."""
    if not site.settings.mail:
        return
    mailer = Mailer(site.settings)

    def send_reset(delivery_id: int, body: dict[str, Any]) -> None:
        made = mail_link(site.desk, AccountId(body["account_id"]))
        if made is not None:
            mailer.send(delivery_id, reset_letter(site, *made), site.clock.now())

    site.background.on_delivery(RESET_MAIL, send_reset)


def reset_letter(site: Site, owner: Account, link: ResetLink) -> Letter:
    """The letter with a one-time link, whose address no request can have chosen."""
    settings = site.settings
    base = settings.url or f"http://{settings.host}:{settings.port}"
    zone = zone_named(owner.zone or "") or ZoneInfo(settings.zone)
    reader = Reader(owner.language or settings.language, zone)
    facts = {
        "name": owner.name or "",
        "site": settings.site_name,
        "link": base + link.path,
        "until": link.expires_at,
    }
    subject = reader.gettext(_SUBJECT, site=settings.site_name)
    return Letter(owner.email or "", subject, reader.gettext(_TEXT, **facts))
