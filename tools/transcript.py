"""Type what docs/operating.md says, as a stranger would, and write down what came of it.

    python -m tools.transcript          types it for real, writes docs/transcript.md
    python -m tools.transcript --check  compares instead; status 1 when the page is stale

It begins in an empty folder with a git remote of its own. `--lend` gives the sites this checkout's
environment, which pip made from the same lock, in place of one that pip makes anew: 20 s less a
site, and the same words.

A comment `<!-- transcript: ... -->` before a block of commands says what happens beside them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.stranger import Stranger, empty_world
from tools.tracked import ROOT

RUNBOOK = ROOT / "docs" / "operating.md"
PAGE = ROOT / "docs" / "transcript.md"
BEGINNING = """\
# A transcript

What came when every `$` line of [Operating a site](operating.md) was typed in an empty folder, in
its order. `python -m tools.transcript` types them for real and writes this page; a test does the
same and fails when it is stale. So that the page stays the same from run to run, times, durations,
sizes, counts, ids, passwords, ports and commits are replaced by ones that don't change.
"""
# What a mark before a block says happens, told on the page.
TOLD = {
    "newer": "Meanwhile the project has published a newer commit.",
    "another machine": "From here on another machine, with an empty folder.",
}
_PART = re.compile(
    r"^(?P<heading>##+ [^\n]+)$"
    r"|^<!-- transcript: (?P<mark>[^\n]+) -->$"
    r"|^```console\n(?P<lines>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """Commands that stand together under a heading; `mark` is what the comment before says."""

    heading: str
    mark: str
    commands: tuple[str, ...]

    @property
    def status(self) -> int:
        """The exit status that the last of them is to have."""
        return 2 if self.mark == "refused" else 0


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a page that have something to type as the site's user."""
    heading = mark = ""
    for part in _PART.finditer(text):
        if part["heading"]:
            heading = part["heading"]
        elif part["mark"]:
            mark = part["mark"]
        else:
            typed = tuple(re.findall(r"^\$ (.+)$", part["lines"], re.MULTILINE))
            if typed:
                yield Block(heading, mark, typed)
            mark = ""


def typed(text: str) -> list[str]:
    """Every command of a page."""
    return [command for block in blocks(text) for command in block.commands]


def written(stranger: Stranger, text: str) -> Iterator[str]:
    """Type a page; the lines of the transcript."""
    yield BEGINNING
    before = ""
    for block in blocks(text):
        if block.heading != before:
            yield f"{block.heading}\n"
        before = block.heading
        stranger.happens(block.mark)
        if block.mark in TOLD:
            yield f"*{TOLD[block.mark]}*\n"
        yield "```text"
        yield from _answers(stranger, block)
        yield "```\n"


def _answers(stranger: Stranger, block: Block) -> Iterator[str]:
    for command in block.commands:
        wanted = block.status if command == block.commands[-1] else 0
        status, said = stranger.type(command)
        if status != wanted:
            raise SystemExit(f"$ {command}\n{said}\nexit status {status} instead of {wanted}")
        yield f"$ {command}"
        yield from said.splitlines()
        if status:
            yield f"(exit status {status})"


def transcript(*, lend: bool) -> str:
    """The page as it would be written now."""
    with empty_world(lend=lend) as stranger:
        return "\n".join(written(stranger, RUNBOOK.read_text(encoding="utf-8")))


def main(arguments: list[str]) -> int:
    words = argparse.ArgumentParser("transcript", description=__doc__.partition("\n")[0])
    words.add_argument("--check", action="store_true", help="only compare with the page")
    words.add_argument("--lend", action="store_true", help="lend this checkout's environment")
    wanted = words.parse_args(arguments)
    text = transcript(lend=wanted.lend)
    if not wanted.check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if text == PAGE.read_text(encoding="utf-8"):
        return 0
    print(f"{PAGE.relative_to(Path.cwd())} is stale: python -m tools.transcript", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
