"""The parts of an account besides its name: e-mail, language, zone."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from clutch.accounts.models import LANGUAGES, Language
from clutch.accounts.refusals import EmailRefused, ZoneRefused

LONGEST_EMAIL = 254
# RFC 5321's dot-string; what stands in quotes or comments nobody uses, and it invites injection.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def check_email(raw: str | None) -> str | None:
    """The address, when mail can be sent to it; None for none. Its domain comes out in ASCII.

    Raises:
        EmailRefused: it is not of the form `name@example.org`.
    """
    text = (raw or "").strip()
    if not text:
        return None
    local, _, domain = text.rpartition("@")
    plain = _ascii_domain(domain)
    fits = len(local) <= 64 and len(local) + len(plain) < LONGEST_EMAIL
    labels = plain.split(".")
    if (
        not fits
        or not _LOCAL.fullmatch(local)
        or len(labels) < 2
        or not all(map(_LABEL.fullmatch, labels))
    ):
        raise EmailRefused
    return f"{local}@{plain}"


def check_language(raw: str | None) -> Language | None:
    """One of the site's languages; None for anything else, which means "not chosen"."""
    return next((language for language in LANGUAGES if language == raw), None)


def check_zone(raw: str | None) -> str | None:
    """An IANA zone's name; None for none.

    Raises:
        ZoneRefused: there is no such zone.
    """
    if not raw:
        return None
    try:
        return ZoneInfo(raw[:64]).key
    except (KeyError, ValueError, OSError):
        raise ZoneRefused(zone=raw[:64]) from None


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode().lower() if len(domain) <= LONGEST_EMAIL else ""
    except UnicodeError:
        return ""
