"""What `clutch check` finds wrong with the texts of a language."""

from __future__ import annotations

from pathlib import Path

import pytest

from clutch.accounts.models import LANGUAGES
from clutch.web.catalogue_faults import faults_in

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def told(folder: Path, text: str) -> list[str]:
    (folder / "ru").mkdir()
    (folder / "ru" / "web.po").write_text(HEAD + text, encoding="utf-8")
    return list(faults_in("ru", folder))


def test_the_texts_here_have_no_faults() -> None:
    assert [fault for language in LANGUAGES[1:] for fault in faults_in(language)] == []


def test_a_language_without_texts_is_a_fault(tmp_path: Path) -> None:
    assert list(faults_in("ru", tmp_path)) == [f"There are no texts under {tmp_path / 'ru'}"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('msgid "Hello {name}"\nmsgstr "Привет, {name}"\n', None),
        ('msgid "Hello {name}"\nmsgstr ""\n', None),
        ('msgid "Log in {"\nmsgstr "Войти {"\n', None),
        ('msgid "Hello {name}"\nmsgstr "Привет, {nome}"\n', "“Hello {name}” in ru/web.po names"),
        ('msgid "Hello {name}"\nmsgstr "Привет, {name"\n', "“Hello {name}” in ru/web.po names"),
        ("nobody wrote this\n", "The texts in ru/web.po can't be read"),
    ],
)
def test_what_could_not_be_read_or_filled_in_is_named(
    tmp_path: Path, text: str, fault: str | None
) -> None:
    found = told(tmp_path, text)
    assert len(found) == (1 if fault else 0)
    assert (fault or "") in "".join(found)
