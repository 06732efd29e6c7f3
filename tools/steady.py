"""Replaces what differs from run to run in what commands say: times, ids, sizes, counts."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

from clutch_ops.terminal import LABEL, WIDTH

Match = re.Match[str]
# How rows go on below themselves.
BELOW = " " * (LABEL + 2)
# Such a row; what is to be typed stands below it, on a line of its own.
FOLDED = re.compile(rf"^  \S.*(?:\n{BELOW}(?! |do: ).+)+", re.MULTILINE)


def _right(text: str) -> Callable[[Match], str]:
    """The text, as wide as what it replaces where that began with spaces."""
    return lambda found: text.rjust(len(found[0])) if found[0].startswith(" ") else text


# The first that fits counts, so the particular stands before the general.
STEADY: list[tuple[str, str | Callable[[Match], str]]] = [
    (r"\d{8}T\d{6}\.\d{6}Z", "20260102T030405.000000Z"),
    (r"clutch-\d{4}-\d\d-\d\d-\d{6}", "clutch-2026-01-02-030405"),
    (r"\d{4}-\d\d-\d\d(.)\d\d:\d\d:\d\d", r"2026-01-02\g<1>03:04:05"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "2026-01-02 03:04"),
    (r"\b\d{4}-\d\d-\d\d\b", "2026-01-02"),
    (r"before-restore-\d{14}", "before-restore-20260102030405"),
    (r"shown only this once: \S+", "shown only this once: xxxxxxxxxxxxxxxxxxxx"),
    (r"epoch [0-9a-z]{12}", "epoch xxxxxxxxxxxx"),
    (r"\d+ (s|min|h) ago", "5 s ago"),
    (r"for \d+ (s|min|h)\b", "for 5 s"),
    (r" *\b\d+\.\d s\b", _right(" 1.0 s")),
    (r"\b\d+(\.\d)? (B|kB|MB|GB|TB)\b", "10 MB"),
    (r"^  \d+ +10 MB  works", "  4712             10 MB  works"),
    (r"^  \d+ +10 MB .* ms$", "  4711             10 MB           9        0       0      0 ms"),
    (r"\b\d[\d ]* rows?\b", "99 rows"),
    (r"log up to \d+", "log up to 9"),
    (r"schema \d{4}", "schema 0001"),
    (r"^(  schema +ok +)\d{4}", r"\g<1>0001"),
    (r"in \d+ modules", "in 300 modules"),
    (r"all \d+ are", "all 50 are"),
    (r"(Redis|Valkey) [\d.]+ at", "Redis 7.0.0 at"),
    # What the machine that this is written on is kept by.
    (r"--manager (systemd|supervisor|pm2)", "--manager systemd"),
    (r"\b3\.\d+\.\d+ (serves|looks)", r"3.11.0 \g<1>"),
]


class Steadier:
    """Remembers commits, so that each keeps the name that it got first."""

    def __init__(self) -> None:
        self._commits: dict[str, str] = {}

    def steady(self, said: str) -> str:
        """The same words without what changes, in rows of the usual width."""
        for pattern, meant in STEADY:
            said = re.sub(pattern, meant, said, flags=re.MULTILINE)
        said = re.sub(r"\(([0-9a-f]{7})\)", lambda found: f"({self._name(found[1])})", said)
        said = re.sub(r"\b([0-9a-f]{12}|[0-9a-f]{40})\b", self._long, said)
        # Rows were folded where the scratch folder's longer paths made it so.
        return FOLDED.sub(lambda found: _folded(found[0]), said)

    def _long(self, found: Match) -> str:
        name = self._name(found[1][:7])
        return (name * 6)[: len(found[1])]

    def _name(self, commit: str) -> str:
        """`1111111` for the first, `2222222` for the second, ..."""
        return self._commits.setdefault(commit, str(len(self._commits) + 1) * 7)


def _folded(row: str) -> str:
    whole = re.sub(rf"\n{BELOW}", " ", row)
    return textwrap.fill(
        whole, WIDTH, subsequent_indent=BELOW, break_long_words=False, break_on_hyphens=False
    )
