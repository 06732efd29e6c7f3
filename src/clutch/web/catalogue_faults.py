"""What is wrong with the texts of a language, before a page in it is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from clutch.accounts.models import Language
from clutch.web.catalogue import LOCALE_FOLDER

# Given beside what the English text names: the count that plurals go by, and half of a round's
# participants, whom Russian counts rounds by.
_BESIDE = {"number", "half"}


def faults_in(language: Language, folder: Path = LOCALE_FOLDER) -> Iterator[str]:
    """A sentence for each file that can't be read, and each text that can't be filled in."""
    files = sorted((folder / language).glob("*.po"))
    if not files:
        yield f"There are no texts under {folder / language}"
    for file in files:
        yield from _faults_of(file, f"{language}/{file.name}")


def _faults_of(file: Path, name: str) -> Iterator[str]:
    from babel.messages.pofile import PoFileError, read_po

    try:
        with file.open("rb") as opened:
            texts = read_po(opened, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        yield f"The texts in {name} can't be read: {error}"
        return
    for text in texts:
        asked, said = _forms(text.id), _forms(text.string)
        given = set().union(*map(_names, asked))
        # A text that is not filled in may have any brace.
        if given - set(asked) and not all(_names(one) <= given | _BESIDE for one in said):
            yield f"The text “{asked[0]}” in {name} names something that it is not given"


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _names(text: str) -> set[str]:
    """The `{names}` in it; a brace that opens none is a name that nobody gives."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}
