"""The reader: whose language and zone a text is made for.

Filters and macros find the reader in a context variable, so that they work in imported macros
and in pieces that are drawn without a request (live frames).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from clutch.accounts.models import Language
from clutch.web.catalogue import Catalogue, catalogue

_LOCALES = {"en": Locale("en", "GB"), "ru": Locale("ru")}
_MOMENT = {"en": "d MMM y, HH:mm", "ru": "d MMM y, HH:mm"}
_DAY = {"en": "d MMMM y", "ru": "d MMMM y 'г'."}
# Most numbers on pages are small and come again and again.
NUMBERS_KEPT = 4096


@lru_cache(maxsize=NUMBERS_KEPT, typed=True)
def _number(language: Language, value: float) -> str:
    return format_decimal(value, locale=_LOCALES[language])


@dataclass(frozen=True, slots=True)
class Reader:
    """A language and a zone: all that a text depends on besides its facts."""

    language: Language
    zone: ZoneInfo

    @property
    def catalogue(self) -> Catalogue:
        return catalogue(self.language)

    def gettext(self, text: str, **facts: Any) -> str:
        """The text in the reader's language, `{names}` filled in from `facts`."""
        return self._fill(self.catalogue.gettext(text), facts)

    def ngettext(self, singular: str, plural: str, number: int, **facts: Any) -> str:
        """The form that goes with `number`; `{number}` in the text is filled in too."""
        text = self.catalogue.ngettext(singular, plural, number)
        return self._fill(text, {"number": number} | facts)

    def moment(self, at: datetime) -> str:
        """Date and time to the minute, with the zone: `24 Nov 2026, 18:00 UTC+3`."""
        local = at.astimezone(self.zone)
        text = format_datetime(local, _MOMENT[self.language], locale=_LOCALES[self.language])
        return f"{text} {offset_text(local)}"

    def short_moment(self, at: datetime) -> str:
        """Day and time without the year: `24 Nov, 18:00 UTC+3`."""
        local = at.astimezone(self.zone)
        text = format_datetime(local, "d MMM, HH:mm", locale=_LOCALES[self.language])
        return f"{text} {offset_text(local)}"

    def day(self, at: datetime | date) -> str:
        """The calendar day in the reader's zone."""
        day = at.astimezone(self.zone).date() if isinstance(at, datetime) else at
        return format_date(day, _DAY[self.language], locale=_LOCALES[self.language])

    def month(self, name: str) -> str:
        """A month as the statistics name it (`2026-11`) for people: `Nov 2026`; a year stays."""
        year, _, month = name.partition("-")
        if not month:
            return year
        day = date(int(year), int(month), 1)
        return format_date(day, "LLL y", locale=_LOCALES[self.language])

    def clock(self, at: datetime) -> str:
        """Hours and minutes in the reader's zone; the zone itself must stand nearby."""
        return at.astimezone(self.zone).strftime("%H:%M")

    def number(self, value: float) -> str:
        """A number with the language's own separators."""
        return _number(self.language, value)

    def percent(self, value: float) -> str:
        """So many of a hundred, as the language writes it: `76%`, with the decimals it has."""
        share = Decimal(str(value)) / 100
        return format_percent(share, locale=_LOCALES[self.language], decimal_quantization=False)

    def fact(self, value: Any) -> str:
        """One fact of a refusal, as text for this reader."""
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, Enum):
            return str(value.value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value)
        if isinstance(value, list | tuple | set | frozenset):
            return ", ".join(self.fact(one) for one in value)
        return str(value)

    def _fill(self, text: str, facts: dict[str, Any]) -> str:
        if not facts:
            return text
        return text.format(**{name: self.fact(value) for name, value in facts.items()})


def offset_text(at: datetime) -> str:
    """The zone of an aware time as everybody reads it: `UTC`, `UTC+3`, `UTC-3:30`."""
    minutes = int((at.utcoffset() or timedelta()).total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def iso(at: datetime) -> str:
    """A time for machines, in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """The IANA zone of that name; None when there is none."""
    try:
        return ZoneInfo(name) if name and len(name) < 64 else None
    except (KeyError, ValueError, OSError):
        return None


_DEFAULT = Reader("en", ZoneInfo("UTC"))
_reading: ContextVar[Reader] = ContextVar("reading", default=_DEFAULT)


def current_reader() -> Reader:
    """The reader whom the text being made is for."""
    return _reading.get()


@contextmanager
def reading(reader: Reader) -> Iterator[None]:
    """Make texts for `reader` in this block."""
    mark = _reading.set(reader)
    try:
        yield
    finally:
        _reading.reset(mark)
