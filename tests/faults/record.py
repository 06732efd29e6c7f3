"""The last round of all scenarios, as a table in a page of the documentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.round import Options, Report

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
HEAD = "| | when | | what came of it |\n|---|---|---|---|\n"
ROW = re.compile(r"^\| (F\d\d[^|]*?) \|(?:[^|\n]*\|){3}\n", re.MULTILINE)
MOST_FIGURES, MOST_FAULTS = 6, 3
JUDGED = {"holds", "BROKEN"}


@dataclass(frozen=True)
class Outcome:
    """How a scenario went."""

    name: str
    title: str
    report: Report
    seconds: float

    @property
    def held(self) -> bool:
        return not self.report.faults


def write(page: Path, outcomes: Sequence[Outcome], options: Options) -> None:
    """Put a row for each outcome between the marks of the page, in place of the one before.

    Rows of scenarios that were not run this time stay: each says when and how it was.

    Raises:
        ValueError: the page has no marks.
    """
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise ValueError(f"{page} has no {BEGIN} ... {END}")
    before, rest = text.split(BEGIN, 1)
    kept, after = rest.split(END, 1)
    rows = {found[1]: found[0] for found in ROW.finditer(kept)}
    rows |= {one.name: _row(one, options) for one in outcomes}
    table = "".join([HEAD, *(rows[name] for name in sorted(rows))])
    page.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8")


def _row(outcome: Outcome, options: Options) -> str:
    load = "" if options.part == 1 else f", {options.part:g} of the load"
    when = f"{datetime.now(UTC):%Y-%m-%d}, seed {options.seed}{load}"
    return f"| {outcome.name} | {when} | {_held(outcome)} | {_told(outcome)} |\n"


def _held(outcome: Outcome) -> str:
    judged = [value for _, value, _ in outcome.report.figures if value in JUDGED]
    kept = sum(value == "holds" for value in judged)
    return f"{kept} of {len(judged)} promises, {outcome.seconds:.0f} s"


def _told(outcome: Outcome) -> str:
    """What broke, then figures: those with a promise first."""
    figures = [one for one in outcome.report.figures if one[1] not in JUDGED]
    first = sorted(figures, key=lambda one: not one[2])[:MOST_FIGURES]
    shown = [f"{name}: {value}" for name, value, _ in figures if (name, value, _) in first]
    broken = [f"**broken:** {fault}" for fault in outcome.report.faults[:MOST_FAULTS]]
    return re.sub(r"[|\n]", " ", "; ".join([*broken, *shown]))
