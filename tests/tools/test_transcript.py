"""The runbook says the same in both languages, and its transcript is what comes of typing it."""

from __future__ import annotations

import faulthandler
import re

import pytest

from tools.transcript import PAGE, RUNBOOK, blocks, transcript, typed

RUSSIAN = RUNBOOK.with_name("operating.ru.md")


def shape(text: str) -> list[str]:
    """Levels of headings, tables by their rows, whole blocks of commands with what stands before.

    In this order: what both languages have in common.
    """
    parts = r"^(#+) |^(\|)[^\n]+\|$|^(<!-- [^\n]+ -->)$|^(```console\n.*?^```)$"
    found = re.finditer(parts, text, re.MULTILINE | re.DOTALL)
    return [next(filter(None, part.groups())) for part in found]


def test_both_languages_have_the_same_headings_tables_and_commands() -> None:
    english, russian = (path.read_text(encoding="utf-8") for path in (RUNBOOK, RUSSIAN))
    assert len(shape(english)) > 60
    assert shape(english) == shape(russian)


def test_a_blocks_commands_are_those_of_the_sites_own_user() -> None:
    text = "## One\n\n<!-- transcript: refused -->\n```console\n# apt-get\n$ one\n$ two\n```\n"
    [block] = blocks(text)
    assert (block.heading, block.commands, block.status) == ("## One", ("one", "two"), 2)


def test_the_transcript_has_every_command_of_the_runbook() -> None:
    told = re.findall(r"^\$ (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(told) > 20
    assert told == typed(RUNBOOK.read_text(encoding="utf-8"))


@pytest.mark.updates
def test_the_transcript_is_what_comes_of_typing_the_runbook() -> None:
    # Two minutes, and more than a test is given otherwise where the machine is busy; each command
    # has a limit of its own.
    faulthandler.cancel_dump_traceback_later()
    assert PAGE.read_text(encoding="utf-8") == transcript(lend=True)
