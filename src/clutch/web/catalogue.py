"""Catalogues: what the site says, in each language.

English is the msgid. A language's texts lie in `locale/<language>/<domain>.po`, one file a context
so that each has one owner; they are merged when the process starts. There is no compiled form.
"""

from __future__ import annotations

import gettext as plurals
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clutch.accounts.models import LANGUAGES, Language

LOCALE_FOLDER = Path(__file__).parent / "locale"


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language; what is missing comes out in English."""

    language: Language
    texts: Mapping[str, str]
    plural_texts: Mapping[str, tuple[str, ...]]
    form_of: Callable[[int], int]

    def gettext(self, text: str) -> str:
        return self.texts.get(text, text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The form of the text that goes with `number` in this language."""
        forms = self.plural_texts.get(singular)
        if forms is None:
            return singular if number == 1 else plural
        return forms[self.form_of(number)]


@lru_cache
def catalogue(language: Language) -> Catalogue:
    """The merged catalogue of a language, read once a process."""
    if language == "en":
        return Catalogue("en", {}, {}, lambda number: int(number != 1))
    return _read(language, sorted((LOCALE_FOLDER / language).glob("*.po")))


def _read(language: Language, files: list[Path]) -> Catalogue:
    from babel.messages.pofile import read_po

    texts: dict[str, str] = {}
    plural_texts: dict[str, tuple[str, ...]] = {}
    rule = "0"
    for file in files:
        with file.open("rb") as opened:
            part = read_po(opened, locale=language)
        rule = part.plural_expr
        for message in part:
            if message.id == "":
                continue
            if isinstance(message.id, str):
                texts[message.id] = str(message.string or message.id)
            elif isinstance(message.string, tuple | list) and all(message.string):
                plural_texts[message.id[0]] = tuple(message.string)
    return Catalogue(language, texts, plural_texts, plurals.c2py(rule))


@lru_cache(maxsize=1024)
def preferred(accept_language: str) -> Language | None:
    """The language of ours that an Accept-Language header likes best.

    None when it names none of them.
    """
    wishes = [_wish(part) for part in accept_language[:200].split(",")]
    for _, tag in sorted((wish for wish in wishes if wish[0] > 0), key=lambda wish: -wish[0]):
        for language in LANGUAGES:
            if tag == language or tag.startswith(f"{language}-"):
                return language
    return None


def _wish(part: str) -> tuple[float, str]:
    tag, _, parameters = part.strip().lower().partition(";")
    quality = parameters.strip().removeprefix("q=") or "1"
    try:
        return float(quality), tag.strip()
    except ValueError:
        return 0.0, tag.strip()
